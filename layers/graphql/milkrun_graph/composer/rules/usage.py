"""Rules for the other directives: where they may stand, and which do not go together."""

from milkrun_graph.composer.fieldsets import FieldSetFault, text_of
from milkrun_graph.composer.issues import Report, locate
from milkrun_graph.composer.model import Element, Field, TypeDef
from milkrun_graph.composer.subgraph import Loaded


def check_usage(subgraph: Loaded, report: Report) -> None:
    """Check every type and field of the subgraph."""
    for type_ in subgraph.schema.of_kind("OBJECT", "INTERFACE"):
        _check_interface_object(subgraph, type_, report)
        _check_shareable(subgraph, type_, type_, f'type "{type_.name}"', report)
        if type_.kind == "INTERFACE":
            _check_interface_keys(subgraph, type_, report)
        for field in type_.fields.values():
            _check_field(subgraph, type_, field, report)


def _check_field(subgraph: Loaded, type_: TypeDef, field: Field, report: Report) -> None:
    coordinate = f"{type_.name}.{field.name}"
    if type_.kind == "INTERFACE":
        if field.has("external"):
            message = (
                f'Interface type field "{coordinate}" is marked @external but @external is not allowed on interface '
                "fields."
            )
            report.error("EXTERNAL_ON_INTERFACE", f"[{subgraph.name}] {message}", locate(subgraph.name, field.node))
        if field.has("shareable"):
            message = (
                f'Invalid use of @shareable on field "{coordinate}": only object type fields can be marked with '
                "@shareable"
            )
            report.error("INVALID_SHAREABLE_USAGE", f"[{subgraph.name}] {message}", locate(subgraph.name, field.node))
        if subgraph.is_external(type_, field):
            _check_external(subgraph, type_, field, report)
        return
    _check_shareable(subgraph, type_, field, f'field "{coordinate}"', report)
    if subgraph.is_external(type_, field):
        _check_external(subgraph, type_, field, report)


def _check_external(subgraph: Loaded, type_: TypeDef, field: Field, report: Report) -> None:
    coordinate = f"{type_.name}.{field.name}"
    if (type_.name, field.name) not in subgraph.used:
        message = (
            f'Field "{coordinate}" is marked @external but is not used in any federation directive '
            "(@key, @provides, @requires) or to satisfy an interface; it should be removed (or not be @external)."
        )
        report.error("EXTERNAL_UNUSED", f"[{subgraph.name}] {message}", locate(subgraph.name, field.node))


def _check_shareable(subgraph: Loaded, type_: TypeDef, element: Element, where: str, report: Report) -> None:
    parts = [applied.part for applied in element.having("shareable")]
    if len(parts) != len(set(parts)):
        message = f"Invalid duplicate application of @shareable on {where}: once per definition or extension is enough"
        report.error(
            "INVALID_SHAREABLE_USAGE", f"[{subgraph.name}] {message}", locate(subgraph.name, element.node or type_.node)
        )


def _check_interface_object(subgraph: Loaded, type_: TypeDef, report: Report) -> None:
    if type_.has("interfaceObject") and not type_.has("key"):
        message = f'can only be applied to entity types but type "{type_.name}" has no @key in this subgraph.'
        report.error(
            "INTERFACE_OBJECT_USAGE_ERROR",
            f"[{subgraph.name}] The @interfaceObject directive {message}",
            locate(subgraph.name, type_.node),
        )


def _check_interface_keys(subgraph: Loaded, type_: TypeDef, report: Report) -> None:
    """Every implementation must have the keys of its interface, or nobody could find out which one an entity is."""
    for applied in type_.having("key"):
        try:
            selections = subgraph.field_set(type_.name, applied)
        except FieldSetFault:
            continue
        for impl in subgraph.schema.implementations(type_.name):
            if impl.kind != "OBJECT":
                continue
            texts = {text_of(one) for _, one in subgraph.keys(impl)}
            if text_of(selections) not in texts:
                message = (
                    f'Key on interface type "{type_.name}" ("{text_of(selections)}") is missing on implementation '
                    f'type "{impl.name}".'
                )
                report.error(
                    "INTERFACE_KEY_NOT_ON_IMPLEMENTATION",
                    f"[{subgraph.name}] {message}",
                    locate(subgraph.name, applied.node, impl.node),
                )
