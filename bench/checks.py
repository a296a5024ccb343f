"""Ten thousand recorded operations against a changed schema: the difference, a check, and a check of everything."""

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from graphql import GraphQLSchema
from milkrun_graph.checks import Policy, Recorded, api_schema, check, difference
from rich.console import Console
from rich.table import Table

OPERATIONS = 10_000
TYPES = 300
FIELDS = 12
DEPTH = 2
TARGETS = {"check, operations near a change": 15}


def run() -> None:
    """Print CPU seconds, and beside them what they should be on two cores."""
    old = api_schema(_sdl())
    new = api_schema(_sdl().replace("T7_f3: String\n", "").replace("T9_f1: T", "T9_f1(must: Int!): T"))
    chance = random.Random(7)  # noqa: S311 - the same operations every time
    records = [Recorded(str(number), _operation(chance, number), {"web": 1}, []) for number in range(OPERATIONS)]
    figures = {
        "difference of two schemas": _timed(lambda: difference(old, new)),
        "check, operations near a change": _timed(lambda: _check(old, new, records, Policy())),
        "check, all operations": _timed(lambda: _check(old, new, records, Policy(validate_all=True))),
    }
    table = Table("figure", "CPU seconds", "target", title=f"schema checks, {OPERATIONS} records", title_justify="left")
    for name, seconds in figures.items():
        table.add_row(name, f"{seconds:.2f}", f"< {TARGETS[name]}" if name in TARGETS else "")
    Console().print(table)


def _check(old: GraphQLSchema, new: GraphQLSchema, records: list[Recorded], policy: Policy) -> None:
    report = check(old, new, records, datetime.now(UTC), policy)
    if report.passed or report.refused or report.operations != OPERATIONS:
        raise AssertionError("the check did not judge what it was meant to judge")


def _timed(work: Callable[[], Any]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _sdl() -> str:
    """Types whose even fields are strings and whose odd fields lead to other types."""
    types = []
    for number in range(TYPES):
        lines = [f"  T{number}_f{field}: {_type(number, field)}\n" for field in range(FIELDS)]
        types.append(f"type T{number} {{\n{''.join(lines)}}}\n")
    roots = "".join(f"  r{number}(id: ID): T{number}\n" for number in range(TYPES))
    return f"type Query {{\n{roots}}}\n{''.join(types)}"


def _type(number: int, field: int) -> str:
    # One odd field in two leads on; three is a string, so that it can go.
    return f"T{_next(number, field)}" if field % 2 and field != 3 else "String"  # noqa: PLR2004


def _next(number: int, field: int) -> int:
    return (number * 7 + field) % TYPES


def _operation(chance: random.Random, number: int) -> str:
    root = chance.randrange(TYPES)
    return f"query Q{number}($id: ID) {{ r{root}(id: $id) {_selection(chance, root, DEPTH)} }}"


def _selection(chance: random.Random, number: int, depth: int) -> str:
    chosen = sorted(chance.sample(range(FIELDS), 4))
    parts = []
    for field in chosen:
        if _type(number, field) == "String":
            parts.append(f"T{number}_f{field}")
        elif depth:
            parts.append(f"T{number}_f{field} {_selection(chance, _next(number, field), depth - 1)}")
    return f"{{ {' '.join(parts) or '__typename'} }}"
