"""What composition and the check of recorded operations find, as problems that name who must do what."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from milkrun_graph.checks import Finding, Policy, Recorded, Severity, Verdict, api_schema, check, difference
from milkrun_graph.composer import Issue, Subgraph, compose
from milkrun_graph.executor.prepare import Prepared, prepare

from registry.schemas import Client, Problem

SHOWN = 5
REPORTED = 50


@dataclass(frozen=True, slots=True)
class Composed:
    """The supergraph, or the problems because of which there is none."""

    sdl: str | None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Findings:
    """What breaks, and what is only worth a look."""

    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()

    def excused(self) -> "Findings":
        """The same, where nothing may stand in the way."""
        return Findings((), (*self.problems, *self.warnings))


def composed(graphlets: Mapping[str, tuple[str, str]]) -> Composed:
    """Compose graphlets, given as URL and SDL by name."""
    result = compose([Subgraph(name, url, sdl) for name, (url, sdl) in graphlets.items()])
    if result.supergraph_sdl is None:
        return Composed(None, tuple(_of_issue(issue) for issue in result.errors[:REPORTED]))
    return Composed(result.supergraph_sdl)


def _of_issue(issue: Issue) -> Problem:
    places = tuple(f"{place.subgraph}:{place.line}:{place.column}" for place in issue.locations[:SHOWN])
    return Problem(code=issue.code, message=issue.message, locations=places)


def checked(
    old: str, new: str, records: Callable[[], Sequence[Recorded]], policy: Policy, *, now: datetime, days: int
) -> Findings:
    """Which changes from one supergraph to another feel the operations recorded in the last ``days``.

    The records are asked for only if the API changes in a way that could matter.
    """
    before, after = api_schema(old), api_schema(new)
    if all(policy.severity(change) is Severity.SAFE for change in difference(before, after)):
        return Findings()
    report = check(before, after, records(), now, policy)
    breaks = (finding for finding in report.findings if finding.verdict is Verdict.BREAKS)
    looks = (finding for finding in report.findings if finding.operations and finding.verdict is not Verdict.BREAKS)
    return Findings(_of_findings(breaks, days), _of_findings(looks, days))


def _of_findings(findings: Iterable[Finding], days: int) -> tuple[Problem, ...]:
    return tuple(_of_finding(finding, days) for finding in list(findings)[:REPORTED])


def _of_finding(finding: Finding, days: int) -> Problem:
    named = [f"{name} ({count})" for name, count in finding.clients.items()]
    more = f" and {len(named) - SHOWN} more clients" if len(named) > SHOWN else ""
    felt = f"{finding.requests} requests in {days} days feel it, of {', '.join(named[:SHOWN])}{more}"
    nobody = f"nothing was recorded in {days} days that shows it harmless"
    return Problem(
        code=finding.change.code,
        message=f"{finding.change.message}: {felt if finding.operations else nobody}",
        coordinate=finding.change.coordinate,
        clients=tuple(Client(name=name, count=count) for name, count in list(finding.clients.items())[:REPORTED]),
        operations=tuple(felt.name or felt.hash[:12] for felt in finding.operations[:SHOWN]),
    )


def prepared(old: str | None, new: str, busiest: Sequence[Recorded]) -> tuple[Prepared, tuple[Problem, ...]]:
    """Tables and plans for a supergraph, and the operations that have a plan over the old one but none over this."""
    made = prepare(new, (record.query for record in busiest))
    suspects = [record for record in busiest if record.query in made.unplanned]
    if not suspects or old is None:
        return made, ()
    before = prepare(old, (record.query for record in suspects)).unplanned
    return made, tuple(
        _of_unplanned(record, made.unplanned[record.query]) for record in suspects if record.query not in before
    )


def _of_unplanned(record: Recorded, reason: str) -> Problem:
    clients = sorted(record.requests.items(), key=lambda item: -item[1])
    named = ", ".join(f"{name} ({count})" for name, count in clients[:SHOWN])
    return Problem(
        code="OPERATION_UNPLANNABLE",
        message=f"operation {record.hash[:12]} of {named} has no plan any more: {reason}",
        clients=tuple(Client(name=name, count=count) for name, count in clients[:REPORTED]),
        operations=(record.hash[:12],),
    )
