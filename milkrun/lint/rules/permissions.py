"""Rules about permissions: least privilege, in every partition."""

from collections.abc import Iterator
from typing import Any

from milkrun.lint import house
from milkrun.lint.house import Problem
from milkrun.lint.written import Line, WrittenTemplate, walk

TOO_MUCH = ("FullAccess", "AdministratorAccess", "PowerUserAccess")


class WildcardsHaveAReason(house.HouseRule):
    id = "E9005"
    shortdesc = "At most one statement of a resource allows everything, and says why"
    description = 'Some actions know no resources: Resource "*" then stands alone, with a comment that says so'

    def problems(self, template: WrittenTemplate) -> Iterator[Problem]:
        for resource in template.resources():
            wildcards = list(_wildcards(resource.body))
            for key in wildcards[1:]:
                yield (
                    key,
                    f'{resource.key} has more than one statement with Resource "*": one is enough, name the others',
                )
            for key in wildcards:
                if not template.reason_at(key):
                    yield key, f'{resource.key}: Resource "*" needs a comment on its line that says why'


class NoSweepingPolicies(house.HouseRule):
    id = "E9006"
    shortdesc = "No managed policy that allows everything"
    description = "FullAccess policies hold what nobody asked for: use SAM policy templates or statements"

    def problems(self, template: WrittenTemplate) -> Iterator[Problem]:
        for resource in template.resources():
            for key in ("Policies", "ManagedPolicyArns"):
                for node, value in walk(resource.properties.get(key) or []):
                    if isinstance(value, str) and any(word in value for word in TOO_MUCH):
                        yield node, f"{resource.key}: {value} allows too much; list the actions that it needs"


class EveryPartition(house.HouseRule):
    id = "E9007"
    shortdesc = "An ARN names its partition by ${AWS::Partition}"
    description = "arn:aws: is wrong in the partitions of China and of governments"

    def problems(self, template: WrittenTemplate) -> Iterator[Problem]:
        for number, line in enumerate(template.lines):
            if "arn:aws:" in line.partition(" #")[0] and not line.lstrip().startswith("#"):
                yield Line(number, len(line)), "write arn:${AWS::Partition}: instead of arn:aws:"


def _wildcards(body: Any) -> Iterator[Any]:
    for _, value in walk(body):
        # Only what allows: a Deny of everything is no danger.
        if isinstance(value, dict) and value.get("Effect") == "Allow":
            for key, resource in value.items():
                if key == "Resource" and (resource == "*" or (isinstance(resource, list) and "*" in resource)):
                    yield key
