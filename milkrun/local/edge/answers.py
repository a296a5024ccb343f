"""What the edge itself answers: the front page, and problems (RFC 9457) that say what to do."""

import json
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from aiohttp import web

from milkrun.local.edge.routes import Domain, Names

HINT_HEADER = "x-milkrun-hint"

_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>milkrun: local cloud</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 3rem auto; max-width: 60rem; padding: 0 1rem; color: #1c2733 }}
table {{ border-collapse: collapse; width: 100% }}
th, td {{ text-align: left; padding: .4rem 1rem .4rem 0; border-bottom: 1px solid #d8dee6; vertical-align: top }}
code {{ font: 14px ui-monospace, monospace }}
@media (prefers-color-scheme: dark) {{
  body {{ background: #14191f; color: #dde3ea }} a {{ color: #8ab4f8 }} th, td {{ border-color: #323b46 }} }}
</style>
<h1>The local cloud</h1>
<p>These host names answer on this port; <code>*.localhost</code> needs no entry in any file.</p>
<table><thead><tr><th>Host<th>Base paths<th>Account<th>Region</thead><tbody>{rows}</tbody></table>
<p>The AWS APIs answer on <code>{cloud}</code>.</p>
</html>
"""


def problem(status: int, title: str, detail: str, **more: Any) -> web.Response:
    """A problem document."""
    body = json.dumps({"type": "about:blank", "title": title, "status": status, "detail": detail, **more})
    return web.Response(status=status, body=body.encode(), content_type="application/problem+json")


def forbidden(domain: Domain, path: str) -> web.Response:
    """What API Gateway answers to a path that no base path mapping begins; the reason is in a header of ours."""
    known = ", ".join(f"/{mapping.base_path}" for mapping in domain.mappings) or "none"
    hint = f"{domain.name} has no base path mapping for {path}; mapped: {known}"
    headers = {"x-amzn-ErrorType": "ForbiddenException", HINT_HEADER: hint.encode("ascii", "replace").decode()}
    return web.json_response({"message": "Forbidden"}, status=403, headers=headers)


def unknown_host(host: str, names: Names, *, has_domain: bool) -> web.Response:
    """404: no such name. Says which there are."""
    hosts = sorted({domain.name for domain in names.hosts()})
    why = "is a custom domain of API Gateway, but no Route 53 record leads to it" if has_domain else "is not known"
    listed = f"Known hosts: {', '.join(hosts)}." if hosts else "No stack has made a host name yet: run `make up`."
    return problem(404, "Unknown host", f"{host} {why}. {listed}", hosts=hosts)


def listing(names: Names, accounts: Mapping[str, str], port: int) -> list[dict[str, Any]]:
    """All hosts, for people and programs."""
    return [
        {
            "host": domain.name,
            "account": domain.account,
            "account_name": accounts.get(domain.account),
            "region": domain.region,
            "urls": [f"http://{domain.name}:{port}/{path}" for path in sorted(m.base_path for m in domain.mappings)],
        }
        for domain in names.hosts()
    ]


def beside(hosts: Iterable[str], port: int) -> list[dict[str, Any]]:
    """The hosts of processes that run beside the cloud, as entries of the listing."""
    return [
        {
            "host": host,
            "account": "",
            "account_name": "beside the cloud",
            "region": "",
            "urls": [f"http://{host}:{port}/"],
        }
        for host in sorted(hosts)
    ]


def page(hosts: Iterable[Mapping[str, Any]], cloud_url: str) -> web.Response:
    """The listing as a page."""
    rows = "".join(_row(host) for host in hosts) or '<tr><td colspan="4">None yet: run <code>make up</code>.'
    return web.Response(text=_PAGE.format(rows=rows, cloud=escape(cloud_url)), content_type="text/html")


def _row(host: Mapping[str, Any]) -> str:
    links = "<br>".join(f'<a href="{escape(url)}">/{escape(url.split("/", 3)[3])}</a>' for url in host["urls"])
    account = escape(" ".join(filter(None, (host["account_name"], host["account"]))))
    return f"<tr><td>{escape(host['host'])}<td>{links or '-'}<td>{account}<td>{escape(host['region'])}\n"
