"""What a function finds around it."""

import pytest

from milkrun.local.cloud import LocalCloud
from tests.support.aws import Aws, zipped

LOOKS = """
import importlib, os, tempfile, urllib.request

def handler(event, context):
    if "import" in event:
        return importlib.import_module(event["import"]).__file__
    if "get" in event:
        return urllib.request.urlopen(event["get"], timeout=5).status
    return {"environment": dict(os.environ), "tmp": tempfile.gettempdir()}
"""


def test_nothing_of_the_emulator_reaches_a_function(aws: Aws) -> None:
    """AWS: a function's environment holds what AWS defines and what its configuration adds."""
    aws.function("look", LOOKS, Environment={"Variables": {"MILKRUN_CELL": "cell-1"}})
    names = set(aws.invoke("look", {})["environment"])
    assert {"MILKRUN_CELL", "AWS_REGION", "AWS_LAMBDA_FUNCTION_NAME", "_HANDLER", "AWS_EXECUTION_ENV"} <= names
    assert not names & {"AUTH", "STATE_DIR", "GATEWAY_PORT", "HOME", "DOCKER_HOST", "PYTHONPATH"}


def test_each_environment_has_a_temporary_folder_of_its_own(aws: Aws) -> None:
    """AWS: every execution environment has its own file system; here at least where `tempfile` looks."""
    aws.function("one", LOOKS)
    aws.function("two", LOOKS)
    assert aws.invoke("one", {})["tmp"] != aws.invoke("two", {})["tmp"]


@pytest.mark.parametrize("package", ["boto3", "botocore", "dateutil", "urllib3"])
def test_what_awss_runtime_brings_is_there(aws: Aws, package: str) -> None:
    """AWS: the Python runtime includes the SDK and what it needs."""
    aws.function("look", LOOKS)
    assert aws.invoke("look", {"import": package}).endswith("__init__.py")


@pytest.mark.parametrize("package", ["pydantic", "yaml", "ministack", "cryptography", "milkrun"])
def test_what_a_function_does_not_bring_along_is_missing(aws: Aws, package: str) -> None:
    """AWS: any other package must be in the function's artifact or a layer."""
    aws.function("look", LOOKS)
    assert aws.invoke("look", {"import": package})["errorType"] == "ModuleNotFoundError"


def test_a_functions_own_code_comes_before_its_layers_and_they_before_the_runtime(aws: Aws) -> None:
    """AWS: /var/task, then /opt/python, then the runtime's own packages."""
    layers = aws.client("lambda")
    files = {"python/boto3/__init__.py": "", "python/index_helper.py": "", "python/index.py": "raise SystemExit"}
    layer = layers.publish_layer_version(LayerName="shadow", Content={"ZipFile": zipped(files)})
    aws.function("look", LOOKS, Layers=[layer["LayerVersionArn"]])
    assert "layer_0" in aws.invoke("look", {"import": "boto3"})
    assert "layer_0" in aws.invoke("look", {"import": "index_helper"})


def test_a_function_reaches_names_under_localhost(aws: Aws, local_cloud: LocalCloud) -> None:
    """RFC 6761: names under .localhost are loopback; so a function calls a service by its name, as on AWS."""
    aws.function("look", LOOKS)
    port = local_cloud.edge_url.rpartition(":")[2]
    answer = aws.invoke("look", {"get": f"http://cell-9.fulfillment.localhost:{port}/"})
    assert answer["errorMessage"].startswith("HTTP Error 404")
