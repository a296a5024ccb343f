"""A burst of requests at one function."""

import os
from concurrent.futures import ThreadPoolExecutor

from tests.support.aws import Aws

WHO = "import os, time\ndef handler(event, context):\n time.sleep(0.1)\n return os.getpid()"


def test_every_request_of_a_burst_is_answered_by_a_handful_of_environments(aws: Aws) -> None:
    """AWS: concurrent requests have environments of their own; here no more of them than the machine can start."""
    aws.function("burst", WHO)

    with ThreadPoolExecutor(max_workers=30) as pool:
        answers = list(pool.map(lambda _: aws.invoke("burst", None), range(30)))

    assert len(answers) == 30
    assert 1 < len(set(answers)) <= 2 * (os.cpu_count() or 1)
