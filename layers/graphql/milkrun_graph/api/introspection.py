"""Answers ``__schema`` and ``__type`` from the API schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLSchema, execute_sync, parse


def introspect(schema: GraphQLSchema, operation: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    """The data of an operation that has introspection fields only.  It was validated before."""
    return execute_sync(schema, parse(operation, no_location=True), variable_values=dict(variables)).data or {}
