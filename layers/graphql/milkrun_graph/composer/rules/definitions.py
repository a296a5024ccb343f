"""Rules for definitions that a subgraph repeats although federation gives them: they must not say something else."""

from typing import TypeGuard

from graphql import (
    DefinitionNode,
    DirectiveDefinitionNode,
    DocumentNode,
    ScalarTypeDefinitionNode,
    TypeDefinitionNode,
    parse,
    print_ast,
)

from milkrun_graph.composer import specs
from milkrun_graph.composer.issues import Report, locate
from milkrun_graph.composer.links import Links
from milkrun_graph.composer.model import BUILT_IN_SCALARS


def check_definitions(name: str, document: DocumentNode, links: Links, report: Report) -> bool:
    """Compare a document's own definitions of federation's directives and types with federation's."""
    before = len(report.errors)
    local = links.directives()
    types = set(links.types().values())
    for node in document.definitions:
        if isinstance(node, DirectiveDefinitionNode) and node.name.value in local:
            fault = _directive_fault(node, local[node.name.value], links)
            if fault:
                message = f'[{name}] Invalid definition for directive "@{node.name.value}": {fault}'
                report.error("DIRECTIVE_DEFINITION_INVALID", message, locate(name, node))
        elif _is_no_scalar(node) and node.name.value in types:
            message = f"[{name}] Invalid definition for type {node.name.value}: it should be a scalar"
            report.error("TYPE_DEFINITION_INVALID", message, locate(name, node))
    return len(report.errors) == before


def _is_no_scalar(node: DefinitionNode) -> TypeGuard[TypeDefinitionNode]:
    return isinstance(node, TypeDefinitionNode) and not isinstance(node, ScalarTypeDefinitionNode)


def _directive_fault(node: DirectiveDefinitionNode, spec: str, links: Links) -> str | None:
    standard = specs.definition(spec, links.version) or specs.definition(spec, specs.LATEST)
    if standard is None:
        return None
    expected = parse(standard.sdl("expected", links.types() | {"Scope": "String", "Policy": "String"})).definitions[0]
    if not isinstance(expected, DirectiveDefinitionNode):
        return None
    allowed = {one.value for one in expected.locations}
    if not {one.value for one in node.locations} <= allowed:
        return f"it should have locations {', '.join(sorted(allowed))}, but has others"
    return _arguments_fault(node, expected)


def _arguments_fault(node: DirectiveDefinitionNode, expected: DirectiveDefinitionNode) -> str | None:
    known = {one.name.value: print_ast(one.type) for one in expected.arguments or ()}
    given = {one.name.value: print_ast(one.type) for one in node.arguments or ()}
    for arg, type_ in known.items():
        if type_.endswith("!") and arg not in given:
            return f'missing required argument "{arg}"'
    for arg, type_ in given.items():
        if arg not in known:
            return f'unknown argument "{arg}"'
        if known[arg].strip("[]!") in BUILT_IN_SCALARS and type_.strip("[]!") != known[arg].strip("[]!"):
            return f'argument "{arg}" should have type {known[arg]} but has {type_}'
    return None
