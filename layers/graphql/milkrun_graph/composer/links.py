"""`@link` in a subgraph: which version of federation it follows, and under which names it uses the directives."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from graphql import (
    DirectiveDefinitionNode,
    DirectiveNode,
    DocumentNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    StringValueNode,
    ValueNode,
)
from graphql.language import SchemaDefinitionNode, SchemaExtensionNode

from milkrun_graph.composer import specs
from milkrun_graph.composer.issues import Issue, locate

FEDERATION = f"{specs.SPECIFICATION_HOST}/federation"
LINK = f"{specs.SPECIFICATION_HOST}/link"
_VERSION = re.compile(r"v(?P<major>\d+)\.(?P<minor>\d+)")
_PURPOSES = frozenset({"SECURITY", "EXECUTION"})


class _BadLink(Exception):
    """A `@link` that cannot be read."""

    def __init__(self, message: str, code: str = "INVALID_LINK_DIRECTIVE_USAGE") -> None:
        super().__init__(message)
        self.code = code


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

    @property
    def feature(self) -> specs.Feature | None:
        """What it brings, if it is a specification that is known beside federation."""
        known = specs.STANDALONE.get(self.name)
        if known is None or self.identity != f"{specs.SPECIFICATION_HOST}/{self.name}":
            return None
        return known if self.version in known.versions else None


@dataclass(slots=True)
class Links:
    """All links of a subgraph; `defined` are the directives that it defines itself."""

    all: list[Link] = field(default_factory=list)
    errors: list[Issue] = field(default_factory=list)
    link_name: str = "link"
    defined: frozenset[str] = frozenset()

    @property
    def federation(self) -> Link | None:
        """The link to federation 2, if there is one."""
        return next((link for link in self.all if link.identity == FEDERATION), None)

    @property
    def version(self) -> specs.Version:
        """The version of federation that the subgraph says it follows."""
        return self.federation.version if self.federation else specs.FEDERATION_1

    @property
    def implied(self) -> specs.Version:
        """The version of federation that it follows, as it links what came with that."""
        if self.federation is None:
            return specs.FEDERATION_1
        return max([self.version, *(link.feature.implies for link in self.all if link.feature)])

    def directives(self) -> dict[str, str]:
        """Local names of directives, and the specified names they stand for."""
        found = {name: name for name in specs.BUILT_IN}
        federation = self.federation
        for name in specs.DIRECTIVES:
            if specs.definition(name, self.version) is not None:
                found[federation.local(name) if federation else name] = name
        if federation is None and "inaccessible" in self.defined:
            found["inaccessible"] = "inaccessible"  # federation 1 has none of its own, and honors theirs
        for link in self.all if federation else ():
            found |= {link.local(name): name for name in (link.feature.directives if link.feature else ())}
        return found

    def types(self) -> dict[str, str]:
        """Specified types, and their local names."""
        federation = self.federation
        if federation is None:
            return {"FieldSet": "_FieldSet"}
        return {name: federation.local(name, directive=False) for name in specs.TYPES}


def read_links(subgraph: str, document: DocumentNode) -> Links:
    """Read the links that a document declares on its schema."""
    defined = frozenset(node.name.value for node in document.definitions if isinstance(node, DirectiveDefinitionNode))
    links = Links(defined=defined)
    applied = list(_schema_directives(document))
    links.link_name = next((name for name in map(_own_name, applied) if name), "link")
    for node in applied:
        if node.name.value != links.link_name:
            continue
        try:
            links.all.append(_read_link(node))
        except _BadLink as fault:
            links.errors.append(Issue(fault.code, f"[{subgraph}] {fault}", locate(subgraph, node)))
    return links


def _schema_directives(document: DocumentNode) -> Iterable[DirectiveNode]:
    for node in document.definitions:
        if isinstance(node, SchemaDefinitionNode | SchemaExtensionNode):
            yield from node.directives or ()


def _own_name(node: DirectiveNode) -> str | None:
    """The name under which `@link` links itself."""
    args = {arg.name.value: arg.value for arg in node.arguments or ()}
    url = _string(args.get("url"))
    if url is None or not url.startswith(f"{LINK}/"):
        return None
    return _string(args.get("as")) or "link"


def _string(value: ValueNode | None) -> str | None:
    return value.value if isinstance(value, StringValueNode) else None


def _read_link(node: DirectiveNode) -> Link:
    args = {arg.name.value: arg.value for arg in node.arguments or ()}
    url = _string(args.get("url"))
    if url is None:
        raise _BadLink('The @link directive needs a "url" that is a string.')
    purpose = args.get("for", NullValueNode())
    if not isinstance(purpose, NullValueNode) and getattr(purpose, "value", None) not in _PURPOSES:
        raise _BadLink('The "for" of @link is SECURITY or EXECUTION.', "INVALID_GRAPHQL")
    identity, name, version = _read_url(url)
    imports = _imports(args.get("import"))
    prefix = _string(args.get("as"))
    return Link(url, identity, name, version, name if prefix is None else prefix, imports, node)


def _read_url(url: str) -> tuple[str, str, specs.Version]:
    """The identity, the name and the version of a specification."""
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    *path, last = parts.path.split("/")
    version = _VERSION.fullmatch(last)
    if not parts.scheme or not parts.netloc or " " in url or not path or not path[-1] or version is None:
        rule = 'it ends with a name and a version, as in "https://specs.example.com/name/v1.0".'
        raise _BadLink(f'"{url}" does not identify a specification: {rule}', "INVALID_LINK_IDENTIFIER")
    identity = f"{parts.scheme}://{parts.netloc}{'/'.join(path)}"
    return identity, path[-1], (int(version["major"]), int(version["minor"]))


def _imports(value: ValueNode | None) -> dict[str, str]:
    if not isinstance(value, ListValueNode):
        return {}
    found: dict[str, str] = {}
    for item in value.values:
        if isinstance(item, StringValueNode):
            name = alias = item.value
        elif isinstance(item, ObjectValueNode):
            one = {entry.name.value: _string(entry.value) for entry in item.fields}
            written, renamed = one.get("name"), one.get("as") or one.get("name")
            if written is None or renamed is None or set(one) - {"name", "as"}:
                raise _BadLink("An import of @link is a string, or an object with a name and an alias.")
            name, alias = written, renamed
            if name.startswith("@") != alias.startswith("@"):
                raise _BadLink(f'"{name}" cannot be imported as "{alias}": only directives have names with an @.')
        else:
            raise _BadLink("An import of @link is a string, or an object with a name and an alias.")
        if found.get(name, alias) != alias:
            raise _BadLink(f'"{name}" is imported as "{found[name]}" and as "{alias}": keep one of them.')
        if any(one == alias and other != name for other, one in found.items()):
            raise _BadLink(f'Two imports are called "{alias}": rename one with "as".')
        found[name] = alias
    return found
