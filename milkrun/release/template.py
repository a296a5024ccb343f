"""Reads CloudFormation templates, and takes everything local out of them so that one copy serves every target."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from milkrun.quick_yaml import SafeLoader

BUCKET_PARAMETER = "ArtifactBucket"
_CODE = {"AWS::Serverless::Function": "CodeUri", "AWS::Serverless::LayerVersion": "ContentUri"}
_INLINED = {
    "AWS::Serverless::Api": ("DefinitionUri", "DefinitionBody"),
    "AWS::Serverless::StateMachine": ("DefinitionUri", "Definition"),
}


class _Loader(SafeLoader):  # type: ignore[misc,valid-type]
    """YAML with CloudFormation's short forms (``!Ref``), read as their long ones."""


def _short_form(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)  # type: ignore[arg-type]
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _short_form)
# A date in a template (2010-09-09, 2012-10-17) is a version: text.
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_template(path: Path) -> dict[str, Any]:
    """A template as a plain structure with CloudFormation's long forms."""
    return dict(yaml.load(path.read_text(), Loader=_Loader))  # noqa: S506 - _Loader is a SafeLoader


def without_local_paths(template: dict[str, Any], folder: Path, store: Callable[[Path], str]) -> dict[str, Any]:
    """The template with code referred to by digest in a bucket that is a parameter, and definitions written out.

    ``store`` takes a folder of code and answers with its digest.
    """

    def move(properties: dict[str, Any], name: str) -> None:
        if isinstance(properties.get(name), str):
            sha = store((folder / properties[name]).resolve())
            properties[name] = {"Bucket": {"Ref": BUCKET_PARAMETER}, "Key": f"artifacts/{sha}.zip"}

    move(template.get("Globals", {}).get("Function", {}), "CodeUri")
    for resource in template.get("Resources", {}).values():
        properties = resource.get("Properties", {})
        kind = resource.get("Type", "")
        if name := _CODE.get(kind):
            move(properties, name)
        if (names := _INLINED.get(kind)) and isinstance(properties.get(names[0]), str):
            properties[names[1]] = _definition((folder / properties.pop(names[0])).resolve())
    bucket = {"Type": "String", "Description": "Bucket of this account and Region that holds the stack's code"}
    template["Parameters"] = {**template.get("Parameters", {}), BUCKET_PARAMETER: bucket}
    return template


def _definition(path: Path) -> Any:
    return json.loads(path.read_text()) if path.suffix == ".json" else read_template(path)


def required_parameters(template: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Names of all parameters, and of those without a default."""
    parameters = template.get("Parameters", {})
    return sorted(parameters), sorted(name for name, each in parameters.items() if "Default" not in each)
