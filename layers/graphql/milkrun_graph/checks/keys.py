"""Names for the ways in which an operation can use an API.

Most are schema coordinates: a selected field ``Type.field``, a given argument ``Type.field(argument:)``, a sent input
field ``Input.field``, a sent value ``Enum.VALUE``, a directive ``@name`` and its ``@name(argument:)``, and a type that
is named, entered or returned.  The others need a sign that no coordinate has.
"""


def argument(owner: str, name: str) -> str:
    """A given argument of a field (``Type.field``) or of a directive (``@name``)."""
    return f"{owner}({name}:)"


def omitted(coordinate: str) -> str:
    """An argument or input field that was left out, so that its default holds."""
    return f"{coordinate}|omitted"


def sent(input_type: str) -> str:
    """An object of this input type was sent."""
    return f"{input_type}|sent"


def read(enum: str) -> str:
    """A field of this enum was selected: the client sees its values."""
    return f"{enum}|read"


def returned(abstract: str) -> str:
    """A field of this interface or union was selected: the client sees objects of its possible types."""
    return f"{abstract}|returned"


def condition(type_: str) -> str:
    """A fragment on this type."""
    return f"{type_}|condition"


def narrowed(scope: str, condition: str) -> str:
    """A fragment on one type stands inside a selection on another."""
    return f"{scope}|{condition}"


def located(directive: str, location: str) -> str:
    """A directive at one kind of place."""
    return f"@{directive}|{location}"


def repeated(directive: str) -> str:
    """A directive more than once at one place."""
    return f"@{directive}|repeated"


def operation(kind: str) -> str:
    """A query, a mutation or a subscription."""
    return f"|{kind}"
