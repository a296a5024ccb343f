"""Brings an artifact into a target: every byte is checked against the digest that the release names."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from delivery.aws import TargetAccount, own
from delivery.errors import ArtifactIncomplete, DigestMismatch

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_CHUNK = 1 << 20


@dataclass(frozen=True)
class Artifact:
    """What a digest stands for: a template and the objects that it needs, by their SHA-256."""

    digest: str
    template: str
    objects: tuple[str, ...]

    @property
    def template_key(self) -> str:
        return f"templates/{self.template}.json"

    @property
    def object_keys(self) -> tuple[str, ...]:
        return tuple(f"artifacts/{sha}.zip" for sha in self.objects)


def canonical(content: Any) -> bytes:
    """The bytes that a manifest's digest is taken of."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def read(bucket: str, digest: str) -> Artifact:
    """The artifact's manifest from the delivery account.

    Raises DigestMismatch for a manifest that was changed after it was built, ArtifactIncomplete if there is none.
    """
    body = _get(own("s3"), bucket, f"manifests/{digest}.json")
    content = json.loads(body)["content"]
    if hashlib.sha256(canonical(content)).hexdigest() != digest:
        raise DigestMismatch(f"the manifest of artifact {digest} was changed after it was built: build it again")
    return Artifact(digest, content["template"], tuple(each["sha256"] for each in content["objects"]))


def check_complete(bucket: str, artifact: Artifact) -> None:
    """Raises ArtifactIncomplete naming what is missing in the delivery account."""
    missing = [key for key in (artifact.template_key, *artifact.object_keys) if not _exists(own("s3"), bucket, key)]
    if missing:
        raise ArtifactIncomplete(f"artifact {artifact.digest} lacks {', '.join(missing)} in {bucket}: build it again")


def bring(bucket: str, artifact: Artifact, account: TargetAccount) -> int:
    """Copy into the target's bucket what is not there yet, then read back and verify all of it; the number copied.

    Objects are named by their content, so one that is there is right or was tampered with: both are looked at.
    """
    there = account.client("s3")
    copied = 0
    digests = [(artifact.template_key, artifact.template)]
    digests += list(zip(artifact.object_keys, artifact.objects, strict=True))
    for key, digest in digests:
        if not _exists(there, account.bucket, key):
            body = _get(own("s3"), bucket, key)
            _check(key, digest, hashlib.sha256(body).hexdigest())
            there.put_object(Bucket=account.bucket, Key=key, Body=body)
            copied += 1
        _check(key, digest, _digest(there, account.bucket, key))
    return copied


def template_url(account: TargetAccount, artifact: Artifact) -> str:
    """Where CloudFormation, in the target, reads the template."""
    return f"https://s3.{account.region}.amazonaws.com/{account.bucket}/{artifact.template_key}"


def _check(key: str, expected: str, actual: str) -> None:
    if expected != actual:
        raise DigestMismatch(f"{key} has SHA-256 {actual}: it is not what was built, delete it and build again")


def _digest(s3: S3Client, bucket: str, key: str) -> str:
    sha = hashlib.sha256()
    for chunk in s3.get_object(Bucket=bucket, Key=key)["Body"].iter_chunks(_CHUNK):
        sha.update(chunk)
    return sha.hexdigest()


def _get(s3: S3Client, bucket: str, key: str) -> bytes:
    try:
        return s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    except s3.exceptions.NoSuchKey as error:
        raise ArtifactIncomplete(f"{key} is not in {bucket}: build the artifact again") from error


def _exists(s3: S3Client, bucket: str, key: str) -> bool:
    try:
        s3.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] in {"404", "NoSuchKey", "NotFound"}:
            return False
        raise
    return True
