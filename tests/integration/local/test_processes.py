"""Starting and stopping: what a person at a terminal meets."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from milkrun.local import processes
from milkrun.local.cloud import LocalCloud
from milkrun.local.errors import (
    AlreadyRunning,
    CloudDied,
    MissingEnvironment,
    MissingInterpreter,
    PortInUse,
    UnsafeStateDirectory,
)
from milkrun.local.ports import is_free
from milkrun.local.processes import ProcessRecord
from tests.integration.conftest import INTERPRETER
from tests.support.aws import Aws
from tests.support.edge import request


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[LocalCloud]:
    """A local cloud that is not running yet, and is not running afterwards."""
    made = LocalCloud(tmp_path / "state", interpreter=INTERPRETER)
    yield made
    made.stop()


def session_of(cloud: LocalCloud, name: str) -> int:
    record = ProcessRecord.load(cloud.state_dir / f"{name}.json")
    assert record is not None
    return record.pid


def test_a_stop_leaves_no_process_and_no_port(cloud: LocalCloud) -> None:
    status = cloud.start(cloud_port=0, edge_port=0)
    assert (status.condition, status.healthy, len(status.pids)) == ("running", True, 3)
    aws = Aws(cloud.endpoint_url, "800000000900")
    aws.function("pack", "def handler(event, context):\n return 1")
    assert aws.invoke("pack") == 1
    sessions = [session_of(cloud, name) for name in ("cloud", "monolith", "edge")]
    assert len(processes.family_of(sessions[0])) == 2, "the emulator and a worker"
    cloud.stop()
    assert not [member for session in sessions for member in processes.family_of(session)]
    assert status.cloud_port is not None
    assert status.edge_port is not None
    assert is_free(status.cloud_port)
    assert is_free(status.edge_port)
    assert not (cloud.state_dir / "tmp").exists()
    assert cloud.status().condition == "stopped"
    cloud.stop()


def test_a_busy_port_is_named_with_its_holder_and_nothing_is_left(cloud: LocalCloud) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
        with pytest.raises(PortInUse, match=rf"Port {port} \(edge\) is already in use by process \d+ .*another port"):
            cloud.start(cloud_port=0, edge_port=port)
    assert cloud.status().condition == "stopped"


def test_a_second_start_is_refused_while_the_first_runs(cloud: LocalCloud) -> None:
    cloud.start(cloud_port=0, edge_port=0)
    with pytest.raises(AlreadyRunning, match="make down"):
        cloud.start(cloud_port=0, edge_port=0)
    assert cloud.status().healthy


def test_two_starts_at_the_same_moment_make_one_cloud(cloud: LocalCloud) -> None:
    def start() -> str:
        try:
            return LocalCloud(cloud.state_dir, interpreter=INTERPRETER).start(cloud_port=0, edge_port=0).condition
        except AlreadyRunning:
            return "refused"

    with ThreadPoolExecutor() as pool:
        assert sorted(pool.map(lambda _: start(), range(2))) == ["refused", "running"]
    assert cloud.status().healthy


def test_a_state_directory_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    tmp_path.joinpath("file").write_text("")
    with pytest.raises(UnsafeStateDirectory, match="Choose another directory"):
        LocalCloud(tmp_path / "file", interpreter=INTERPRETER).start(cloud_port=0, edge_port=0)


def test_an_unbuilt_environment_is_told_with_the_mend(tmp_path: Path) -> None:
    with pytest.raises(MissingEnvironment, match="Run `make up`"):
        LocalCloud(tmp_path, interpreter=tmp_path / "none" / "bin" / "python").start()


def test_an_environment_whose_python_is_gone_is_told_with_the_mend(tmp_path: Path) -> None:
    folder = tmp_path / "env" / "bin"
    folder.mkdir(parents=True)
    folder.joinpath("python").symlink_to(tmp_path / "gone")
    with pytest.raises(MissingInterpreter, match=r"remove .*/env and run `make up`"):
        LocalCloud(tmp_path, interpreter=folder / "python").start()


def test_an_environment_without_the_emulator_is_told_with_the_mend(tmp_path: Path) -> None:
    folder = tmp_path / "env" / "bin"
    folder.mkdir(parents=True)
    folder.joinpath("python").write_text(
        "#!/bin/sh\necho \"ModuleNotFoundError: No module named 'ministack'\" >&2; exit 1"
    )
    folder.joinpath("python").chmod(0o755)
    with pytest.raises(MissingInterpreter, match="No module named 'ministack'"):
        LocalCloud(tmp_path, interpreter=folder / "python").start()


def test_a_cloud_that_dies_at_the_start_shows_the_end_of_its_log(tmp_path: Path) -> None:
    folder = tmp_path / "env" / "bin"
    folder.mkdir(parents=True)
    folder.joinpath("python").write_text('#!/bin/sh\n[ "$1" = -c ] && exit 0\necho no memory; exit 3')
    folder.joinpath("python").chmod(0o755)
    cloud = LocalCloud(tmp_path / "state", interpreter=folder / "python")
    with pytest.raises(CloudDied, match=r"exit code 3[\s\S]*no memory"):
        cloud.start(cloud_port=0, edge_port=0)
    assert cloud.status().condition == "stopped"


def test_the_edge_says_so_while_the_cloud_is_away_and_recovers_with_it(cloud: LocalCloud) -> None:
    cloud.start(cloud_port=0, edge_port=0)
    emulator = ProcessRecord.load(cloud.state_dir / "cloud.json")
    assert emulator is not None
    processes.end(emulator, str(cloud.state_dir), 5)
    answer = request(cloud.edge_url, "cell-1.fulfillment.localhost", "/pack")
    assert (answer.status, answer.headers["Content-Type"]) == (502, "application/problem+json")
    assert "`make up` starts it" in answer.json["detail"]
    assert request(cloud.edge_url, "localhost", "/healthz").status == 200
    assert cloud.status().condition == "dead"


def test_state_survives_a_stop_on_request_and_only_then(cloud: LocalCloud) -> None:
    table = {
        "TableName": "plans",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    }
    cloud.start(cloud_port=0, edge_port=0, persist=True)
    aws = Aws(cloud.endpoint_url, "800000000901")
    aws.client("dynamodb").create_table(**table)
    aws.client("dynamodb").put_item(TableName="plans", Item={"id": {"S": "1"}})
    aws.client("s3").create_bucket(Bucket="kept")
    aws.client("s3").put_object(Bucket="kept", Key="k", Body=b"v")
    aws.function("pack", "def handler(event, context):\n return 1")
    cloud.stop()

    cloud.start(cloud_port=0, edge_port=0, persist=True)
    again = Aws(cloud.endpoint_url, "800000000901")
    assert again.client("dynamodb").scan(TableName="plans")["Count"] == 1
    assert again.client("s3").get_object(Bucket="kept", Key="k")["Body"].read() == b"v"
    assert again.invoke("pack") == 1
    cloud.stop()

    cloud.start(cloud_port=0, edge_port=0)
    assert Aws(cloud.endpoint_url, "800000000901").client("dynamodb").list_tables()["TableNames"] == []


def test_an_operators_secrets_stay_outside(cloud: LocalCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "secret")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    cloud.start(cloud_port=0, edge_port=0)
    aws = Aws(cloud.endpoint_url, "800000000902")
    aws.function("look", "import os\ndef handler(event, context):\n return sorted(os.environ.items())")
    assert "secret" not in [value for _, value in aws.invoke("look")]
    for name in ("cloud", "edge"):
        environment = Path(f"/proc/{session_of(cloud, name)}/environ")
        if environment.exists():
            assert b"=secret" not in environment.read_bytes()
