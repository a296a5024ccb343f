"""Replaces an old service by a serverless one under load: the graphlet stays, what stands behind it changes."""

import csv
import itertools
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from statistics import median
from typing import Any

from milkrun.catalogue.folder import SAMPLE
from milkrun.catalogue.seed import seed_catalogue
from milkrun.demo.run import CALM_SECONDS, tell
from milkrun.demo.traffic import Answer, Ask, Load, Traffic
from milkrun.environment import Environment
from milkrun.errors import MilkrunError
from milkrun.fleet import Fleet, Target
from milkrun.http import Call, call_all
from milkrun.progress import Steps
from milkrun.release.build import build
from milkrun.release.history import ReleaseView
from milkrun.release.start import start_release
from milkrun.release.watch import require_passed, wait_for

SERVICE = "imdb/ratings"
GATEWAY = "imdb/gateway"
ORIGIN, OLD, NEW = "Origin", "monolith", "table"
PER_SECOND = 20.0
TITLES_AT_ONCE = 4
QUERY = "query Ratings($ids: [ID!]!) { titles(ids: $ids) { id titleText rating { average votes } } }"
BEFORE, DURING, AFTER = "before", "during the release", "after"

type Rating = tuple[float, int]


class StranglerFailed(MilkrunError):
    """Somebody noticed the replacement, or it did not happen."""


@dataclass(frozen=True)
class Phase:
    """What clients saw while the old service answered, during the release, and after it.  Milliseconds.

    ``asked_of_old`` counts the requests for ratings that reached the old service.
    """

    name: str
    served: int
    failed: int
    p50: float | None
    asked_of_old: int
    first_problem: str = ""


@dataclass(frozen=True)
class Strangled:
    """The release that changed what stands behind the graphlet, and the phases around it."""

    view: ReleaseView
    phases: tuple[Phase, ...]


def strangle(environment: Environment, steps: Steps, per_second: float = PER_SECOND) -> Strangled:
    """Ship the serverless ratings while the gateway is asked for ratings, every answer compared with the known ones.

    The fleet ends on the new service.  Raises ReleaseNotPassed if a release does not pass.
    """
    old, new = (with_origin(environment, origin) for origin in (OLD, NEW))
    with steps.step("Every rating into the table") as step:
        step.say(str(seed_catalogue(environment)))
    with steps.step("Build") as step:
        artifact = build(environment, SERVICE).digest
    with steps.step("The old service answers") as step:
        release = start_release(old, SERVICE, artifact, why="make demo-strangler: begins with the old service")
        require_passed(wait_for(environment, release))
        step.say(release)
    target = environment.fleet.targets("imdb")[0]
    traffic = Traffic((ratings_load(gateway_url(environment.fleet, target)),), per_second)
    asked = partial(asked_of_old, monolith_url(environment.fleet, target))
    counts = [asked()]
    with steps.step("The new service takes over") as step, traffic.running():
        time.sleep(CALM_SECONDS)
        counts.append(asked())
        began = time.time()
        release = start_release(new, SERVICE, artifact, why="make demo-strangler: ratings from their own table")
        view = wait_for(environment, release, tell(step.say, traffic))
        ended = time.time()
        counts.append(asked())
        time.sleep(CALM_SECONDS)
    counts.append(asked())
    return Strangled(view, tuple(phases(traffic.answers, (began, ended), counts)))


def with_origin(environment: Environment, origin: str) -> Environment:
    """The environment of a fleet.yaml that names this origin for the ratings."""
    raw = environment.fleet.model_dump()
    raw["services"][SERVICE]["parameters"][ORIGIN] = origin
    return Environment(environment.root, Fleet.model_validate(raw), environment.state_dir)


def gateway_url(fleet: Fleet, target: Target) -> str:
    """Where the catalogue's gateway answers GraphQL."""
    return fleet.parameters(GATEWAY, target)["ServiceUrl"].rstrip("/") + "/graphql"


def monolith_url(fleet: Fleet, target: Target) -> str:
    """Where the old service answers."""
    return fleet.parameters(SERVICE, target)["MonolithUrl"].rstrip("/")


def asked_of_old(url: str) -> int:
    """How many requests for ratings the old service has answered since it started."""
    (reply,) = call_all([Call("GET", f"{url}/health")])
    return int(reply.body["answered"]["/ratings"])


def known_ratings() -> dict[str, Rating]:
    """The ratings of the sample, average and votes by the title's id."""
    with (SAMPLE / "title.ratings.tsv").open(encoding="utf-8") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {row["tconst"]: (float(row["averageRating"]), int(row["numVotes"])) for row in rows}


def ratings_load(url: str) -> Load:
    """Questions for the ratings of a few titles, all titles in turn; an answer is right if it is the known one."""
    known = known_ratings()
    return Load("imdb", _asks(url, sorted(known)), partial(fault, known))


def _asks(url: str, titles: Sequence[str]) -> Iterator[Ask]:
    for ids in itertools.cycle(itertools.batched(titles, TITLES_AT_ONCE, strict=False)):
        yield Ask(url, {"query": QUERY, "variables": {"ids": ids}})


def fault(known: Mapping[str, Rating], status: int, body: str) -> str:
    """What is wrong with an answer: not 200, any error, or a rating that is not the known one."""
    if status != HTTPStatus.OK:
        return body or f"status {status}"
    answer = json.loads(body)
    if answer.get("errors"):
        return str(answer["errors"][0].get("message") or answer["errors"][0])
    wrong = [title for title in answer["data"]["titles"] if not title or _rating(title) != known.get(title["id"])]
    return f"a wrong rating: {wrong[0]}" if wrong else ""


def _rating(title: Mapping[str, Any]) -> Rating | None:
    rating = title["rating"]
    return (rating["average"], rating["votes"]) if rating else None


def phases(answers: Sequence[Answer], release: tuple[float, float], counts: Sequence[int]) -> Iterator[Phase]:
    """The three phases: answers by when they were sent; ``counts`` of the old service at the four borders."""
    began, ended = release
    spans = ((BEFORE, 0.0, began), (DURING, began, ended), (AFTER, ended, float("inf")))
    for (name, start, end), (first, last) in zip(spans, itertools.pairwise(counts), strict=True):
        found = [one for one in answers if start <= one.sent < end]
        failed = [one for one in found if not one.ok]
        p50 = median(one.answered - one.sent for one in found) * 1000 if found else None
        problem = failed[0].problem if failed else ""
        yield Phase(name, len(found) - len(failed), len(failed), p50, last - first, problem)


def require_unnoticed(seen: Strangled) -> None:
    """Raises ReleaseNotPassed, or StranglerFailed if a request failed or the old service is still asked."""
    require_passed(seen.view)
    for phase in seen.phases:
        if phase.failed or not phase.served:
            raise StranglerFailed(f"{phase.name}: {phase.served} served, {phase.failed} failed: {phase.first_problem}")
    before, _, after = seen.phases
    if not before.asked_of_old:
        raise StranglerFailed("the old service was not asked even before: there was nothing to replace")
    if after.asked_of_old:
        raise StranglerFailed(f"the old service was still asked {after.asked_of_old} times after the release")
