"""An account that nobody has: for tests of code that talks to AWS, over a stand-in in the same process."""

import pytest


def no_account(patch: pytest.MonkeyPatch) -> None:
    """Credentials and a Region that mean nothing, and no address of a cloud that happens to run."""
    patch.delenv("AWS_ENDPOINT_URL", raising=False)
    patch.delenv("AWS_PROFILE", raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        patch.setenv(name, "testing")
    patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
