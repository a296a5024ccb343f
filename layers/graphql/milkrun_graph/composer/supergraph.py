"""The supergraph around a merged schema: links, the join specification, and one enum of graphs."""

from collections.abc import Mapping, Sequence

from graphql import ListValueNode, ObjectFieldNode, ObjectValueNode, ValueNode, parse
from graphql.language import NameNode

from milkrun_graph.composer import specs
from milkrun_graph.composer.build import build_schema
from milkrun_graph.composer.merge import Merged
from milkrun_graph.composer.merge.state import applied, enum, value
from milkrun_graph.composer.model import Applied, EnumValue, Schema, TypeDef
from milkrun_graph.composer.subgraph import Loaded

_JOIN_FIELD = (
    "graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean,"
    " override: String, usedOverridden: Boolean"
)
_BASE = """
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE
directive @join__field({field}) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE
directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION
scalar join__FieldSet
scalar link__Import
enum link__Purpose {{
  "`SECURITY` features provide metadata necessary to securely resolve fields."
  SECURITY
  "`EXECUTION` features provide metadata necessary for operation execution."
  EXECUTION
}}
"""  # noqa: E501 - a definition stands on a line of its own
_SINCE_0_4 = """
directive @join__directive(graphs: [join__Graph!], name: String!, args: join__DirectiveArguments) repeatable on SCHEMA | OBJECT | INTERFACE | FIELD_DEFINITION
scalar join__DirectiveArguments
"""  # noqa: E501
_SINCE_0_5 = """
input join__ContextArgument {
  name: String!
  type: String!
  context: String!
  selection: join__FieldValue!
}
scalar join__FieldValue
"""
_CONTEXT = """
directive @{name}(name: String!) repeatable on INTERFACE | OBJECT | UNION
directive @context__fromContext(field: context__ContextFieldValue) on ARGUMENT_DEFINITION
scalar context__ContextFieldValue
"""
_TYPES = {"Scope": "requiresScopes__Scope", "Policy": "policy__Policy"}


def join_version(subgraphs: Sequence[Loaded]) -> str:
    """The join specification that the newest of the subgraphs needs."""
    newest = max((one.version for one in subgraphs), default=specs.FEDERATION_1)
    if newest >= (2, 8):
        return "v0.5"
    return "v0.4" if newest >= (2, 7) else "v0.3"


def frame(merged: Merged, subgraphs: Sequence[Loaded]) -> Schema:
    """The merged schema with all that makes it a supergraph."""
    join = join_version(subgraphs)
    schema = merged.schema
    framing = build_schema(parse(_definitions(join, merged.features)), _no_specs)
    schema.directives |= framing.directives
    schema.types |= framing.types
    schema.types["join__Graph"] = _graphs(merged.graphs, subgraphs)
    links = [
        applied("link", url=f"{specs.SPECIFICATION_HOST}/link/v1.0"),
        _link("join", join, "EXECUTION"),
        *_feature_links(merged.features),
        *merged.custom_links,
    ]
    schema.applied[:0] = links
    return schema


def _definitions(join: str, features: Mapping[str, str]) -> str:
    field = _JOIN_FIELD
    if join >= "v0.4":
        field += ", overrideLabel: String"
    if join >= "v0.5":
        field += ", contextArguments: [join__ContextArgument!]"
    text = _BASE.format(field=field)
    text += _SINCE_0_4 if join >= "v0.4" else ""
    text += _SINCE_0_5 if join >= "v0.5" else ""
    for name in features:
        if name in ("context", "cacheTag"):
            text += _CONTEXT.format(name=features[name]) if name == "context" else ""
            continue
        one = specs.definition(name, specs.LATEST)
        text += f"{one.sdl(features[name], _TYPES)}\n" if one is not None else ""
        text += {"requiresScopes": "scalar requiresScopes__Scope\n", "policy": "scalar policy__Policy\n"}.get(name, "")
    return text


def _no_specs(_: str) -> None:
    """The supergraph's own directives are none of federation's."""


def _link(name: str, version: str, purpose: str | None) -> Applied:
    url = f"{specs.SPECIFICATION_HOST}/{name}/{version}"
    return Applied("link", applied("link", url=url).args | ({"for": enum(purpose)} if purpose else {}))


def _feature_links(features: Mapping[str, str]) -> list[Applied]:
    """A link for each feature, with imports for what is not simply called like it."""
    found: dict[str, Applied] = {}
    imports: dict[str, list[ValueNode]] = {}
    for name in specs.FEATURES:
        feature, version, purpose = specs.FEATURES[name]
        if name not in features:
            continue
        found.setdefault(feature, _link(feature, version, purpose))
        if features[name] != name:
            imports.setdefault(feature, []).append(_alias(name, features[name]))
        elif name != feature:
            imports.setdefault(feature, []).append(value(f"@{name}"))
    for feature, names in imports.items():
        found[feature].args["import"] = ListValueNode(values=tuple(names))
    return list(found.values())


def _alias(name: str, alias: str) -> ObjectValueNode:
    entries = {"name": f"@{name}", "as": f"@{alias}"}
    fields = [ObjectFieldNode(name=NameNode(value=key), value=value(one)) for key, one in entries.items()]
    return ObjectValueNode(fields=tuple(fields))


def _graphs(graphs: Mapping[str, str], subgraphs: Sequence[Loaded]) -> TypeDef:
    urls = {one.name: one.url for one in subgraphs}
    type_ = TypeDef("join__Graph", kind="ENUM", has_base=True)
    for name, graph in graphs.items():
        joined = applied("join__graph", name=name, url=urls[name])
        type_.values[graph] = EnumValue(graph, directives=[joined])
    return type_
