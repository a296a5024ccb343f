"""Reading a subgraph: GraphQL first (syntax, names, types), then the names that federation gives things."""

from collections.abc import Iterator
from typing import Any

from graphql import (
    DirectiveDefinitionNode,
    DocumentNode,
    GraphQLError,
    TypeDefinitionNode,
    TypeExtensionNode,
    build_ast_schema,
    parse,
    validate_schema,
)
from graphql.language import (
    EnumTypeDefinitionNode,
    InputObjectTypeDefinitionNode,
    InputObjectTypeExtensionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    ScalarTypeExtensionNode,
    UnionTypeDefinitionNode,
)
from graphql.validation.validate import validate_sdl

from milkrun_graph.composer import specs
from milkrun_graph.composer.build import build_schema
from milkrun_graph.composer.issues import Location, Report, locate
from milkrun_graph.composer.links import Links, read_links
from milkrun_graph.composer.model import BUILT_IN_SCALARS, ROOTS, Schema, TypeDef, named, wrap
from milkrun_graph.composer.rules.definitions import check_definitions
from milkrun_graph.composer.rules.links import check_links
from milkrun_graph.composer.subgraph import Loaded, Subgraph

_BASES: dict[str, Any] = {
    "object_type": ObjectTypeDefinitionNode,
    "interface_type": InterfaceTypeDefinitionNode,
    "union_type": UnionTypeDefinitionNode,
    "enum_type": EnumTypeDefinitionNode,
    "input_object_type": InputObjectTypeDefinitionNode,
    "scalar_type": ScalarTypeDefinitionNode,
}
_MACHINERY = frozenset({"_Any", "_Service", "_Entity", "_FieldSet", "FieldSet"})
_LINK = """
directive @{name}(url: String, as: String, import: [{name}__Import], for: {name}__Purpose) repeatable on SCHEMA
scalar {name}__Import
scalar {name}__Purpose
"""


def load(subgraph: Subgraph, report: Report) -> Loaded | None:
    """Read one subgraph; None when it is no valid GraphQL."""
    try:
        document = parse(subgraph.sdl)
    except GraphQLError as fault:
        places = [Location(subgraph.name, spot.line, spot.column) for spot in fault.locations or ()]
        report.error("INVALID_GRAPHQL", f"[{subgraph.name}] {fault.message}", places)
        return None
    links = read_links(subgraph.name, document)
    faults = links.errors or check_links(subgraph.name, links)
    report.errors += faults
    if faults:
        return None
    _hint_upgrade(subgraph.name, links, report)
    local = links.directives()
    schema = build_schema(document, local.get)
    if not check_definitions(subgraph.name, document, links, report):
        return None
    if not _graphql_is_valid(subgraph.name, document, links, report):
        return None
    loaded = Loaded(subgraph.name, subgraph.url, schema, links)
    if not _name_roots(loaded, report):
        return None
    _remove_machinery(loaded)
    loaded.analyze()
    return loaded


def _hint_upgrade(name: str, links: Links, report: Report) -> None:
    if links.implied > links.version:
        (said, meant) = (f"v{major}.{minor}" for major, minor in (links.version, links.implied))
        message = f'Subgraph "{name}" links what came with federation {meant}: it is taken for one of that version'
        report.hint("IMPLICITLY_UPGRADED_FEDERATION_VERSION", f"{message}, although it says {said}.")


def _graphql_is_valid(name: str, document: DocumentNode, links: Links, report: Report) -> bool:
    completed = _complete(document, links)
    faults = [*_beyond_federation(document, links), *validate_sdl(completed)]
    if not faults:
        try:
            built = build_ast_schema(completed, assume_valid_sdl=True)
            faults = [one for one in validate_schema(built) if "Query root type must be provided" not in one.message]
        except (GraphQLError, TypeError) as fault:
            faults = [GraphQLError(str(fault))]
    for one in faults:
        message = one.message + _advice(one.message, links)
        report.error("INVALID_GRAPHQL", f"[{name}] {message}", locate(name, *(one.nodes or ())[:1]))
    return not faults


def _beyond_federation(document: DocumentNode, links: Links) -> Iterator[GraphQLError]:
    """What GraphQL allows by now, and federation does not: `@oneOf` without a definition, tagging what is built in."""
    for node in document.definitions:
        if isinstance(node, ScalarTypeExtensionNode) and node.name.value in BUILT_IN_SCALARS:
            yield GraphQLError(f"Cannot extend the built-in type '{node.name.value}'.", node)
        if isinstance(node, InputObjectTypeDefinitionNode | InputObjectTypeExtensionNode):
            used = [one for one in node.directives or () if one.name.value == "oneOf"]
            if used and "oneOf" not in links.defined:
                rule = "Define it in the subgraph: directive @oneOf on INPUT_OBJECT."
                yield GraphQLError(f"Federation does not know '@oneOf' by itself. {rule}", used)


def _advice(message: str, links: Links) -> str:
    """What to do about a directive that federation has, but that this schema did not import."""
    if not message.startswith("Unknown directive"):
        return ""
    name = message.partition("@")[2].partition("'")[0]
    if name not in specs.DIRECTIVES:
        return ""
    if links.federation is None:
        return f" @{name} is a federation 2 directive: the schema needs a @link to federation v2."
    return f' Import "@{name}" in the @link to federation, or write @{links.federation.prefix}__{name}.'


def _complete(document: DocumentNode, links: Links) -> DocumentNode:
    """The document with the definitions that federation leaves out, and a definition for every extended type."""
    bases = {one.name.value for one in document.definitions if isinstance(one, TypeDefinitionNode)}
    local = links.directives()
    found: list[Any] = []
    for node in document.definitions:
        if isinstance(node, DirectiveDefinitionNode) and local.get(node.name.value, "skip") not in specs.BUILT_IN:
            continue
        made: Any = node
        if isinstance(node, TypeExtensionNode) and node.name.value not in bases:
            bases.add(node.name.value)
            keys = [key for key in node.keys if key != "loc"]
            base = _BASES[node.kind.removesuffix("_extension")]
            made = base(loc=node.loc, **{key: getattr(node, key) for key in keys})
        found.append(made)
    found += parse("\n".join(_missing(links, bases))).definitions
    own = {one.name.value for one in document.definitions if isinstance(one, DirectiveDefinitionNode)}
    if links.link_name not in own:
        more = parse(_LINK.format(name=links.link_name)).definitions
        found += [one for one in more if getattr(one, "name").value not in bases]  # noqa: B009 - definitions have names
    return DocumentNode(definitions=tuple(found))


def _missing(links: Links, bases: set[str]) -> list[str]:
    types = {name: "federation__Any" for name in specs.TYPES} | links.types()
    lines = [f"scalar {name}" for name in sorted({*types.values(), "federation__Any"} - bases)]
    for name, spec in links.directives().items():
        definition = specs.definition(spec, max(links.version, specs.FEDERATION_1)) or specs.definition(
            spec, specs.LATEST
        )
        if definition is not None:
            lines.append(definition.sdl(name, types))
    return lines


def _name_roots(loaded: Loaded, report: Report) -> bool:
    """Give the root types their default names, which all subgraphs then share."""
    schema = loaded.schema
    fine = True
    for operation, name in list(schema.roots.items()):
        default = ROOTS[operation]
        if name == default:
            continue
        other = schema.types.get(default)
        if other is not None:
            message = (
                f'The schema has a type named "{default}" but it is not set as the {operation} root type ("{name}" is)'
            )
            where = locate(loaded.name, other.node)
            report.error(
                f"ROOT_{operation.upper()}_USED",
                f"[{loaded.name}] {message}: this is not supported by federation.",
                where,
            )
            fine = False
        else:
            _rename(schema, name, default)
            schema.roots[operation] = default
    return fine


def _rename(schema: Schema, old: str, new: str) -> None:
    type_ = schema.types.pop(old)
    type_.name = new
    schema.types[new] = type_
    for one in schema.types.values():
        one.members = [new if member == old else member for member in one.members]
        for field in one.fields.values():
            if named(field.type) == old:
                field.type = wrap(field.type, new)


def _remove_machinery(loaded: Loaded) -> None:
    """Take out what federation adds to every subgraph, and what only definitions of directives use."""
    schema, links = loaded.schema, loaded.links
    ours = [link.prefix for link in links.all if link.identity.startswith(specs.SPECIFICATION_HOST)]
    prefixes = (f"{links.link_name}__", *(f"{prefix}__" for prefix in ours))
    local = {*links.types().values()}
    for name in list(schema.types):
        if name in _MACHINERY or name in BUILT_IN_SCALARS or name in local or name.startswith(prefixes):
            del schema.types[name]
    query = schema.types.get("Query")
    if query is not None:
        _drop_fields(query, "_service", "_entities")
        if not query.fields:
            del schema.types["Query"]
            schema.roots.pop("query", None)
    for name in [*links.directives(), links.link_name]:
        schema.directives.pop(name, None)


def _drop_fields(type_: TypeDef, *names: str) -> None:
    for name in names:
        type_.fields.pop(name, None)
