"""The error tree as problem details, and what pydantic finds as a refusal."""

import json

import pytest
from milkrun_core.errors import Conflict, InvalidRequest, MilkrunError, NotFound, Unavailable, Unprocessable
from milkrun_core.http import parse, problem
from pydantic import BaseModel, Field


class ThingLost(NotFound):
    """A module's own name under a shared status."""


class Line(BaseModel):
    """A part of a body."""

    count: int = Field(ge=1)


class Body(BaseModel):
    """A body."""

    lines: list[Line]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (MilkrunError, 500),
        (InvalidRequest, 400),
        (Unprocessable, 422),
        (NotFound, 404),
        (Conflict, 409),
        (Unavailable, 503),
    ],
)
def test_every_parent_decides_a_status(error: type[MilkrunError], status: int) -> None:
    assert error("what").as_problem()["status"] == status


def test_a_module_adds_a_name_and_the_facts() -> None:
    answer = problem(ThingLost("no thing t-1", thing_id="t-1", status="of the thing"))
    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")
    assert json.loads(str(answer.body)) == {
        "type": "urn:milkrun:problem:ThingLost",
        "title": "Not Found",
        "status": 404,
        "detail": "no thing t-1",
        "code": "ThingLost",
        "thing_id": "t-1",
    }


@pytest.mark.parametrize(
    ("text", "field"),
    [('{"lines": [{"count": 1}, {"count": 0}]}', "lines[1].count"), ("{}", "lines"), ("{", "body"), (None, "body")],
)
def test_a_wrong_body_names_the_field(text: str | None, field: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        parse(Body, text)
    assert refused.value.details["errors"][0]["field"] == field
    assert refused.value.message.startswith(field)
