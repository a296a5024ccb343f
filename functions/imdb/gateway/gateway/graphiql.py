"""The editor for queries at the gateway's front door: one page and its files, all of them from here.

The files come with the layer ``graphiql``, compressed.  The page loads nothing from anywhere else; its policy says so.
"""

import gzip
import os
from functools import lru_cache
from importlib.resources import files
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext
from milkrun_core.errors import NotFound
from milkrun_core.http import rest_app
from milkrun_core.logs import module_logger

LAYER = "graphiql_assets"
SCRIPT, STYLE = "text/javascript; charset=utf-8", "text/css; charset=utf-8"
ASSETS = {
    "react.js": SCRIPT,
    "react-dom.js": SCRIPT,
    "graphiql.js": SCRIPT,
    "graphiql.css": STYLE,
    "start.js": SCRIPT,
}
# GraphiQL's editor sets styles of elements; its fonts are in its style sheet.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src data:; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>The catalogue's graph</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="assets/graphiql.css?v={release}">
<style>html, body, #graphiql {{ height: 100%; margin: 0 }}</style>
</head>
<body>
<main id="graphiql"><noscript>This editor needs JavaScript. The graph itself answers at graphql.</noscript></main>
<script src="assets/react.js?v={release}"></script>
<script src="assets/react-dom.js?v={release}"></script>
<script src="assets/graphiql.js?v={release}"></script>
<script src="assets/start.js?v={release}"></script>
</body>
</html>
"""

logger = module_logger()
app = rest_app(logger)


@app.get("/")
def get_page() -> Response[str]:
    if os.environ.get("MILKRUN_GRAPHIQL_PAGE") != "true":
        raise NotFound("there is no page here; the graph answers at /graphql")
    headers = {
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-cache",
    }
    page = PAGE.format(release=os.environ.get("MILKRUN_RELEASE", ""))
    return Response(200, "text/html; charset=utf-8", page, headers=headers)


@app.get("/assets/<file>")
def get_asset(file: str) -> Response[bytes]:
    if file not in ASSETS:
        raise NotFound(f"there is no asset {file}; there are {', '.join(ASSETS)}")
    headers = {
        "X-Content-Type-Options": "nosniff",
        "Vary": "Accept-Encoding",
        # The page names them with its release.
        "Cache-Control": "public, max-age=31536000, immutable",
    }
    content = compressed(file)
    if "gzip" in app.current_event.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
    else:
        content = gzip.decompress(content)
    return Response(200, ASSETS[file], content, headers=headers)


@lru_cache
def compressed(file: str) -> bytes:
    """An asset's content; start.js is ours, the others are the layer's."""
    if file == "start.js":
        return gzip.compress(files("gateway").joinpath(file).read_bytes(), mtime=0)
    return files(LAYER).joinpath(f"{file}.gz").read_bytes()


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_REST, clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    answer = app.resolve(event, context)
    logger.info("page served", extra={"path": event.get("path"), "status": answer["statusCode"]})
    return answer
