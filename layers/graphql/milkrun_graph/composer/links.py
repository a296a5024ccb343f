"""`@link` in a subgraph: which version of federation it follows, and under which names it uses the directives."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from graphql import DirectiveNode, DocumentNode, ListValueNode, ObjectValueNode, StringValueNode, ValueNode
from graphql.language import SchemaDefinitionNode, SchemaExtensionNode

from milkrun_graph.composer import specs
from milkrun_graph.composer.issues import Issue, locate

_URL = re.compile(r"^(?P<identity>.*?/(?P<name>[^/]+))/v(?P<major>\d+)\.(?P<minor>\d+)/?$")
_STANDALONE = frozenset(
    {"tag", "inaccessible", "authenticated", "requiresScopes", "policy", "context", "cost", "cacheTag"}
)


class _BadLink(Exception):
    """A `@link` that cannot be read."""


@dataclass(slots=True)
class Link:
    """One linked specification."""

    url: str
    identity: str
    name: str
    version: specs.Version
    prefix: str
    imports: dict[str, str] = field(default_factory=dict)
    node: DirectiveNode | None = None

    def local(self, element: str, directive: bool = True) -> str:
        """What an element of the specification is called here."""
        wanted = f"@{element}" if directive else element
        if wanted in self.imports:
            return self.imports[wanted].removeprefix("@")
        if directive and element == self.name:
            return self.prefix
        return f"{self.prefix}__{element}"


@dataclass(slots=True)
class Links:
    """All links of a subgraph."""

    all: list[Link] = field(default_factory=list)
    errors: list[Issue] = field(default_factory=list)
    link_name: str = "link"

    @property
    def federation(self) -> Link | None:
        """The link to federation 2, if there is one."""
        return next((link for link in self.all if link.identity == f"{specs.SPECIFICATION_HOST}/federation"), None)

    @property
    def version(self) -> specs.Version:
        """The version of federation that the subgraph follows."""
        return self.federation.version if self.federation else specs.FEDERATION_1

    def directives(self) -> dict[str, str]:
        """Local names of directives, and the specified names they stand for."""
        found = {name: name for name in specs.BUILT_IN}
        federation = self.federation
        for name in specs.DIRECTIVES:
            if specs.definition(name, self.version) is not None:
                found[federation.local(name) if federation else name] = name
        for link in self.all:
            if (
                link is not federation
                and link.name in _STANDALONE
                and link.identity.startswith(specs.SPECIFICATION_HOST)
            ):
                found[link.local(link.name)] = link.name
                if link.name == "cost":
                    found[link.local("listSize")] = "listSize"
        return found

    def types(self) -> dict[str, str]:
        """Specified types, and their local names."""
        federation = self.federation
        if federation is None:
            return {"FieldSet": "_FieldSet"}
        return {name: federation.local(name, directive=False) for name in specs.TYPES}


def read_links(subgraph: str, document: DocumentNode) -> Links:
    """Read the links that a document declares on its schema."""
    links = Links()
    applied = list(_schema_directives(document))
    links.link_name = next((name for name in map(_own_name, applied) if name), "link")
    for node in applied:
        if node.name.value != links.link_name:
            continue
        try:
            link = _read_link(node)
        except _BadLink as fault:
            links.errors.append(Issue("INVALID_LINK_DIRECTIVE_USAGE", f"[{subgraph}] {fault}", locate(subgraph, node)))
            continue
        if link is not None:
            links.all.append(link)
    for link in links.all:
        links.errors += _check(subgraph, link)
    return links


def _schema_directives(document: DocumentNode) -> Iterable[DirectiveNode]:
    for node in document.definitions:
        if isinstance(node, SchemaDefinitionNode | SchemaExtensionNode):
            yield from node.directives or ()


def _own_name(node: DirectiveNode) -> str | None:
    """The name under which `@link` links itself."""
    args = {arg.name.value: arg.value for arg in node.arguments or ()}
    url = _string(args.get("url"))
    if url is None or not url.startswith(f"{specs.SPECIFICATION_HOST}/link/"):
        return None
    return _string(args.get("as")) or "link"


def _string(value: ValueNode | None) -> str | None:
    return value.value if isinstance(value, StringValueNode) else None


def _read_link(node: DirectiveNode) -> Link | None:
    args = {arg.name.value: arg.value for arg in node.arguments or ()}
    url = _string(args.get("url"))
    if url is None:
        raise _BadLink('The @link directive needs a "url" that is a string.')
    match = _URL.match(url)
    if match is None:
        return None
    name = match["name"]
    version = int(match["major"]), int(match["minor"])
    imports = _imports(args.get("import"))
    return Link(url, match["identity"], name, version, _string(args.get("as")) or name, imports, node)


def _imports(value: ValueNode | None) -> dict[str, str]:
    if not isinstance(value, ListValueNode):
        return {}
    found: dict[str, str] = {}
    for item in value.values:
        if isinstance(item, StringValueNode):
            found[item.value] = item.value
        elif isinstance(item, ObjectValueNode):
            one = {entry.name.value: _string(entry.value) for entry in item.fields}
            name, alias = one.get("name"), one.get("as") or one.get("name")
            if name is None or alias is None or set(one) - {"name", "as"}:
                raise _BadLink("An import of @link is a string, or an object with a name and an alias.")
            if name.startswith("@") != alias.startswith("@"):
                raise _BadLink(f'"{name}" cannot be imported as "{alias}": only directives have names with an @.')
            found[name] = alias
        else:
            raise _BadLink("An import of @link is a string, or an object with a name and an alias.")
    return found


def _check(subgraph: str, link: Link) -> list[Issue]:
    if link.identity != f"{specs.SPECIFICATION_HOST}/federation":
        return []
    where = locate(subgraph, link.node)
    if not (2, 0) <= link.version <= specs.LATEST:
        message = f"[{subgraph}] Invalid version v{link.version[0]}.{link.version[1]} for the federation feature."
        return [Issue("UNKNOWN_FEDERATION_LINK_VERSION", message, where)]
    known = {f"@{name}" for name in specs.DIRECTIVES if specs.definition(name, link.version)}
    known |= {name for name, since in specs.TYPES.items() if since <= link.version} | {"@link"}
    found = []
    for name in link.imports:
        if name not in known:
            hint = f' Did you mean directive "@{name}"?' if f"@{name}" in known else ""
            message = f'[{subgraph}] Cannot import unknown element "{name}".{hint}'
            found.append(Issue("INVALID_LINK_DIRECTIVE_USAGE", message, where))
    return found
