"""HTTP as all modules speak it: JSON bodies checked by a type, refusals as RFC 9457 problem details."""

import json
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from pydantic import BaseModel, ValidationError

from milkrun_core.errors import InvalidRequest, MilkrunError, NotFound

JSON_TYPE = "application/json"
PROBLEM_TYPE = "application/problem+json"


def parse[T: BaseModel](model: type[T], text: str | bytes | None) -> T:
    """The body as its type, or InvalidRequest naming each wrong field and the reason."""
    try:
        return model.model_validate_json(text or "")
    except ValidationError as error:
        raise refusal(error) from error


def refusal(error: ValidationError) -> InvalidRequest:
    """What pydantic found, as a refusal: fields in the caller's notation (``items[0].weight_g``)."""
    errors = [
        {"field": _field(fault["loc"]), "reason": fault["msg"]}
        for fault in error.errors(include_url=False, include_context=False, include_input=False)
    ]
    first = errors[0]
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return InvalidRequest(f"{first['field']}: {first['reason']}{more}", errors=errors)


def _field(location: tuple[int | str, ...]) -> str:
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return path.removeprefix(".") or "body"


def answer(status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response[str]:
    """A JSON answer."""
    return Response(
        status_code=status,
        content_type=JSON_TYPE,
        body=json.dumps(body, separators=(",", ":")),
        headers=dict(headers or {}),
    )


def problem(error: MilkrunError) -> Response[str]:
    """The answer that an error deserves."""
    return Response(status_code=int(error.status), content_type=PROBLEM_TYPE, body=json.dumps(error.as_problem()))


def rest_app(logger: Logger, base_path: str | None = None) -> APIGatewayRestResolver:
    """A router whose refusals are problem details and whose unknown faults are a logged 500.

    ``base_path`` is the API mapping under the domain name: API Gateway leaves it in the event's path.
    """
    app = APIGatewayRestResolver(strip_prefixes=[base_path] if base_path else None)

    @app.exception_handler(MilkrunError)
    def refuse(error: MilkrunError) -> Response[str]:
        fault = error.status >= 500  # noqa: PLR2004 - the border between "yours" and "ours" is HTTP's own
        say = logger.error if fault else logger.warning
        say(
            "request failed" if fault else "request refused",
            extra={"error": error.code, "reason": error.message, **error.details},
        )
        return problem(error)

    @app.not_found
    def unknown_route(_: NotFoundError) -> Response[str]:
        event = app.current_event
        return problem(NotFound(f"no route for {event.http_method} {event.path}"))

    @app.exception_handler(Exception)
    def fail(_: Exception) -> Response[str]:
        logger.exception("request failed", extra={"error": "InternalError"})
        return problem(MilkrunError("the service failed; the fault is logged under the request's correlation id"))

    return app
