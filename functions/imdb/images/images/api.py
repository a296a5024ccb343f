"""HTTP entry point of the drawings. The contract is openapi.yaml beside the template."""

import hashlib
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext
from milkrun_core.http import rest_app
from milkrun_core.logs import module_logger

from images.domain.drawing import draw
from images.domain.errors import NoSuchImage
from images.domain.model import Album
from images.wiring import live_ports

SVG = "image/svg+xml; charset=utf-8"
# A drawing follows from its picture alone, so it changes only with the code that draws.
CACHE = "public, max-age=86400"
SAFE = {"Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff"}

logger = module_logger()
app = rest_app(logger)


@app.get("/<owner>/<file>")
def get_drawing(owner: str, file: str) -> Response[str]:
    identity = file.removesuffix(".svg")
    picture = Album.of(owner, live_ports().images.find([owner])).image(identity) if identity != file else None
    if picture is None:
        raise NoSuchImage(f"there is no picture {file} of {owner}", owner=owner, file=file)
    drawing = draw(picture)
    tag = f'"{hashlib.sha256(drawing.encode()).hexdigest()[:16]}"'
    known = tag in (app.current_event.headers.get("If-None-Match") or "")
    logger.info("image drawn", extra={"owner": owner, "image": identity, "known": known})
    headers = {"ETag": tag, "Cache-Control": CACHE, **SAFE}
    return Response(304 if known else 200, SVG, "" if known else drawing, headers=headers)


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_REST, clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return app.resolve(event, context)
