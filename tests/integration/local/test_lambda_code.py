"""Where a stack's code comes from."""

from typing import Any

from tests.support.aws import Aws, zipped

VERSION = "def handler(event, context):\n return '{}'"
LAYER = "import lettering\ndef handler(event, context):\n return lettering.TEXT"


def stack(key: str, handler_reads: str = "") -> dict[str, Any]:
    """A SAM template as our release artifacts have it: bucket by reference, key by content."""
    where = {"Bucket": {"Ref": "ArtifactBucket"}, "Key": key}
    resources: dict[str, Any] = {
        "Pack": {
            "Type": "AWS::Serverless::Function",
            "Properties": {"Runtime": "python3.13", "Handler": "index.handler", "CodeUri": where},
        }
    }
    if handler_reads:
        layer = {"Bucket": {"Ref": "ArtifactBucket"}, "Key": handler_reads}
        resources["Core"] = {"Type": "AWS::Serverless::LayerVersion", "Properties": {"ContentUri": layer}}
        resources["Pack"]["Properties"]["Layers"] = [{"Ref": "Core"}]
    return {
        "Transform": "AWS::Serverless-2016-10-31",
        "Parameters": {"ArtifactBucket": {"Type": "String"}},
        "Resources": resources,
        "Outputs": {"Function": {"Value": {"Ref": "Pack"}}},
    }


def upload(aws: Aws, **objects: dict[str, str]) -> None:
    """Put zip archives into the account's bucket."""
    aws.client("s3").create_bucket(Bucket=f"artifacts-{aws.account}")
    for name, files in objects.items():
        aws.client("s3").put_object(Bucket=f"artifacts-{aws.account}", Key=f"artifacts/{name}.zip", Body=zipped(files))


def test_a_stack_without_its_code_fails(aws: Aws) -> None:
    """AWS: Lambda answers "S3 Error Code: NoSuchKey", the function's creation fails, the stack rolls back."""
    upload(aws)
    status = aws.deploy("pack", stack("artifacts/none.zip"), ArtifactBucket=f"artifacts-{aws.account}")
    assert status == "ROLLBACK_COMPLETE"
    events = aws.client("cloudformation").describe_stack_events(StackName="pack")["StackEvents"]
    assert any("NoSuchKey" in event.get("ResourceStatusReason", "") for event in events)


def test_a_reference_in_code_uri_is_resolved_at_creation_and_update(aws: Aws) -> None:
    """SAM: CodeUri takes an object of Bucket and Key, with intrinsic functions in them."""
    upload(aws, one={"index.py": VERSION.format("one")}, two={"index.py": VERSION.format("two")})
    for name, expected in (("one", "CREATE_COMPLETE"), ("two", "UPDATE_COMPLETE")):
        bucket = f"artifacts-{aws.account}"
        assert aws.deploy("pack", stack(f"artifacts/{name}.zip"), ArtifactBucket=bucket) == expected
        assert aws.invoke(aws.outputs("pack")["Function"]) == name


def test_a_reference_in_content_uri_is_resolved_at_creation_and_update(aws: Aws) -> None:
    """SAM: ContentUri of a layer likewise; new content is a new version of the layer, which the function then has."""
    upload(
        aws,
        code={"index.py": LAYER},
        one={"python/lettering.py": "TEXT = 'one'"},
        two={"python/lettering.py": "TEXT = 'two'"},
    )
    for name, expected in (("one", "CREATE_COMPLETE"), ("two", "UPDATE_COMPLETE"), ("one", "UPDATE_COMPLETE")):
        template = stack("artifacts/code.zip", handler_reads=f"artifacts/{name}.zip")
        assert aws.deploy("pack", template, ArtifactBucket=f"artifacts-{aws.account}") == expected
        assert aws.invoke(aws.outputs("pack")["Function"]) == name
