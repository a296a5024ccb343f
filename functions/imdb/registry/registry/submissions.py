"""S3 entry point: an object below submissions/ becomes a verdict below verdicts/.

Whoever submits waits for the verdict, so one is written whatever happens, and a submission that has one is done.
Only a verdict that cannot be written fails the function; the event comes again, too late to change anything by then.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import unquote_plus

from aws_lambda_powertools.utilities.typing import LambdaContext
from milkrun_core.errors import MilkrunError
from milkrun_core.http import parse
from milkrun_core.logs import module_logger

from registry.domain.errors import SchemaTooLarge, SubmissionInvalid
from registry.ports import Ports
from registry.schemas import MAX_SDL_BYTES, Problem, Submission, Verdict
from registry.usecases import judge
from registry.wiring import live_ports

KEY = re.compile(r"submissions/([a-z][a-z0-9-]{0,39})/([A-Za-z0-9][A-Za-z0-9._-]{0,199})\.json")
# JSON may need two bytes for one of the schema's, and has a few fields more.
MAX_BYTES = 2 * MAX_SDL_BYTES + 4096

logger = module_logger()


@dataclass(frozen=True, slots=True)
class Arrival:
    """An object that has come: whose, which, how large, when."""

    key: str
    graphlet: str
    id: str
    size: int
    asked: datetime


def arrival(record: dict[str, Any]) -> Arrival | None:
    """The submission that a record of an S3 event tells of; None for a key that is none's."""
    thing = record["s3"]["object"]
    key = unquote_plus(thing["key"])
    found = KEY.fullmatch(key)
    if found is None:
        return None
    return Arrival(key, found[1], found[2], int(thing.get("size", 0)), datetime.fromisoformat(record["eventTime"]))


def read(it: Arrival, ports: Ports) -> Submission | None:
    """The submission, or None where the object is gone.  Raises SchemaTooLarge and SubmissionInvalid."""
    if it.size > MAX_BYTES:
        raise SchemaTooLarge(f"the submission has {it.size} bytes; a schema has at most {MAX_SDL_BYTES}")
    body = ports.bucket.submission(it.key)
    if body is None:
        return None
    submission = parse(Submission, body)
    if (submission.graphlet, submission.id) != (it.graphlet, it.id):
        said = f"submissions/{submission.graphlet}/{submission.id}.json"
        raise SubmissionInvalid(f"{it.key} says of itself that it is {said}: key and body must agree")
    if len(submission.sdl.encode()) > MAX_SDL_BYTES:
        size = len(submission.sdl.encode())
        raise SchemaTooLarge(f"the schema of {it.graphlet} has {size} bytes, {MAX_SDL_BYTES} at most")
    return submission


def verdict_on(it: Arrival, ports: Ports) -> Verdict | None:
    """The verdict, whatever happens; None where there is nothing to judge."""
    try:
        submission = read(it, ports)
        return None if submission is None else judge(submission, it.asked, ports)
    except MilkrunError as error:
        logger.warning("submission failed", extra={"error": error.code, "reason": error.message})
        problem = Problem(code=error.code, message=error.message)
    except Exception:
        logger.exception("submission failed", extra={"error": "INTERNAL"})
        problem = Problem(code="INTERNAL", message="the registry failed; its log has the reason under this id")
    return Verdict(id=it.id, accepted=False, problems=(problem,))


def receive(record: dict[str, Any], ports: Ports) -> None:
    """Judge one object, unless it has its verdict."""
    it = arrival(record)
    if it is None:
        logger.error("object ignored", extra={"key": record["s3"]["object"]["key"]})
        return
    logger.append_keys(graphlet=it.graphlet, submission=it.id)
    if ports.bucket.has_verdict(it.graphlet, it.id):
        logger.info("submission judged before")
        return
    verdict = verdict_on(it, ports)
    if verdict is None:
        logger.warning("submission gone")
        return
    ports.bucket.keep_verdict(it.graphlet, verdict)
    logger.info(
        "schema accepted" if verdict.accepted else "schema refused",
        extra={"version": verdict.graphlet_version, "problems": [problem.code for problem in verdict.problems]},
    )


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> None:  # noqa: ARG001 - Lambda passes both
    for record in event.get("Records", []):
        receive(record, live_ports())
