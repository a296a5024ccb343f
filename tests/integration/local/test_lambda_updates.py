"""New code under load: what is running ends in peace."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from tests.support.aws import Aws, eventually

SLOW = "import time\ndef handler(event, context):\n time.sleep(event)\n return '{version}'"


def test_an_invocation_under_way_ends_on_the_old_version(aws: Aws) -> None:
    """AWS: an update does not interrupt invocations that have begun."""
    aws.function("pack", SLOW.format(version="old"))
    aws.invoke("pack", 0)
    with ThreadPoolExecutor() as pool:
        running = pool.submit(aws.invoke, "pack", 1.0)
        time.sleep(0.2)
        aws.update("pack", SLOW.format(version="new"))
        assert aws.invoke("pack", 0) == "new"
        assert running.result() == "old"


def test_no_request_fails_while_versions_change(aws: Aws) -> None:
    """AWS: requests are served by either version for a moment, and by the new one from then on."""
    aws.function("pack", SLOW.format(version="0"))
    answers: list[str] = []
    done = threading.Event()

    def load() -> None:
        while not done.is_set():
            answers.append(aws.invoke("pack", 0.01))

    with ThreadPoolExecutor() as pool:
        loads = [pool.submit(load) for _ in range(3)]
        try:
            for version in range(1, 6):
                aws.update("pack", SLOW.format(version=version))
                newest = str(version)
                eventually(lambda: answers[-1:] == [newest], what=f"version {newest}")  # noqa: B023 - called at once
        finally:
            done.set()
        for one in loads:
            one.result()
    assert all(isinstance(answer, str) for answer in answers)
    assert aws.invoke("pack", 0) == "5"


def test_an_update_in_one_account_leaves_the_same_name_elsewhere_alone(aws: Aws) -> None:
    """AWS: functions of different accounts or Regions have nothing in common but a name."""
    counts = "n = 0\ndef handler(event, context):\n global n\n n += 1\n return n"
    other = aws.in_region("us-west-2")
    for region in (aws, other):
        region.function("pack", counts)
        assert region.invoke("pack") == 1
    other.client("lambda").update_function_configuration(FunctionName="pack", Timeout=9)
    assert (aws.invoke("pack"), other.invoke("pack")) == (2, 1)
