"""Modules built with ``sam build`` and deployed with ``sam deploy`` to a local cloud, for tests that need a few."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import yaml

from milkrun.accounts import CLIENT_CONFIG, session
from milkrun.environment import Environment
from milkrun.fleet import Target
from milkrun.where import Module, find_module
from tests.support.sam import ROOT, Sam


class _AnyTag(yaml.SafeLoader):
    """Reads a template without caring what its intrinsic functions would give."""


def _name_of_tag(_loader: yaml.SafeLoader, suffix: str, _node: yaml.Node) -> str:
    return f"!{suffix}"


_AnyTag.add_multi_constructor("!", _name_of_tag)


@cache
def read_template(path: Path) -> dict[str, Any]:
    """A template as written, every intrinsic function replaced by its name; one that is missing has no resources.

    That a module has a template is for the house tests to say, not for a traceback while tests are collected.
    """
    if not path.exists():
        return {"Resources": {}}
    template: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=_AnyTag)  # noqa: S506 — a SafeLoader
    return template


@dataclass(frozen=True)
class Stack:
    """One deployed module: its built template, and what its functions know there."""

    module: Module
    template: Path
    environments: dict[str, dict[str, str]]


@dataclass
class Stacks:
    """Deploys a module, and first what it needs there, when a test asks for it the first time."""

    cloud: Environment
    sam: Callable[[dict[str, str]], Sam]
    known: dict[str, Stack | BaseException] = field(default_factory=dict)

    def deployed(self, name: str) -> Stack:
        """The stack of a module in the last target of its pipeline, a cell or whatever it serves from."""
        if name not in self.known:
            try:
                self.known[name] = self._deploy(find_module(ROOT, name))
            except Exception as error:  # noqa: BLE001 — told again to every test that needs this stack
                self.known[name] = error
        found = self.known[name]
        if isinstance(found, BaseException):
            raise found
        return found

    def sam_in(self, name: str) -> Sam:
        """The SAM CLI with the credentials of the account in which a module runs."""
        return self.sam(self._credentials(self._target(name)))

    def _deploy(self, module: Module) -> Stack:
        fleet = self.cloud.fleet
        service = fleet.services.get(module.name)
        for needed in service.after if service else ():
            self.deployed(needed)
        target = self._target(module.name)
        values = {
            "Target": target.name,
            "Release": "by-hand",
            "ExternalId": fleet.external_id,
            "DeliveryAccountId": fleet.accounts[fleet.account_that_runs("delivery")].id,
            "DeletionProtection": "false",
            **(fleet.parameters(module.name, target) if service else {}),
        }
        declared = read_template(ROOT / module.template).get("Parameters", {})
        sam = self.sam(self._credentials(target))
        template = sam.build(module.stack)
        sam.deploy(module.stack, template, {name: value for name, value in values.items() if name in declared})
        return Stack(module, template, self._environments(module, target))

    def _target(self, name: str) -> Target:
        fleet = self.cloud.fleet
        if name in fleet.services:
            return fleet.stops(name)[-1].targets[0]
        return fleet.targets("delivery")[0]

    def _credentials(self, target: Target) -> dict[str, str]:
        # On the local cloud the access key says which account is meant.
        return {
            "AWS_ACCESS_KEY_ID": target.account_id,
            "AWS_SECRET_ACCESS_KEY": "local-cloud",
            "AWS_DEFAULT_REGION": target.region,
            "AWS_ENDPOINT_URL": str(self.cloud.fleet.cloud.endpoint_url),
        }

    def _environments(self, module: Module, target: Target) -> dict[str, dict[str, str]]:
        """Logical id of every function → the variables that the deployed function has."""
        opened: boto3.Session = session(self.cloud.fleet, target.account, target.region)
        url = self.cloud.fleet.cloud.endpoint_url
        formation = opened.client("cloudformation", endpoint_url=url, config=CLIENT_CONFIG)
        functions = opened.client("lambda", endpoint_url=url, config=CLIENT_CONFIG)
        pages = formation.get_paginator("list_stack_resources").paginate(StackName=module.stack)
        resources = [resource for page in pages for resource in page["StackResourceSummaries"]]
        return {
            resource["LogicalResourceId"]: functions.get_function_configuration(
                FunctionName=resource["PhysicalResourceId"]
            )
            .get("Environment", {})
            .get("Variables", {})
            for resource in resources
            if resource["ResourceType"] == "AWS::Lambda::Function"
        }
