"""HTTP entry point: parse, call one use case, answer with a document. The contract is openapi.yaml."""

from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext
from milkrun_core.errors import MilkrunError
from milkrun_core.http import answer
from milkrun_core.logs import module_logger

from web.domain.errors import NoSuchPage
from web.domain.structured import person
from web.rendering import FRESH, HTML_TYPE, NOT_KEPT, Document
from web.tracing import Trace, continued
from web.usecases import show_front, show_name, show_title
from web.wiring import live_site

RETRY_AFTER_SECONDS = 5

logger = module_logger()
app = APIGatewayRestResolver()


@app.get("/")
def get_front() -> Response[str]:
    site = live_site()
    page = show_front(site.featured, site.graph, _trace())
    logger.info("front page shown", extra={"lost": page.lost})
    return _page(site.renderer.render("front.html", page=page), whole=page.whole)


@app.get("/name/<name_id>")
def get_name(name_id: str) -> Response[str]:
    site = live_site()
    page = show_name(name_id, site.graph, _trace())
    logger.info("name shown", extra={"name_id": name_id, "lost": page.lost})
    return _page(site.renderer.render("name.html", page=page, data=person(page)), whole=page.whole)


@app.get("/title/<title_id>")
def get_title(title_id: str) -> Response[str]:
    site = live_site()
    page = show_title(title_id, site.graph, _trace())
    logger.info("title shown", extra={"title_id": title_id, "lost": page.lost})
    return _page(site.renderer.render("title.html", page=page), whole=page.whole)


@app.get("/health")
def get_health() -> Response[str]:
    return answer(200, {"status": "ok", "release": live_site().release}, {"Cache-Control": NOT_KEPT})


@app.not_found
def show_no_route(_: NotFoundError) -> Response[str]:
    return _missing(f"There is nothing at {app.current_event.path}.")


@app.exception_handler(NoSuchPage)
def show_no_such_page(error: NoSuchPage) -> Response[str]:
    return _missing(error.message)


@app.exception_handler(MilkrunError)
def show_away(error: MilkrunError) -> Response[str]:
    logger.error("page failed", extra={"error": error.code, "reason": error.message, **error.details})
    document = live_site().renderer.render("away.html", seconds=RETRY_AFTER_SECONDS)
    return _sent(503, document, {"Cache-Control": NOT_KEPT, "Retry-After": str(RETRY_AFTER_SECONDS)})


@app.exception_handler(Exception)
def show_failure(_: Exception) -> Response[str]:
    logger.exception("page failed", extra={"error": "InternalError"})
    document = live_site().renderer.render("away.html", seconds=None)
    return _sent(500, document, {"Cache-Control": NOT_KEPT})


def _missing(reason: str) -> Response[str]:
    logger.info("no such page", extra={"reason": reason})
    document = live_site().renderer.render("missing.html", reason=reason)
    return _sent(404, document, {"Cache-Control": FRESH})


def _trace() -> Trace:
    trace = continued(app.current_event.headers.get("traceparent"))
    logger.append_keys(trace_id=trace.trace_id)
    return trace


def _page(document: Document, *, whole: bool) -> Response[str]:
    """A page that lacks a part is not kept: the next look may find it."""
    headers = {"Cache-Control": FRESH if whole else NOT_KEPT, "ETag": document.etag}
    if whole and document.known_to(app.current_event.headers.get("If-None-Match")):
        return Response(status_code=304, headers=headers, body="")
    return _sent(200, document, headers)


def _sent(status: int, document: Document, headers: dict[str, str]) -> Response[str]:
    return Response(
        status_code=status, content_type=HTML_TYPE, body=document.body, headers={**document.headers, **headers}
    )


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_REST, clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return app.resolve(event, context)
