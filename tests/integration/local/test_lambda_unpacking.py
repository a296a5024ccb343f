"""Where an execution environment finds its code."""

from concurrent.futures import ThreadPoolExecutor

from tests.support.aws import Aws

WHERE = (
    "import os, time\ndef handler(event, context):\n time.sleep(0.1)\n return [os.getpid(), os.path.realpath(__file__)]"
)


def test_environments_of_one_version_share_their_unpacked_code(aws: Aws) -> None:
    """AWS: code is prepared once per version, not once per environment."""
    aws.function("shared", WHERE)

    with ThreadPoolExecutor(max_workers=3) as pool:
        answers = list(pool.map(lambda _: aws.invoke("shared", None), range(6)))

    assert len({pid for pid, _ in answers}) > 1
    assert len({file for _, file in answers}) == 1


def test_new_code_is_found_in_a_place_of_its_own(aws: Aws) -> None:
    """AWS: an environment of the new version never sees a file of the old one."""
    aws.function("changing", WHERE)
    old = aws.invoke("changing", None)
    aws.update("changing", WHERE + " + ['new']")

    new = aws.invoke("changing", None)

    assert new[2] == "new"
    assert new[1] != old[1]
