"""Which specifications a supergraph links, and what their directives are called in it (link v1.0, core v0.2)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from graphql import ConstDirectiveNode, SchemaDefinitionNode, SchemaExtensionNode
from graphql.utilities import value_from_ast_untyped

from milkrun_graph.errors import SupergraphInvalid

_JOIN_VERSIONS = {"v0.1", "v0.2", "v0.3", "v0.4", "v0.5"}
_UNDERSTOOD = {
    "link", "core", "join", "tag", "inaccessible", "authenticated", "requiresScopes", "policy", "cost", "context",
    "cacheTag", "federation",
}  # fmt: skip


@dataclass(slots=True)
class Links:
    """Spec name → prefix, and renamed imports as (spec, element) → name."""

    prefixes: dict[str, str] = field(default_factory=dict)
    imports: dict[tuple[str, str], str] = field(default_factory=dict)
    join_version: str = ""

    def directive(self, spec: str, element: str) -> str:
        """What the directive ``element`` of ``spec`` is called in this document."""
        imported = self.imports.get((spec, "@" + element))
        if imported:
            return imported
        prefix = self.prefixes.get(spec, spec)
        return prefix if element == spec else f"{prefix}__{element}"

    def type_name(self, spec: str, element: str) -> str:
        """What the type ``element`` of ``spec`` is called in this document."""
        return self.imports.get((spec, element)) or f"{self.prefixes.get(spec, spec)}__{element}"


def read_links(schema: Iterable[SchemaDefinitionNode | SchemaExtensionNode]) -> Links:
    """The schema's links. Raises SupergraphInvalid for one that it demands to be understood and is not."""
    links = Links()
    for node in schema:
        for directive in node.directives or ():
            if directive.name.value in {"link", "core"} or _is_link(directive):
                _read_link(links, arguments_of(directive))
    if links.join_version not in _JOIN_VERSIONS:
        found = links.join_version or "none"
        raise SupergraphInvalid(f"not a supergraph: it must link the join specification v0.1 to v0.5, found {found}")
    return links


def arguments_of(directive: ConstDirectiveNode) -> dict[str, Any]:
    """The directive's arguments as plain values."""
    return {argument.name.value: value_from_ast_untyped(argument.value) for argument in directive.arguments or ()}


def _is_link(directive: ConstDirectiveNode) -> bool:
    url = arguments_of(directive).get("url")
    return isinstance(url, str) and "/link/v" in url


def _read_link(links: Links, arguments: dict[str, Any]) -> None:
    url = str(arguments.get("url") or arguments.get("feature") or "")
    *_, name, version = ("", "", *url.rstrip("/").split("/"))
    if arguments.get("for") and name not in _UNDERSTOOD:
        raise SupergraphInvalid(f"the supergraph needs {url} for {arguments['for']}, which is not known here")
    links.prefixes[name] = str(arguments.get("as") or name)
    if name == "join":
        links.join_version = version
    for item in arguments.get("import") or ():
        original, renamed = (item, item) if isinstance(item, str) else (item["name"], item.get("as") or item["name"])
        links.imports[name, original] = renamed.lstrip("@")
