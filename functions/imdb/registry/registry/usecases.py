"""What a release can ask of the registry: stage, publish, withdraw or check the schema of one graphlet."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from milkrun_graph.checks import Policy, PolicyUnreadable, Recorded
from milkrun_graph.checks.policy import read_approvals
from milkrun_graph.executor.artefact import dump
from milkrun_graph.executor.prepare import Prepared

from registry.checking import Composed, Findings, checked, composed, prepared
from registry.domain import state as rules
from registry.domain.errors import RegistryBusy, StateChangedMeanwhile, SubmissionInvalid, SubmissionTooLate
from registry.domain.state import State, SupergraphRef, Version
from registry.ports import Ports
from registry.schemas import Problem, Submission, Verdict

ATTEMPTS = 12


@dataclass(frozen=True, slots=True)
class Step:
    """What the registry says, and the state that follows from it; None where nothing changes."""

    verdict: Verdict
    state: State | None = None


def judge(submission: Submission, asked: datetime, ports: Ports) -> Verdict:
    """The verdict on a submission of the moment ``asked``; what follows from it is done when this returns.

    Raises SubmissionTooLate when nobody waits for the verdict any more, and RegistryBusy when the state never held
    still; nothing was changed then.
    """
    case = Case(submission, ports)
    for attempt in range(ATTEMPTS):
        _in_time(asked, ports)
        before = ports.bucket.read_state()
        step = case.consider(before.state)
        if step.state is None:
            return step.verdict
        _in_time(asked, ports)
        try:
            ports.bucket.replace_state(before, step.state)
        except StateChangedMeanwhile:
            ports.pause(attempt)
        else:
            return step.verdict
    raise RegistryBusy(f"the registry's state changed {ATTEMPTS} times meanwhile; release again", attempts=ATTEMPTS)


def _in_time(asked: datetime, ports: Ports) -> None:
    waited = ports.now() - asked
    if waited > ports.rules.patience:
        raise SubmissionTooLate(
            f"it came {waited.total_seconds():.0f} s ago and nobody waits for it any more; release again"
        )


class Case:
    """One submission against whatever state there is."""

    def __init__(self, submission: Submission, ports: Ports) -> None:
        self._it = submission
        self._name = submission.graphlet
        self._ports = ports
        digest = hashlib.sha256(submission.sdl.encode()).hexdigest()
        self._schema = Version(
            version=0,
            digest=digest,
            key=f"schemas/{submission.graphlet}/{digest}.graphql",
            url=submission.url,
            release=submission.release,
            submission=submission.id,
            at=ports.now(),
        )

    @cached_property
    def _records(self) -> Sequence[Recorded]:
        since = (self._ports.now() - self._ports.rules.window).date()
        return self._ports.usage.recorded(since)

    @cached_property
    def _policy(self) -> Policy:
        given = self._ports.bucket.approvals()
        if given is None:
            return self._ports.rules.policy
        try:
            approvals, severities = read_approvals(given)
        except PolicyUnreadable as error:
            raise SubmissionInvalid(f"policy/approvals.json cannot be read, mend it first: {error}") from error
        return replace(self._ports.rules.policy, approvals=approvals, severities=severities)

    def consider(self, found: State) -> Step:
        """The verdict against this state, and the next state."""
        state = rules.without_stale(found, self._ports.now(), self._ports.rules.staged)
        match self._it.phase:
            case "withdraw":
                return self._withdraw(state)
            case "publish":
                return self._publish(state)
            case "stage":
                return self._stage(state)
            case _:
                return self._check(state)

    def _is_current(self, state: State) -> bool:
        current = state.graphlets.get(self._name)
        return current is not None and rules.same(current, self._schema)

    def _check(self, state: State) -> Step:
        if self._is_current(state):
            return self._accepted(state, None)
        sdl, findings = self._examined(state)
        return self._refused(findings) if sdl is None or findings.problems else self._accepted(state, None, findings)

    def _stage(self, state: State) -> Step:
        staged = state.staged.get(self._name)
        if staged is not None and staged.submission == self._it.id:
            return self._accepted(state, None)
        findings = Findings()
        if not self._is_current(state):
            sdl, findings = self._examined(state)
            if sdl is not None and not findings.problems:
                findings = self._planned(state, sdl, findings)[1]
            if findings.problems:
                return self._refused(findings)
            self._ports.bucket.keep(self._schema.key, self._it.sdl.encode())
        return self._accepted(state, rules.stage(state, self._name, self._schema), findings)

    def _publish(self, state: State) -> Step:
        current = state.graphlets.get(self._name)
        if current is not None and current.submission == self._it.id:
            return self._accepted(state, None)
        if current is not None and self._is_current(state) and state.supergraph is not None:
            return self._accepted(state, rules.publish(state, self._name, self._schema, state.supergraph))
        sdl, findings = self._examined(state, with_staged=False)
        if sdl is None or findings.problems:
            return self._refused(findings)
        made, findings = self._planned(state, sdl, findings)
        if findings.problems:
            return self._refused(findings)
        self._ports.bucket.keep(self._schema.key, self._it.sdl.encode())
        supergraph = self._kept(sdl, made)
        return self._accepted(state, rules.publish(state, self._name, self._schema, supergraph), findings)

    def _withdraw(self, state: State) -> Step:
        rest = rules.beside_current(state, self._name)
        if self._name not in state.graphlets:
            gone = rules.withdraw(state, self._name, state.supergraph, self._schema.at, self._it.release)
            return self._accepted(state, gone)
        supergraph, findings = None, Findings()
        if rest:
            result = composed(self._texts(rest))
            if result.sdl is None:
                return self._refused(Findings(_explained(result.problems, f"without {self._name}")))
            findings = self._felt(state, result.sdl).excused()
            supergraph = self._kept(result.sdl, self._planned(state, result.sdl, findings)[0])
        gone = rules.withdraw(state, self._name, supergraph, self._schema.at, self._it.release)
        return self._accepted(state, gone, findings)

    def _examined(self, state: State, *, with_staged: bool = True) -> tuple[str | None, Findings]:
        """The supergraph with this schema, and what is wrong with it: beside what is current, and what is staged."""
        others = rules.beside_current(state, self._name)
        result = self._composed(others)
        if result.sdl is None:
            return None, Findings(result.problems + self._first_release(state))
        coming = rules.beside_staged(state, self._name)
        if with_staged and coming != others:
            together = self._composed(coming)
            if together.sdl is None:
                return None, Findings(_explained(together.problems, _staged_by(state, self._name)))
        findings = self._felt(state, result.sdl)
        return result.sdl, findings.excused() if self._may_always_come(state) else findings

    def _may_always_come(self, state: State) -> bool:
        return rules.is_way_back(state, self._name, self._schema.digest)

    def _felt(self, state: State, sdl: str) -> Findings:
        if state.supergraph is None:
            return Findings()
        limits, now = self._ports.rules, self._ports.now()
        old = self._ports.bucket.text(state.supergraph.key)
        cut: list[Problem] = []

        def busiest() -> Sequence[Recorded]:
            if len(self._records) > limits.checked:
                cut.append(_not_all_checked(limits.checked, len(self._records)))
            return self._records[: limits.checked]

        found = checked(old, sdl, busiest, self._policy, now=now, days=limits.window.days)
        return Findings(found.problems, (*found.warnings, *cut))

    def _planned(self, state: State, sdl: str, findings: Findings) -> tuple[Prepared, Findings]:
        old = self._ports.bucket.text(state.supergraph.key) if state.supergraph else None
        made, problems = prepared(old, sdl, self._records[: self._ports.rules.prepared])
        if self._may_always_come(state):
            return made, Findings(findings.problems, (*findings.warnings, *problems))
        return made, Findings((*findings.problems, *problems), findings.warnings)

    def _composed(self, others: Mapping[str, Version]) -> Composed:
        return composed({**self._texts(others), self._name: (self._it.url, self._it.sdl)})

    def _texts(self, others: Mapping[str, Version]) -> dict[str, tuple[str, str]]:
        return {name: (version.url, self._ports.bucket.text(version.key)) for name, version in others.items()}

    def _kept(self, sdl: str, made: Prepared) -> SupergraphRef:
        digest = hashlib.sha256(sdl.encode()).hexdigest()
        artefact = dump(made.artefact)
        artefact_digest = hashlib.sha256(artefact).hexdigest()
        found = SupergraphRef(
            digest, f"supergraphs/{digest}.graphql", f"artefacts/{artefact_digest}.bin", artefact_digest
        )
        self._ports.bucket.keep(found.key, sdl.encode())
        self._ports.bucket.keep(found.artefact, artefact)
        return found

    def _first_release(self, state: State) -> tuple[Problem, ...]:
        if self._name in state.graphlets:
            return ()
        there = ", ".join(sorted(state.graphlets)) or "none"
        message = (
            f"this is the first schema of {self._name}; published are: {there}. If it needs types of a graphlet that "
            "is not published yet, release that one first (`after` in fleet.yaml)"
        )
        return (Problem(code="FIRST_RELEASE", message=message),)

    def _accepted(self, before: State, after: State | None, findings: Findings | None = None) -> Step:
        state = after or before
        version = state.graphlets.get(self._name)
        if self._it.phase in ("stage", "check"):
            version = rules.proposed(before, self._name, self._schema)
        verdict = Verdict(
            id=self._it.id,
            accepted=True,
            graphlet_version=version.version if version else None,
            supergraph=state.generation if state.supergraph else None,
            warnings=findings.warnings if findings else (),
        )
        return Step(verdict, after)

    def _refused(self, findings: Findings) -> Step:
        return Step(
            Verdict(id=self._it.id, accepted=False, problems=findings.problems, warnings=findings.warnings), None
        )


def _explained(problems: Sequence[Problem], where: str) -> tuple[Problem, ...]:
    return tuple(problem.model_copy(update={"message": f"{where}: {problem.message}"}) for problem in problems)


def _staged_by(state: State, name: str) -> str:
    staged = [f"{other} ({version.release})" for other, version in sorted(state.staged.items()) if other != name]
    return f"together with what is staged by {', '.join(staged)}, which may be released at this moment"


def _not_all_checked(limit: int, known: int) -> Problem:
    message = f"checked were the {limit} busiest of {known} recorded operations"
    return Problem(code="OPERATIONS_NOT_CHECKED", message=message)
