"""Runs the edge: `python -m milkrun.local.edge --port 8080 --cloud-port 4566 --accounts accounts.json`."""

import argparse
from pathlib import Path

from aiohttp import web


async def _healthz(_request: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


def main() -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--cloud-port", type=int, required=True)
    parser.add_argument("--accounts", type=Path, required=True)
    options = parser.parse_args()
    app = web.Application()
    app.router.add_get("/healthz", _healthz)
    web.run_app(app, host=["127.0.0.1"], port=options.port, print=lambda *_: None)


if __name__ == "__main__":
    main()
