"""Whatever releases do at once, and whoever loses a race: the current state composes, and no version is ever lost.

Several graphlets stage, publish and withdraw, an operator rolls back, and every write of the state may come just after
somebody else's.  The schemas are drawn so that some do not fit together and some break what clients ask.
"""

import hashlib
import json
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st
from milkrun_graph.composer import Subgraph, compose
from registry.domain.state import State
from registry.schemas import STATE, Submission
from registry.usecases import judge

from milkrun.registry import rolled_back
from tests.support.registry import LINK, FakeBucket, FakePorts, a_submission, an_operation

NAMES = ("people", "titles", "ratings")
# Fields that several graphlets may claim: without @shareable only one of them can have it.
FIELDS = ("a", "b", "c")


def a_schema(name: str, fields: frozenset[str]) -> str:
    claimed = " ".join(f"{one}: Int" for one in sorted(fields))
    own = f"type Query {{ {name}: Thing }}" if name != "ratings" else ""
    return f'{LINK}{own}\ntype Thing @key(fields: "id") {{ id: ID! {name}Own: Int {claimed} }}'


@dataclass(frozen=True)
class Act:
    """One thing that somebody does.  ``numbered`` tells equal ones apart, or makes them one that came twice."""

    kind: str
    name: str
    fields: frozenset[str]
    numbered: int
    back: int

    def submission(self) -> Submission:
        sdl = "" if self.kind == "withdraw" else a_schema(self.name, self.fields)
        return a_submission(self.name, sdl, phase=self.kind, release=f"r-{self.numbered}")


acts = st.builds(
    Act,
    kind=st.sampled_from(["stage", "publish", "publish", "publish", "withdraw", "check", "rollback"]),
    name=st.sampled_from(NAMES),
    fields=st.frozensets(st.sampled_from(FIELDS)),
    numbered=st.integers(0, 3),
    back=st.integers(1, 6),
)


@dataclass
class World:
    """The registry, and those who are about to write the state just before somebody else does."""

    fake: FakePorts = field(default_factory=FakePorts)
    rivals: list[Act] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.fake.bucket.disturb = self.disturb
        self.fake.usage.operations = [an_operation("{ people { a } }", "ios", 3)]

    def disturb(self) -> None:
        if self.rivals:
            self.do(self.rivals.pop())

    def do(self, act: Act) -> None:
        self.fake.later(seconds=1)
        if act.kind == "rollback":
            self.roll_back(act.back)
        else:
            verdict = judge(act.submission(), self.fake.clock, self.fake.ports())
            assert verdict.accepted is not bool(verdict.problems)

    def roll_back(self, back: int) -> None:
        bucket = self.fake.bucket
        current = bucket.state
        key = f"state/history/{max(1, current.generation - back):08d}.json"
        if current.generation:
            both = [json.loads(body) for body in (bucket.objects["state/current.json"], bucket.objects[key])]
            after = rolled_back(both[0], both[1], self.fake.clock, "a test")
            bucket.put_state(STATE.validate_python(after, strict=False))


def composes(bucket: FakeBucket, state: State) -> None:
    """The supergraph of a state is that of its graphlets, at the addresses they have."""
    if not state.graphlets:
        assert state.supergraph is None
        return
    subgraphs = [Subgraph(name, one.url, bucket.text(one.key)) for name, one in state.graphlets.items()]
    expected = compose(subgraphs).supergraph_sdl
    assert expected is not None
    assert state.supergraph is not None
    assert bucket.text(state.supergraph.key) == expected
    artefact = bucket.objects[state.supergraph.artefact]
    assert hashlib.sha256(artefact).hexdigest() == state.supergraph.artefact_digest


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(acts, st.lists(acts, max_size=2)), min_size=1, max_size=8))
def test_every_state_composes_and_no_version_is_lost(story: list[tuple[Act, list[Act]]]) -> None:
    world = World()
    for act, rivals in story:
        world.rivals = list(rivals)
        world.do(act)
    bucket = world.fake.bucket

    history = [STATE.validate_json(bucket.objects[key]) for key in sorted(bucket.objects) if "history" in key]
    assert [state.generation for state in history] == list(range(1, len(history) + 1))
    assert bucket.overwritten == []
    if history:
        assert history[-1] == bucket.state
    given_out: dict[tuple[str, int], tuple[str, str]] = {}
    for before, after in zip([None, *history], history, strict=False):
        composes(bucket, after)
        for name, version in after.versions.items():
            assert before is None or version >= before.versions.get(name, 0)
        for name, one in after.graphlets.items():
            assert bucket.text(one.key)
            assert one.version <= after.versions[name]
            assert given_out.setdefault((name, one.version), (one.digest, one.url)) == (one.digest, one.url)


@settings(deadline=None, max_examples=60)
@given(st.lists(acts, min_size=1, max_size=6))
def test_repeating_every_submission_at_once_gives_the_same_verdict_and_changes_nothing(story: list[Act]) -> None:
    world = World()
    for act in story:
        if act.kind == "rollback":
            continue
        first = judge(act.submission(), world.fake.clock, world.fake.ports())
        generation = world.fake.bucket.state.generation
        again = judge(act.submission(), world.fake.clock, world.fake.ports())
        assert world.fake.bucket.state.generation == generation
        assert again.accepted == first.accepted
        assert again.graphlet_version == first.graphlet_version
