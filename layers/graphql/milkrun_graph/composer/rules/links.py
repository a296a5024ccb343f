"""Rules for `@link`: which specifications go together, under which names, in which versions."""

import re
from collections.abc import Iterator

from milkrun_graph.composer import specs
from milkrun_graph.composer.issues import Issue, locate
from milkrun_graph.composer.links import FEDERATION, LINK, Link, Links

_NAME = re.compile(r"[A-Za-z_][\w.-]*")
_LINK_VERSION = (1, 0)
_Fault = tuple[str, str]


def check_links(subgraph: str, links: Links) -> list[Issue]:
    """What is wrong with the links of a subgraph."""
    found = []
    prefixes = {links.link_name: LINK}
    for number, link in enumerate(links.all):
        before = links.all[:number]
        faults = [
            *_version_faults(link),
            *_prefix_faults(link, before, prefixes),
            *_import_faults(link, before),
            *_confusions(link, links),
        ]
        found += [Issue(code, f"[{subgraph}] {message}", locate(subgraph, link.node)) for code, message in faults]
    return found


def _version_faults(link: Link) -> Iterator[_Fault]:
    version = f"v{link.version[0]}.{link.version[1]}"
    if link.identity == LINK and link.version != _LINK_VERSION:
        yield "UNKNOWN_LINK_VERSION", f"Version {version} of @link is not known: link v1.0."
    if link.identity == FEDERATION and not (2, 0) <= link.version <= specs.LATEST:
        latest = f"v{specs.LATEST[0]}.{specs.LATEST[1]}"
        message = f"Invalid version {version} for the federation feature: link one from v2.0 to {latest}."
        yield "UNKNOWN_FEDERATION_LINK_VERSION", message
    if link.identity.startswith(specs.SPECIFICATION_HOST) and link.name in specs.UNSUPPORTED:
        message = f'"{link.identity}" is not supported: no gateway here runs what it describes. Remove the @link.'
        yield "UNSUPPORTED_LINKED_FEATURE", message


def _prefix_faults(link: Link, before: list[Link], prefixes: dict[str, str]) -> Iterator[_Fault]:
    fault = None
    owner = prefixes.setdefault(link.prefix, link.identity)
    if not _NAME.fullmatch(link.prefix):
        fault = "it is not a valid GraphQL name"
    elif "__" in link.prefix or link.prefix.endswith("_"):
        fault = 'a name with "__" in it, or with "_" at its end, could be taken for a part of another'
    elif owner != link.identity:
        fault = f'"{owner}" has this name'
    if fault:
        message = f'Cannot link "{link.identity}" as "{link.prefix}": {fault}. Give it another name with "as".'
        yield "INVALID_LINK_DIRECTIVE_USAGE", message
    if any(other.identity == link.identity for other in before):
        yield "INVALID_LINK_DIRECTIVE_USAGE", f'"{link.identity}" is linked more than once: merge the links.'


def _import_faults(link: Link, before: list[Link]) -> Iterator[_Fault]:
    for name in link.imports.values():
        for other in before:
            if name in other.imports.values():
                message = f'"{name}" is imported from "{link.identity}" and from "{other.identity}"'
                yield "INVALID_LINK_DIRECTIVE_USAGE", f'{message}: rename one with "as".'
    if link.identity != FEDERATION:
        return
    known = {f"@{name}" for name in specs.DIRECTIVES if specs.definition(name, link.version)}
    known |= {name for name, since in specs.TYPES.items() if since <= link.version}
    for name in link.imports:
        if name not in known:
            hint = f' Did you mean directive "@{name}"?' if f"@{name}" in known else ""
            yield "INVALID_LINK_DIRECTIVE_USAGE", f'Cannot import unknown element "{name}".{hint}'


def _confusions(link: Link, links: Links) -> Iterator[_Fault]:
    """An imported name must not look as if it came from another specification."""
    for name in link.imports.values():
        bare = name.removeprefix("@")
        for other in links.all:
            is_its_own = name == f"@{other.prefix}"
            if other is not link and (is_its_own or bare.startswith(f"{other.prefix}__")):
                message = f'"{name}" from "{link.identity}" looks like a name of "{other.identity}"'
                yield "INVALID_LINK_DIRECTIVE_USAGE", f'{message}: link only one of them, or rename with "as".'
