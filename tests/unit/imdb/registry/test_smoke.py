"""The smoke test against the real entry point on fakes: it passes a sound registry and fails a sick one."""

import io
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from milkrun_core.smoke import SmokeTestFailed
from registry import smoke, submissions
from registry.usecases import judge

from tests.support.packing import LambdaContextStub
from tests.support.registry import NOON, PEOPLE, FakePorts, a_submission, event


class S3InProcess:
    """A bucket whose notifications reach the registry at once, if ``works``."""

    def __init__(self, fake: FakePorts, *, works: bool = True) -> None:
        self.fake = fake
        self.works = works

    def put_object(self, Bucket: str, Key: str, Body: bytes) -> None:  # noqa: N803 - boto3's names
        assert Bucket == "registry"
        self.fake.bucket.objects[Key] = Body
        record = event("s3-submission")["Records"][0] | {"eventTime": NOON.isoformat()}
        record["s3"]["object"] |= {"key": Key, "size": len(Body)}
        if self.works:
            submissions.handler({"Records": [record]}, LambdaContextStub())  # type: ignore[arg-type]

    def get_object(self, Bucket: str, Key: str) -> Any:  # noqa: N803
        assert Bucket == "registry"
        if Key not in self.fake.bucket.objects:
            raise ClientError({"Error": {"Code": "NoSuchKey", "Message": Key}}, "GetObject")
        return {"Body": io.BytesIO(self.fake.bucket.objects[Key])}


def registry(fake: FakePorts, **options: bool) -> smoke.Registry:
    return smoke.Registry(S3InProcess(fake, **options), "registry", seconds=0.01)


def test_a_sound_registry_passes_and_nothing_is_changed(fake: FakePorts) -> None:
    for _ in range(2):
        assert smoke.run(registry(fake).check)["ok"] is True
    assert fake.bucket.state.generation == 0


def test_it_passes_beside_published_graphlets(fake: FakePorts) -> None:
    judge(a_submission("people", PEOPLE), NOON, fake.ports())
    assert smoke.run(registry(fake).check)["ok"] is True
    assert list(fake.bucket.state.graphlets) == ["people"]


def test_a_registry_that_does_not_answer_fails(fake: FakePorts) -> None:
    with pytest.raises(SmokeTestFailed, match="no verdict"):
        smoke.run(registry(fake, works=False).check)


@pytest.mark.parametrize("says", [True, False])
def test_a_registry_that_says_the_same_to_everything_fails(says: bool) -> None:
    verdict = {"accepted": says, "problems": [] if says else [{"code": "X", "message": "x"}]}
    with pytest.raises(SmokeTestFailed):
        smoke.run(lambda _: json.loads(json.dumps(verdict)))
