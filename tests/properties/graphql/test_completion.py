"""The generated projection and the rules agree wherever the projection does not step back."""

from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from milkrun_graph.executor.complete import Completion
from milkrun_graph.executor.project import IRREGULAR, projector
from milkrun_graph.planner.plan import ProjectedField, Projection

WRAPS = st.sampled_from(["", "!", "[", "![", "[!", "![!", "[[", "![![!"])
TYPES = ["Cat", "Dog", "Fox"]
SCALARS = ["Int", "Float", "String", "Boolean", "ID", "Custom", "Color"]
COLORS = frozenset({"RED", "BLUE"})
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**33), 2**33), st.floats(), st.sampled_from(["", "RED", "GREEN", "7"])
)


@st.composite
def leaf_fields(draw: st.DrawFn, key: str) -> ProjectedField:
    named = draw(st.sampled_from(SCALARS))
    types = draw(st.none() | st.frozensets(st.sampled_from(TYPES), min_size=1))
    values = COLORS if named == "Color" else None
    return ProjectedField(key, draw(st.sampled_from(["a", "b", "c"])), draw(WRAPS), named, types, values=values)


@st.composite
def projections(draw: st.DrawFn, depth: int = 2) -> Projection:
    fields: list[ProjectedField] = []
    for key in draw(st.lists(st.sampled_from("uvwxyz"), max_size=4, unique=True)):
        kind = draw(st.sampled_from(["leaf", "object", "typename"] if depth else ["leaf", "typename"]))
        if kind == "typename":
            fields.append(ProjectedField(key, "__typename", "!", "String", typename=True))
        elif kind == "object":
            inner = draw(projections(depth - 1))
            fields.append(ProjectedField(key, draw(st.sampled_from("no")), draw(WRAPS), "Animal", projection=inner))
        else:
            fields.append(draw(leaf_fields(key)))
    typename = draw(st.none() | st.sampled_from(TYPES))
    possible = draw(st.frozensets(st.sampled_from(TYPES), min_size=1))
    told = typename is None and draw(st.booleans())
    return Projection(typename, possible, tuple(fields), told)


def values(draw: Callable[..., Any], wrap: str, field: ProjectedField) -> Any:
    """A value that mostly fits."""
    if draw(st.integers(0, 30)) == 0:
        return draw(LEAVES | st.just([]) | st.just({}))
    if wrap.startswith("!"):
        return values(draw, wrap[1:], field)
    if draw(st.integers(0, 4)) == 0:
        return None
    if wrap.startswith("["):
        return [values(draw, wrap[1:], field) for _ in range(draw(st.integers(0, 2)))]
    if field.projection is not None:
        return objects(draw, field.projection)
    fitting = {"Int": st.integers(-9, 9), "Float": st.floats(-9, 9), "Boolean": st.booleans()}
    return draw(fitting.get(field.named, st.sampled_from(["RED", "BLUE"])))


def objects(draw: Callable[..., Any], projection: Projection) -> dict[str, Any]:
    made: dict[str, Any] = {"__typename": draw(st.sampled_from([*sorted(projection.possible), *TYPES, "Unheard"]))}
    if draw(st.integers(0, 9)) == 0:
        del made["__typename"]
    for field in projection.fields:
        if not field.typename and field.source not in made:
            made[field.source] = values(draw, field.wrap, field)
    return made


@given(st.data())
def test_generated_code_completes_as_the_rules_do_or_leaves_it_to_them(data: st.DataObject) -> None:
    projection = data.draw(projections())
    working = objects(data.draw, projection)
    errors: list[dict[str, Any]] = []
    expected = Completion(errors, None).complete(working, projection)
    try:
        found = projector(projection)(working)
    except IRREGULAR:
        return
    assert repr(found) == repr(expected)
    assert errors == []


@given(st.data())
def test_a_null_that_must_not_be_is_explained_by_an_error(data: st.DataObject) -> None:
    projection = data.draw(projections())
    errors: list[dict[str, Any]] = []
    if Completion(errors, None).complete(objects(data.draw, projection), projection) is None:
        assert errors or projection.typename is None
