"""A world as its supergraph (join specification v0.3) and as the SDL of each subgraph (federation v2.3)."""

from collections.abc import Iterable

from tests.support.federation.worlds.model import COLORS, FILTER, Abstract, Field, Object, World

HEADER = """
schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION)
  @link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY)
{
  query: Query%s
}
directive @inaccessible on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION
directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE
directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE
directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
scalar join__FieldSet
scalar link__Import
enum link__Purpose { SECURITY EXECUTION }
"""  # noqa: E501 - as composers print it
IMPORTS = (
    '["@key", "@external", "@requires", "@provides", "@shareable", "@interfaceObject", "@override", "@inaccessible"]'
)
LINK = f'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: {IMPORTS})'


def print_supergraph(world: World) -> str:
    parts = [HEADER % (" mutation: Mutation" if world.mutation.fields else ""), "enum join__Graph {"]
    parts += [
        f'  {_enum(graph)} @join__graph(name: "{graph}", url: "http://localhost/{graph}")' for graph in world.graphs
    ]
    parts.append("}")
    parts.append(f"enum Color{_types(world.graphs)} {{")
    parts += [
        f"  {value}{''.join(f' @join__enumValue(graph: {_enum(each)})' for each in world.graphs)}" for value in COLORS
    ]
    parts.append("}")
    parts.append(FILTER.format(_types(world.graphs)))
    parts += [_merged_object(world, each) for each in [*world.roots, *world.objects.values()]]
    parts += [_merged_abstract(world, each) for each in world.abstracts.values()]
    return "\n".join(parts)


def _enum(graph: str) -> str:
    return graph.upper()


def _types(graphs: Iterable[str]) -> str:
    return "".join(f" @join__type(graph: {_enum(graph)})" for graph in graphs)


def _key_types(owner: Object) -> str:
    found = ""
    for graph in owner.graphs:
        for key in owner.keys.get(graph, ()):
            end = "" if key.resolvable else ", resolvable: false"
            found += f' @join__type(graph: {_enum(graph)}, key: "{key.text}"{end})'
    return found or _types(owner.graphs)


def _merged_object(world: World, owner: Object) -> str:
    interfaces = [each for each in world.abstracts.values() if each.is_interface and owner.name in each.all_members]
    names = " & ".join(each.name for each in interfaces)
    joins = "".join(
        f' @join__implements(graph: {_enum(graph)}, interface: "{each.name}")'
        for each in interfaces
        for graph in each.members
        if owner.name in each.members[graph]
    )
    lines = [f"type {owner.name}{' implements ' + names if names else ''}{joins}{_key_types(owner)} {{"]
    lines += [f"  {each.name}{each.argument}: {each.type}{_joins(each, owner.graphs)}" for each in owner.fields]
    lines += [f"  {each.name}: {each.type} @join__field" for each in owner.borrowed]
    return "\n".join([*lines, "}"])


def _joins(each: Field, everywhere: list[str]) -> str:
    hidden = " @inaccessible" if each.hidden else ""
    if sorted(each.graphs) == sorted(everywhere) and not (each.types or each.requires or each.provides):
        return hidden
    graphs = sorted({*each.graphs, *each.external})
    return "".join(f" @join__field({', '.join(_join(each, graph))})" for graph in graphs) + hidden


def _join(each: Field, graph: str) -> Iterable[str]:
    yield f"graph: {_enum(graph)}"
    if each.types:
        yield f'type: "{each.types.get(graph, each.type)}"'
    if graph in each.external:
        yield "external: true"
        return
    if each.overridden:
        yield f'override: "{each.overridden}"'
    if each.requires:
        yield f'requires: "{each.requires}"'
    if graph in each.provides:
        yield f'provides: "{each.provides[graph]}"'


def _merged_abstract(world: World, each: Abstract) -> str:
    if not each.is_interface:
        joins = "".join(
            f' @join__unionMember(graph: {_enum(graph)}, member: "{name}")'
            for graph, names in each.members.items()
            for name in names
        )
        return f"union {each.name}{_types(each.graphs)}{joins} = {' | '.join(each.all_members)}"
    if each.object_in:
        (real,) = each.members
        end = f'@join__type(graph: {_enum(each.object_in)}, key: "id", isInterfaceObject: true)'
        lines = [f'interface {each.name} @join__type(graph: {_enum(real)}, key: "id") {end} {{', "  id: ID!"]
        lines += [f"  {lent.name}: {lent.type} @join__field(graph: {_enum(each.object_in)})" for lent in each.lent]
        return "\n".join([*lines, "}"])
    lines = [f"interface {each.name}{_types(each.graphs)} {{"]
    for name in sorted({name for names in each.fields.values() for name in names}):
        part = world.objects[each.all_members[0]].get(name)
        graphs = [graph for graph in each.graphs if name in each.fields[graph]]
        joins = "" if graphs == each.graphs else "".join(f" @join__field(graph: {_enum(graph)})" for graph in graphs)
        lines.append(f"  {name}{part.argument}: {part.type}{joins}")
    return "\n".join([*lines, "}"])


def print_subgraph(world: World, graph: str) -> str:
    parts = [LINK, f"enum Color {{ {' '.join(COLORS)} }}", FILTER.format("")]
    for owner in [*world.roots, *world.objects.values()]:
        if any(each.declared_in(graph) for each in owner.fields):
            parts.append(_object_in(world, owner, graph))
    for each in world.abstracts.values():
        if graph in each.graphs:
            parts.append(_abstract_in(world, each, graph))
    return "\n".join(parts)


def _object_in(world: World, owner: Object, graph: str) -> str:
    names = [
        each.name
        for each in world.abstracts.values()
        if each.is_interface and owner.name in each.members.get(graph, ())
    ]
    keys = "".join(
        f' @key(fields: "{key.text}"{"" if key.resolvable else ", resolvable: false"})'
        for key in owner.keys.get(graph, ())
    )
    lines = [f"type {owner.name}{' implements ' + ' & '.join(names) if names else ''}{keys} {{"]
    lines += [f"  {_field_in(each, graph)}" for each in owner.fields if each.declared_in(graph)]
    return "\n".join([*lines, "}"])


def _field_in(each: Field, graph: str) -> str:
    text = f"{each.name}{each.argument}: {each.types.get(graph, each.type)}"
    if graph in each.external:
        return f"{text} @external"
    if each.requires:
        text += f' @requires(fields: "{each.requires}")'
    if graph in each.provides:
        text += f' @provides(fields: "{each.provides[graph]}")'
    if each.overridden and graph != each.overridden:
        text += f' @override(from: "{each.overridden}")'
    if each.hidden:
        text += " @inaccessible"
    return f"{text} @shareable"


def _abstract_in(world: World, each: Abstract, graph: str) -> str:
    if graph == each.object_in:
        lent = " ".join(f"{part.name}: {part.type}" for part in each.lent)
        return f'type {each.name} @key(fields: "id") @interfaceObject {{ id: ID! {lent} }}'
    if not each.is_interface:
        return f"union {each.name} = {' | '.join(each.members[graph])}"
    key = ' @key(fields: "id")' if each.key else ""
    parts = [world.objects[each.members[graph][0]].get(name) for name in each.fields[graph]]
    fields = " ".join(f"{part.name}{part.argument}: {part.type}" for part in parts)
    return f"interface {each.name}{key} {{ {fields} }}"
