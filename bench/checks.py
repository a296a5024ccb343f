"""Ten thousand recorded operations against changed schemas, on one processor, with CPU time alone."""

import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from statistics import mean
from typing import Any

from graphql import GraphQLSchema
from milkrun_graph.checks import Policy, Recorded, api_schema, check, difference
from rich.console import Console
from rich.table import Table

OPERATIONS = 10_000
TYPES = 300
FIELDS = 12
DEPTHS = (0, 1, 1, 1, 2, 2, 3)
TARGET = 15
COMMON = """
enum Lang { EN DE FR }
input Filter { text: String lang: Lang = EN not: Filter years: [Int!] }
interface Node { id: ID! }
"""


def run() -> None:
    """Print CPU seconds, and beside them what they should be."""
    sdl = COMMON + _sdl()
    old = api_schema(sdl)
    few = api_schema(sdl.replace("T7_f3: String\n", "").replace("T9_f1(", "T9_f1(must: Int!, "))
    many = api_schema(sdl.replace("EN DE FR", "EN FR"))
    records = list(_records(random.Random(7)))  # noqa: S311 - the same operations every time
    figures = {
        "difference of two schemas": _timed(lambda: difference(old, few)),
        "check, operations near a change": _timed(lambda: _check(old, few, records, Policy())),
        "check, all operations": _timed(lambda: _check(old, few, records, Policy(validate_all=True))),
        "check, most operations broken": _timed(lambda: _check(old, many, records, Policy(validate_all=True))),
    }
    size = round(mean(len(record.query) for record in records))
    title = f"schema checks, {OPERATIONS} records of {size} characters on average"
    table = Table("figure", "CPU seconds", "target", title=title, title_justify="left")
    for name, seconds in figures.items():
        table.add_row(name, f"{seconds:.2f}", f"< {TARGET}" if name.startswith("check") else "")
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
    """Types whose even fields are strings and whose odd fields lead to other types, one in three to an interface."""
    types = []
    for number in range(TYPES):
        lines = [f"  T{number}_f{field}{_arguments(field)}: {_type(number, field)}\n" for field in range(FIELDS)]
        types.append(f"type T{number} implements Node {{\n  id: ID!\n{''.join(lines)}}}\n")
    roots = "".join(f"  r{number}(id: ID!, lang: Lang = EN): T{number}\n" for number in range(TYPES))
    return f"type Query {{\n{roots}}}\n{''.join(types)}"


def _arguments(field: int) -> str:
    if _leads_on(field):
        return "(first: Int = 10, filter: Filter)"
    return "(lang: Lang = EN)" if field in (2, 6) else ""


def _leads_on(field: int) -> bool:
    # Three is a string, so that it can go.
    return field % 2 == 1 and field != 3  # noqa: PLR2004


def _type(number: int, field: int) -> str:
    if not _leads_on(field):
        return "String"
    return "Node" if field == FIELDS - 1 else f"[T{_next(number, field)}!]"


def _next(number: int, field: int) -> int:
    return (number * 7 + field) % TYPES


def _records(chance: random.Random) -> Iterator[Recorded]:
    for number in range(OPERATIONS):
        yield Recorded(str(number), _Operation(chance, number).text, {"web": 1}, [])


class _Operation:
    """One operation as clients write them: on several lines, with variables, aliases, fragments and a directive."""

    def __init__(self, chance: random.Random, number: int) -> None:
        self.chance = chance
        self.fragments: list[str] = []
        root, lang = chance.randrange(TYPES), chance.choice(["DE", "DE", "DE", "FR", "$lang"])
        body = self.selection(root, chance.choice(DEPTHS), "  ")
        head = f"query Q{number}($id: ID!, $lang: Lang, $filter: Filter, $full: Boolean = true)"
        self.text = "\n".join([f"{head} {{\n  r{root}(id: $id, lang: {lang}) {body}\n}}", *self.fragments])

    def selection(self, number: int, depth: int, indent: str) -> str:
        inner = f"{indent}  "
        lines = ["__typename", "id", *(self.field(number, field, depth, inner) for field in self.fields(depth))]
        if depth and self.chance.random() < 0.2:  # noqa: PLR2004
            name = f"Part{len(self.fragments)}_{number}"
            self.fragments.append("")
            self.fragments[-1] = f"fragment {name} on T{number} {self.selection(number, 0, '')}"
            lines.append(f"...{name}")
        return "{\n" + "".join(f"{inner}{line}\n" for line in lines) + f"{indent}}}"

    def fields(self, depth: int) -> list[int]:
        chosen = sorted(self.chance.sample(range(FIELDS), 5))
        return [field for field in chosen if depth or not _leads_on(field)]

    def field(self, number: int, field: int, depth: int, indent: str) -> str:
        name = f"T{number}_f{field}"
        if not _leads_on(field):
            # One alias for one field: fragments repeat it.
            return f"name{field}: {name}(lang: $lang)" if _arguments(field) else name
        call = f'{name}(first: {depth}0, filter: {{text: "some", years: [1999, 2000], not: $filter}})'
        if field == FIELDS - 1:
            return f"{name} @include(if: $full) {{ id ... on T{number} {self.selection(number, 0, indent)} }}"
        return f"{call} {self.selection(_next(number, field), depth - 1, indent)}"
