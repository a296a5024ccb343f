"""What becomes of a submission: accepted or refused, and what is current afterwards."""

import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from milkrun_graph.checks.policy import Threshold
from milkrun_graph.errors import PlanningFailed
from milkrun_graph.executor import prepare
from milkrun_graph.executor.artefact import load
from milkrun_graph.planner import plan_operation
from milkrun_graph.supergraph.tables import Supergraph
from registry.domain.errors import RegistryBusy, SubmissionInvalid, SubmissionTooLate
from registry.schemas import Submission, Verdict
from registry.usecases import ATTEMPTS, judge

from tests.support.registry import (
    LINK,
    NOON,
    PEOPLE,
    RATINGS,
    TITLES,
    FakePorts,
    a_submission,
    an_operation,
    without,
)

OLDER_PEOPLE = without(PEOPLE, "birthYear: Int")
BIRTH_YEAR = '{ name(id: "nm1") { birthYear } }'
NAME_TEXT = '{ name(id: "nm1") { nameText } }'


def submit(fake: FakePorts, submission: Submission) -> Verdict:
    return judge(submission, fake.clock, fake.ports())


def accepted(fake: FakePorts, *args: Any, **changes: Any) -> Verdict:
    verdict = submit(fake, a_submission(*args, **changes))
    assert verdict.accepted, verdict.problems
    return verdict


def refused(fake: FakePorts, *args: Any, **changes: Any) -> list[str]:
    before = fake.bucket.state
    verdict = submit(fake, a_submission(*args, **changes))
    assert not verdict.accepted
    assert fake.bucket.state == before
    return [problem.code for problem in verdict.problems]


def test_the_first_graphlet_is_current_when_it_is_published(fake: FakePorts) -> None:
    verdict = accepted(fake, "people")

    assert (verdict.graphlet_version, verdict.supergraph) == (1, 1)
    assert fake.bucket.state.graphlets["people"].release == "r-1"
    assert "lambda:imdb-people-graphlet" in fake.bucket.supergraph


def test_everything_that_is_kept_is_kept_under_its_digest(fake: FakePorts) -> None:
    accepted(fake, "people")

    supergraph = fake.bucket.state.supergraph
    assert supergraph is not None
    assert hashlib.sha256(fake.bucket.objects[supergraph.key]).hexdigest() == supergraph.digest
    assert hashlib.sha256(fake.bucket.objects[supergraph.artefact]).hexdigest() == supergraph.artefact_digest
    assert fake.bucket.text(fake.bucket.state.graphlets["people"].key) == PEOPLE


def test_a_staged_schema_changes_nothing_that_is_current(fake: FakePorts) -> None:
    accepted(fake, "people")
    before = fake.bucket.state

    verdict = accepted(fake, "people", PEOPLE.replace("Int", "String"), phase="stage", release="r-2")

    after = fake.bucket.state
    assert (after.supergraph, after.graphlets) == (before.supergraph, before.graphlets)
    assert after.staged["people"].release == "r-2"
    assert (verdict.graphlet_version, after.generation) == (2, before.generation + 1)


def test_publishing_takes_the_place_of_what_was_staged(fake: FakePorts) -> None:
    accepted(fake, "people", phase="stage")
    accepted(fake, "people")
    assert fake.bucket.state.staged == {}
    assert list(fake.bucket.state.graphlets) == ["people"]


def test_a_check_changes_nothing_at_all(fake: FakePorts) -> None:
    accepted(fake, "people")
    objects = dict(fake.bucket.objects)
    accepted(fake, "titles", TITLES, phase="check")
    assert refused(fake, "titles", "type Query { title: NoSuchType }", phase="check")
    assert fake.bucket.objects == objects


@pytest.mark.parametrize(
    ("sdl", "code"),
    [
        pytest.param("type Query {", "INVALID_GRAPHQL", id="no-graphql"),
        pytest.param("type Query { title: NoSuchType }", "INVALID_GRAPHQL", id="unknown-type"),
        pytest.param(LINK + "type Query { name(id: ID!): String @shareable }", "FIELD_TYPE_MISMATCH", id="other-type"),
        pytest.param("type Query { name(id: ID!): Int }", "INVALID_FIELD_SHARING", id="taken-field"),
    ],
)
def test_a_schema_that_does_not_compose_is_refused_with_the_standard_code(fake: FakePorts, sdl: str, code: str) -> None:
    accepted(fake, "people")
    for phase in ("check", "stage", "publish"):
        assert code in refused(fake, "titles", sdl, phase=phase)


def test_a_first_schema_that_does_not_compose_says_what_is_published_already(fake: FakePorts) -> None:
    codes = refused(fake, "ratings", RATINGS)
    assert codes == ["NO_QUERIES", "FIRST_RELEASE"]
    accepted(fake, "titles", TITLES)
    accepted(fake, "ratings", RATINGS)


def test_the_order_of_first_releases_does_not_matter_to_schemas_that_stand_alone(fake: FakePorts) -> None:
    other = FakePorts()
    for name, sdl in (("people", PEOPLE), ("titles", TITLES)):
        accepted(fake, name, sdl)
    for name, sdl in (("titles", TITLES), ("people", PEOPLE)):
        accepted(other, name, sdl)
    assert fake.bucket.supergraph == other.bucket.supergraph


def test_a_schema_that_breaks_a_live_client_is_refused_and_says_whom(fake: FakePorts) -> None:
    accepted(fake, "people")
    fake.usage.operations = [an_operation(BIRTH_YEAR, "ios", 120), an_operation(NAME_TEXT, "web", 5000)]

    for phase in ("check", "stage", "publish"):
        verdict = submit(fake, a_submission("people", OLDER_PEOPLE, release="r-2", phase=phase))
        (problem,) = verdict.problems
        assert (problem.code, problem.coordinate) == ("FIELD_REMOVED", "Name.birthYear")
        assert [(client.name, client.count) for client in problem.clients] == [("ios", 120)]
        assert "120 requests in 7 days feel it, of ios (120)" in problem.message
    assert fake.bucket.state.graphlets["people"].version == 1


def test_only_the_busiest_operations_are_checked_and_the_verdict_says_so(fake: FakePorts) -> None:
    fake.rules = replace(fake.rules, checked=1)
    accepted(fake, "people")
    fake.usage.operations = [an_operation(NAME_TEXT, count=50), an_operation(BIRTH_YEAR, count=2)]
    verdict = accepted(fake, "people", OLDER_PEOPLE, release="r-2", phase="check")
    assert [warning.message for warning in verdict.warnings] == ["checked were the 1 busiest of 2 recorded operations"]


def test_an_operation_that_loses_its_plan_is_refused_and_says_whose(
    fake: FakePorts, monkeypatch: pytest.MonkeyPatch
) -> None:
    accepted(fake, "people", OLDER_PEOPLE)
    fake.usage.operations = [an_operation(NAME_TEXT, "ios", 3)]

    def plans(tables: Supergraph, *_: Any) -> Any:
        if "birthYear" in tables.types["Name"].fields:
            raise PlanningFailed("there is no way to Name.nameText")
        return plan_operation(tables, *_)

    monkeypatch.setattr(prepare, "plan_operation", plans)
    verdict = submit(fake, a_submission("people", release="r-2", phase="stage"))
    (problem,) = verdict.problems
    assert problem.code == "OPERATION_UNPLANNABLE"
    assert "of ios (3) has no plan any more: there is no way to Name.nameText" in problem.message


def test_what_nobody_asks_may_go(fake: FakePorts) -> None:
    accepted(fake, "people")
    fake.usage.operations = [an_operation(NAME_TEXT, "web", 5000)]
    assert accepted(fake, "people", OLDER_PEOPLE, release="r-2").graphlet_version == 2


def test_records_are_not_read_for_a_check_of_what_only_adds(fake: FakePorts) -> None:
    accepted(fake, "people", OLDER_PEOPLE)
    fake.usage.asked.clear()
    accepted(fake, "people", PEOPLE, release="r-2", phase="check")
    assert fake.usage.asked == []


def test_a_change_below_the_threshold_passes_with_a_warning(fake: FakePorts) -> None:
    fake.rules = replace(fake.rules, policy=replace(fake.rules.policy, threshold=Threshold(requests=100)))
    accepted(fake, "people")
    fake.usage.operations = [an_operation(BIRTH_YEAR, "ios", 99)]
    verdict = accepted(fake, "people", OLDER_PEOPLE, release="r-2")
    assert [warning.coordinate for warning in verdict.warnings] == ["Name.birthYear"]


def test_a_change_that_somebody_has_approved_passes(fake: FakePorts) -> None:
    accepted(fake, "people")
    fake.usage.operations = [an_operation(BIRTH_YEAR)]
    approval = {"approvals": [{"coordinate": "Name.birthYear", "reason": "the last app that asks is gone"}]}
    fake.bucket.objects["policy/approvals.json"] = json.dumps(approval).encode()
    accepted(fake, "people", OLDER_PEOPLE, release="r-2")


def test_approvals_that_cannot_be_read_stop_the_release_and_say_so(fake: FakePorts) -> None:
    accepted(fake, "people")
    fake.bucket.objects["policy/approvals.json"] = b'{"approvals": [{"reason": "no coordinate"}]}'
    with pytest.raises(SubmissionInvalid, match=r"policy/approvals\.json"):
        submit(fake, a_submission("people", OLDER_PEOPLE, release="r-2"))


def test_the_schema_before_may_always_come_back_whatever_is_asked_by_now(fake: FakePorts) -> None:
    accepted(fake, "people", OLDER_PEOPLE)
    accepted(fake, "people", PEOPLE, release="r-2")
    fake.usage.operations = [an_operation(BIRTH_YEAR, "ios", 3)]

    for phase in ("stage", "publish"):
        verdict = accepted(fake, "people", OLDER_PEOPLE, release="r-1", phase=phase)
        assert [warning.code for warning in verdict.warnings] == ["FIELD_REMOVED"]
    assert fake.bucket.state.graphlets["people"].version == 3
    assert "birthYear" not in fake.bucket.supergraph


def test_two_graphlets_staged_at_once_must_fit_together(fake: FakePorts) -> None:
    accepted(fake, "people")
    accepted(fake, "titles", TITLES)
    accepted(fake, "titles", TITLES.replace("titleText", "born: Int titleText"), phase="stage", release="r-8")

    clash = PEOPLE + 'type Title @key(fields: "id") { id: ID! born: Int }'
    verdict = submit(fake, a_submission("people", clash, phase="stage", release="r-9"))

    assert [problem.code for problem in verdict.problems] == ["INVALID_FIELD_SHARING"]
    assert "titles (r-8)" in verdict.problems[0].message


def test_what_was_staged_by_a_release_that_died_is_forgotten(fake: FakePorts) -> None:
    accepted(fake, "people")
    accepted(fake, "titles", TITLES.replace("titleText", "born: Int titleText"), phase="stage", release="r-8")
    fake.later(hours=3)
    clash = PEOPLE + 'type Title @key(fields: "id") { id: ID! born: Int }'
    accepted(fake, "people", clash, phase="stage", release="r-9")
    assert list(fake.bucket.state.staged) == ["people"]


def test_going_back_to_what_is_current_only_clears_the_stage(fake: FakePorts) -> None:
    accepted(fake, "people")
    accepted(fake, "people", OLDER_PEOPLE, phase="stage", release="r-2")
    assert accepted(fake, "people", PEOPLE, phase="stage", release="r-1").graphlet_version == 1
    assert fake.bucket.state.staged == {}


def test_the_same_submission_twice_makes_no_new_version(fake: FakePorts) -> None:
    for phase in ("stage", "publish"):
        first = accepted(fake, "people", phase=phase)
        generation = fake.bucket.state.generation
        assert accepted(fake, "people", phase=phase) == first
        assert fake.bucket.state.generation == generation


def test_the_same_schema_of_another_release_keeps_its_version(fake: FakePorts) -> None:
    accepted(fake, "people")
    assert accepted(fake, "people", release="r-2").graphlet_version == 1
    assert fake.bucket.state.graphlets["people"].release == "r-2"


def test_another_address_is_another_version(fake: FakePorts) -> None:
    accepted(fake, "people")
    assert accepted(fake, "people", url="https://people.example").graphlet_version == 2
    assert "https://people.example" in fake.bucket.supergraph


def test_a_withdrawn_graphlet_is_gone_and_its_numbers_are_not_given_out_again(fake: FakePorts) -> None:
    accepted(fake, "people")
    accepted(fake, "titles", TITLES)
    accepted(fake, "titles", phase="withdraw", sdl="", url="")
    assert list(fake.bucket.state.graphlets) == ["people"]
    assert "Title" not in fake.bucket.supergraph
    assert accepted(fake, "titles", TITLES, release="r-2").graphlet_version == 2


def test_the_last_graphlet_may_go(fake: FakePorts) -> None:
    accepted(fake, "people")
    verdict = accepted(fake, "people", phase="withdraw", sdl="", url="")
    assert (verdict.supergraph, fake.bucket.state.supergraph) == (None, None)
    accepted(fake, "people", release="r-2")


def test_what_the_others_need_cannot_be_withdrawn(fake: FakePorts) -> None:
    accepted(fake, "titles", TITLES)
    accepted(fake, "ratings", RATINGS)
    assert refused(fake, "titles", phase="withdraw", sdl="", url="") == ["NO_QUERIES"]


def test_withdrawing_what_is_not_there_is_done(fake: FakePorts) -> None:
    assert accepted(fake, "people", phase="withdraw", sdl="", url="").graphlet_version is None
    assert fake.bucket.state.generation == 0


def test_who_loses_a_race_composes_with_what_the_winner_made_current(fake: FakePorts) -> None:
    accepted(fake, "people")
    rival = [a_submission("titles", TITLES)]

    def disturb() -> None:
        if rival:
            judge(rival.pop(), NOON, fake.ports())

    fake.bucket.disturb = disturb
    verdict = accepted(fake, "ratings", RATINGS)

    assert verdict.supergraph == 3
    assert set(fake.bucket.state.graphlets) == {"people", "titles", "ratings"}
    assert "rating" in fake.bucket.supergraph
    assert "titleText" in fake.bucket.supergraph


def test_a_state_that_never_holds_still_refuses_in_the_end(fake: FakePorts) -> None:
    accepted(fake, "people")
    disturbed = []

    def disturb() -> None:
        disturbed.append(fake.bucket.state.generation)
        fake.bucket.put_state(replace(fake.bucket.state, generation=fake.bucket.state.generation + 1))

    fake.bucket.disturb = disturb
    with pytest.raises(RegistryBusy):
        submit(fake, a_submission("titles", TITLES))
    assert len(disturbed) == ATTEMPTS


def test_a_submission_that_nobody_waits_for_changes_nothing(fake: FakePorts) -> None:
    with pytest.raises(SubmissionTooLate):
        judge(a_submission("people"), fake.clock - timedelta(seconds=61), fake.ports())
    assert fake.bucket.state.generation == 0


def test_what_takes_too_long_to_compose_changes_nothing(fake: FakePorts) -> None:
    accepted(fake, "people")
    generation = fake.bucket.state.generation
    it = a_submission("titles", TITLES)
    moments = iter([fake.clock] * 4)
    ports = replace(fake.ports(), now=lambda: next(moments, fake.clock + timedelta(seconds=90)))
    with pytest.raises(SubmissionTooLate):
        judge(it, fake.clock, ports)
    assert fake.bucket.state.generation == generation


def test_the_artefact_has_plans_of_the_busiest_operations(fake: FakePorts) -> None:
    fake.rules = replace(fake.rules, prepared=1)
    fake.usage.operations = [an_operation(NAME_TEXT, count=50), an_operation(BIRTH_YEAR, count=2)]
    accepted(fake, "people")
    supergraph = fake.bucket.state.supergraph
    assert supergraph is not None
    artefact = load(fake.bucket.objects[supergraph.artefact], fake.bucket.supergraph)
    assert artefact is not None
    assert [(operation.text, len(operation.plans)) for operation in artefact.operations] == [(NAME_TEXT, 1)]


def test_every_generation_stays_in_the_history(fake: FakePorts) -> None:
    accepted(fake, "people", phase="stage")
    accepted(fake, "people")
    accepted(fake, "titles", TITLES)
    kept = [key for key in fake.bucket.objects if key.startswith("state/history/")]
    assert kept == [f"state/history/{generation:08d}.json" for generation in (1, 2, 3)]
    assert fake.bucket.overwritten == []
