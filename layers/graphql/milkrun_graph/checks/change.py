"""What a difference between two API schemas is called, how bad it is, and which uses of the API feel it.

The names and grades follow the usual catalog (graphql-js's finders), and go further where that is silent: directive
arguments, defaults that disappear, `@oneOf`, new implementations of an interface, deprecation.  A coordinate is written
as the GraphQL specification's section on schema coordinates has it: ``Type.field(argument:)``, ``Enum.VALUE``,
``@directive(argument:)``.
"""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad a change can be, whoever uses the API."""

    BREAKING = "breaking"
    DANGEROUS = "dangerous"
    SAFE = "safe"


class Evidence(StrEnum):
    """What shows that an operation feels a change."""

    USE = "use"
    """It uses what changed."""
    FAILURE = "failure"
    """It uses what changed, and this use is wrong by the new schema."""


_BREAKING = """
TYPE_REMOVED TYPE_KIND_CHANGED ROOT_TYPE_REMOVED ROOT_TYPE_CHANGED
FIELD_REMOVED FIELD_TYPE_CHANGED
ARGUMENT_REMOVED ARGUMENT_TYPE_CHANGED REQUIRED_ARGUMENT_ADDED ARGUMENT_MADE_REQUIRED
INPUT_FIELD_REMOVED INPUT_FIELD_TYPE_CHANGED REQUIRED_INPUT_FIELD_ADDED INPUT_FIELD_MADE_REQUIRED ONE_OF_ADDED
ENUM_VALUE_REMOVED UNION_MEMBER_REMOVED INTERFACE_REMOVED
DIRECTIVE_REMOVED DIRECTIVE_NOT_REPEATABLE DIRECTIVE_LOCATION_REMOVED
DIRECTIVE_ARGUMENT_REMOVED DIRECTIVE_ARGUMENT_TYPE_CHANGED REQUIRED_DIRECTIVE_ARGUMENT_ADDED
DIRECTIVE_ARGUMENT_MADE_REQUIRED
OPERATION_INVALID
"""
_DANGEROUS = """
ENUM_VALUE_ADDED UNION_MEMBER_ADDED INTERFACE_ADDED IMPLEMENTATION_ADDED
OPTIONAL_ARGUMENT_ADDED OPTIONAL_INPUT_FIELD_ADDED
ARGUMENT_DEFAULT_CHANGED INPUT_FIELD_DEFAULT_CHANGED DIRECTIVE_ARGUMENT_DEFAULT_CHANGED
SCALAR_SPECIFICATION_CHANGED
"""
_SAFE = """
TYPE_ADDED ROOT_TYPE_ADDED FIELD_ADDED FIELD_TYPE_NARROWED
ARGUMENT_TYPE_WIDENED INPUT_FIELD_TYPE_WIDENED DIRECTIVE_ARGUMENT_TYPE_WIDENED ONE_OF_REMOVED
DIRECTIVE_ADDED DIRECTIVE_REPEATABLE DIRECTIVE_LOCATION_ADDED OPTIONAL_DIRECTIVE_ARGUMENT_ADDED
DEPRECATED DEPRECATION_REMOVED DEPRECATION_REASON_CHANGED DESCRIPTION_CHANGED
"""
SEVERITIES = {
    **dict.fromkeys(_BREAKING.split(), Severity.BREAKING),
    **dict.fromkeys(_DANGEROUS.split(), Severity.DANGEROUS),
    **dict.fromkeys(_SAFE.split(), Severity.SAFE),
}
"""Every code of a change and its grade.  ``OPERATION_INVALID`` is found by validation alone: see ``check``."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference.

    ``subject`` tells apart what has no coordinate of its own: a union's member, an interface, a location.  ``touches``
    are use keys (see ``keys``): an operation with none of them cannot feel the change.
    """

    code: str
    coordinate: str
    message: str
    touches: frozenset[str] = frozenset()
    evidence: Evidence = Evidence.USE
    subject: str = ""

    @property
    def severity(self) -> Severity:
        return SEVERITIES[self.code]
