"""The check: which changes break something in fact, and what is let pass."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from graphql import GraphQLSchema

from milkrun_graph.checks.change import Change, Severity
from milkrun_graph.checks.difference import difference
from milkrun_graph.checks.effects import Judge
from milkrun_graph.checks.operations import Recorded
from milkrun_graph.checks.policy import Approval, Dangerous, Policy, WithoutOperations


class Verdict(StrEnum):
    """What one change means."""

    BREAKS = "breaks"
    WARNS = "warns"
    TOLERATED = "tolerated"
    """Fewer requests feel it than the threshold says."""
    APPROVED = "approved"
    UNUSED = "unused"
    """No recorded operation feels it."""
    SAFE = "safe"


@dataclass(frozen=True, slots=True)
class Felt:
    """One operation that feels a change."""

    hash: str
    name: str
    requests: dict[str, int]
    """By client."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One change and who feels it, the busiest operation first."""

    change: Change
    severity: Severity
    verdict: Verdict
    operations: tuple[Felt, ...] = ()

    @property
    def requests(self) -> int:
        return sum(sum(one.requests.values()) for one in self.operations)

    @property
    def clients(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for one in self.operations:
            for client, count in one.requests.items():
                found[client] = found.get(client, 0) + count
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome.  ``refused`` are records that were never valid, with the reason; they count for nothing."""

    findings: tuple[Finding, ...]
    operations: int
    requests: int
    refused: tuple[tuple[str, str], ...] = ()
    idle_approvals: tuple[Approval, ...] = ()

    @property
    def passed(self) -> bool:
        return not any(finding.verdict is Verdict.BREAKS for finding in self.findings)


@dataclass(slots=True)
class _Tally:
    felt: dict[int, list[Felt]] = field(default_factory=dict)
    invalid: list[tuple[Change, Felt]] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    operations: int = 0
    requests: int = 0


def check(
    old: GraphQLSchema,
    new: GraphQLSchema,
    records: Iterable[Recorded],
    now: datetime,
    policy: Policy = Policy(),  # noqa: B008 - frozen
) -> Report:
    """Judge the difference between two API schemas by recorded operations."""
    changes = difference(old, new)
    judge = Judge(old, new, changes, validate_all=policy.validate_all)
    tally = _tally(judge, records, changes, policy.excluded_operations)
    court = _Court(policy, now, tally.operations, tally.requests)
    findings = [court.finding(change, tally.felt.get(id(change), [])) for change in changes]
    findings += [court.finding(change, [felt]) for change, felt in tally.invalid]
    order = list(Verdict)
    findings.sort(key=lambda finding: (order.index(finding.verdict), -finding.requests))
    idle = [approval for approval in policy.approvals if not any(approval.covers(one.change, now) for one in findings)]
    return Report(tuple(findings), tally.operations, tally.requests, tuple(tally.refused), tuple(idle))


def _tally(judge: Judge, records: Iterable[Recorded], changes: Sequence[Change], excluded: frozenset[str]) -> _Tally:
    known = {id(change) for change in changes}
    tally = _Tally()
    for record in records:
        effect = judge.judge(record)
        if not excluded.isdisjoint((effect.name, record.hash)):
            continue
        if effect.refused:
            tally.refused.append((effect.name or record.hash, effect.refused))
            continue
        tally.operations += 1
        tally.requests += record.count
        felt = Felt(record.hash, effect.name, record.requests)
        for change in effect.felt:
            if id(change) in known:
                tally.felt.setdefault(id(change), []).append(felt)
            else:
                tally.invalid.append((change, felt))
    return tally


@dataclass(frozen=True, slots=True)
class _Court:
    """A policy, and what it needs to know about all records."""

    policy: Policy
    now: datetime
    operations: int
    requests: int

    def finding(self, change: Change, felt: list[Felt]) -> Finding:
        severity = self.policy.severity(change)
        busiest = tuple(sorted(felt, key=lambda one: (-sum(one.requests.values()), one.hash)))
        return Finding(change, severity, self.verdict(change, severity, busiest), busiest)

    def verdict(self, change: Change, severity: Severity, felt: tuple[Felt, ...]) -> Verdict:
        """By grade, then approval, then use, then threshold."""
        if severity is Severity.SAFE:
            return Verdict.SAFE
        if any(approval.covers(change, self.now) for approval in self.policy.approvals):
            return Verdict.APPROVED
        nothing_known = not self.operations and self.policy.without_operations is WithoutOperations.FAIL
        if not felt and not nothing_known:
            return Verdict.UNUSED
        touched = sum(sum(one.requests.values()) for one in felt)
        if felt and not self.policy.threshold.reached(touched, self.requests):
            return Verdict.TOLERATED
        if severity is Severity.BREAKING or self.policy.dangerous is Dangerous.FAIL:
            return Verdict.BREAKS
        return Verdict.WARNS if self.policy.dangerous is Dangerous.WARN else Verdict.TOLERATED
