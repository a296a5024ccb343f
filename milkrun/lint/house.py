"""What makes a house rule a rule of cfn-lint."""

from abc import abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cfnlint.rules import CloudFormationLintRule, RuleMatch  # type: ignore[import-untyped]

from milkrun.lint.written import WrittenTemplate, location

# A node of the template, and what is wrong there with its mend.
Problem = tuple[Any, str]


class HouseRule(CloudFormationLintRule):  # type: ignore[misc]
    """A rule about the template as written.

    Rule files say ``house.HouseRule``, never import the class itself: cfn-lint would take the import for a rule.
    """

    source_url = "CONTRIBUTING.md"
    tags = ["milkrun"]

    @abstractmethod
    def problems(self, template: WrittenTemplate) -> Iterator[Problem]:
        """Everything in the template that breaks this rule."""

    def match(self, cfn: Any) -> list[RuleMatch]:
        """What cfn-lint calls, with a template that it has transformed already."""
        template = WrittenTemplate(Path(cfn.filename))
        return [RuleMatch([], message, location=location(node)) for node, message in self.problems(template)]
