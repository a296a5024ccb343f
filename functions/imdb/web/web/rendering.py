"""Documents: templates filled in, with the headers that let a browser trust and keep them."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

HTML_TYPE = "text/html; charset=utf-8"
_HERE = Path(__file__).parent
# A page lives on for a while in front of visitors whose next look renews it behind their backs.
FRESH = "public, max-age=30, stale-while-revalidate=300"
NOT_KEPT = "no-store"
_SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Strict-Transport-Security": "max-age=31536000",
}


@dataclass(frozen=True, slots=True)
class Document:
    """A page as it is sent."""

    body: str
    headers: Mapping[str, str]

    @property
    def etag(self) -> str:
        """Weak, because what stands between may compress the body."""
        return f'W/"{hashlib.sha256(self.body.encode()).hexdigest()[:32]}"'

    def known_to(self, if_none_match: str | None) -> bool:
        """Whether the reader has this very document (RFC 9110, section 13.1.2: the weak comparison)."""
        held = {tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")}
        return "*" in held or self.etag.removeprefix("W/") in held


class Renderer:
    """Makes documents of views. ``images_origin`` is where pictures come from: a browser loads none from elsewhere."""

    def __init__(self, images_origin: str) -> None:
        self._images_origin = images_origin
        self._environment = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals["style"] = Markup(self._style)  # noqa: S704 - our own file

    def render(self, template: str, **view: Any) -> Document:
        """The document of one template."""
        body = self._environment.get_template(template).render(**view)
        return Document(body, {**_SECURITY, "Content-Security-Policy": self._policy})

    @cached_property
    def _style(self) -> str:
        return (_HERE / "static" / "page.css").read_text(encoding="utf-8")

    @cached_property
    def _policy(self) -> str:
        digest = base64.b64encode(hashlib.sha256(self._style.encode()).digest()).decode()
        rules = {
            "default-src": "'none'",
            "style-src": f"'sha256-{digest}'",
            "img-src": f"'self' data: {self._images_origin}".rstrip(),
            "base-uri": "'none'",
            "form-action": "'none'",
            "frame-ancestors": "'none'",
        }
        return "; ".join(f"{name} {value}" for name, value in rules.items())
