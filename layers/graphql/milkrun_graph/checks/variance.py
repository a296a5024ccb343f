"""Which changes of a type everybody survives: graphql-js's rules for values that come out and values that go in."""

from typing import Any, cast

from graphql import GraphQLList, GraphQLNamedType, GraphQLNonNull, is_list_type, is_non_null_type


def safe_to_read(old: Any, new: Any) -> bool:
    """Whether whoever read values of ``old`` can read those of ``new``: the same, with fewer nulls."""
    if is_non_null_type(old):
        return is_non_null_type(new) and safe_to_read(_inner(old), _inner(new))
    if is_non_null_type(new):
        return safe_to_read(old, _inner(new))
    if is_list_type(old):
        return is_list_type(new) and safe_to_read(_inner(old), _inner(new))
    return _same_name(old, new)


def safe_to_send(old: Any, new: Any) -> bool:
    """Whether whatever was sent as ``old`` is taken as ``new``: the same, with more nulls."""
    if is_non_null_type(new):
        return is_non_null_type(old) and safe_to_send(_inner(old), _inner(new))
    if is_non_null_type(old):
        return safe_to_send(_inner(old), new)
    if is_list_type(old):
        return is_list_type(new) and safe_to_send(_inner(old), _inner(new))
    return _same_name(old, new)


def _inner(type_: Any) -> Any:
    return cast("GraphQLList[Any] | GraphQLNonNull[Any]", type_).of_type


def _same_name(old: Any, new: Any) -> bool:
    return not is_list_type(new) and cast("GraphQLNamedType", old).name == cast("GraphQLNamedType", new).name
