"""Federation 1 schemas, brought to federation 2: what was implied is written down, what had no effect is removed."""

from collections.abc import Iterable, Sequence

from graphql import StringValueNode

from milkrun_graph.composer.fieldsets import FieldSet, Selection, text_of, walk
from milkrun_graph.composer.issues import Report, locate
from milkrun_graph.composer.model import ROOTS, Applied, Field, TypeDef, composite, named
from milkrun_graph.composer.rules.field_sets import external_somewhere
from milkrun_graph.composer.subgraph import Loaded


def upgrade(subgraphs: Sequence[Loaded], report: Report) -> None:
    """Upgrade every federation 1 subgraph in place."""
    old = [subgraph for subgraph in subgraphs if subgraph.is_federation_1]
    for subgraph in old:
        _check_bases(subgraph, subgraphs, report)
    for subgraph in old:
        _simplify_interfaces(subgraph)
        _resolve_extension_keys(subgraph, subgraphs)
    for subgraph in old:
        subgraph.analyze()
        _drop_idle_field_sets(subgraph)
        subgraph.analyze()
        _drop_unused_externals(subgraph, report)
        subgraph.analyze()
    for subgraph in old:
        _share(subgraph, subgraphs)
        subgraph.upgraded = True


def is_extension(type_: TypeDef) -> bool:
    """Whether the type is owned by another subgraph."""
    return type_.has("extends") or (type_.has_extension and not type_.has_base)


def _check_bases(subgraph: Loaded, others: Sequence[Loaded], report: Report) -> None:
    for type_ in subgraph.schema.types.values():
        if not is_extension(type_) or type_.name in ROOTS.values():
            continue
        elsewhere = (other.type(type_.name) for other in others if other is not subgraph)
        if not any(one is not None and one.has_base for one in elsewhere):
            message = (
                f'Type "{type_.name}" is an extension type, but there is no type definition for "{type_.name}" in '
                "any subgraph."
            )
            report.error("EXTENSION_WITH_NO_BASE", f"[{subgraph.name}] {message}", locate(subgraph.name, type_.node))


def _simplify_interfaces(subgraph: Loaded) -> None:
    for type_ in subgraph.schema.of_kind("INTERFACE"):
        type_.drop("key")
        for field in type_.fields.values():
            for spec in ("external", "requires", "provides"):
                field.drop(spec)
    for type_ in subgraph.schema.of_kind("OBJECT", "INTERFACE"):
        for field in type_.fields.values():
            if not composite(subgraph.type(named(field.type))):
                field.drop("provides")


def _resolve_extension_keys(subgraph: Loaded, others: Sequence[Loaded]) -> None:
    """An extension's keys are resolved here, although federation 1 wants them marked as external."""
    for type_ in subgraph.schema.of_kind("OBJECT"):
        if is_extension(type_):
            keys = [selections for _, selections in subgraph.keys(type_)] or list(_keys_elsewhere(type_.name, others))
            for one in (one for selections in keys for one in walk(selections)):
                if one.parent == type_.name:
                    _resolve(subgraph, one)
        type_.has_base, type_.has_extension = True, False
        for applied in type_.directives:
            applied.extension = False


def _keys_elsewhere(name: str, others: Sequence[Loaded]) -> Iterable[FieldSet]:
    for other in others:
        type_ = other.type(name)
        if type_ is not None and type_.has_base:
            yield from (selections for _, selections in other.keys(type_))


def _resolve(subgraph: Loaded, one: Selection) -> None:
    type_ = subgraph.type(one.parent)
    if type_ is not None and one.name in type_.fields:
        type_.fields[one.name].drop("external")


def _drop_idle_field_sets(subgraph: Loaded) -> None:
    """Requiring or providing what the subgraph resolves itself had no effect."""
    for type_ in subgraph.schema.of_kind("OBJECT", "INTERFACE"):
        for field in type_.fields.values():
            for applied in [*field.having("requires"), *field.having("provides")]:
                parent = type_.name if applied.spec == "requires" else named(field.type)
                _reduce(subgraph, field, applied, parent)


def _reduce(subgraph: Loaded, field: Field, applied: Applied, parent: str) -> None:
    before = subgraph.usable(parent, applied)
    after = _needed(subgraph, before)
    if not before or after == before:
        return
    if after:
        applied.args["fields"] = StringValueNode(value=text_of(after))
    else:
        field.directives.remove(applied)


def _needed(subgraph: Loaded, selections: FieldSet, external_above: bool = False) -> FieldSet:
    """The part of a field set that is external."""
    found = []
    for one in selections:
        external = external_above or external_somewhere(subgraph, one)
        if one.below:
            below = _needed(subgraph, one.below, external)
            if below:
                found.append(Selection(one.parent, one.name, one.type, one.args, below))
        elif external or one.name == "__typename":
            found.append(one)
    return tuple(found)


def _drop_unused_externals(subgraph: Loaded, report: Report) -> None:
    for type_ in subgraph.schema.of_kind("OBJECT"):
        for field in list(type_.fields.values()):
            if subgraph.is_external(type_, field) and (type_.name, field.name) not in subgraph.used:
                del type_.fields[field.name]
        if type_.fields:
            continue
        fields = [field for one in subgraph.schema.types.values() for field in one.fields.values()]
        if any(named(field.type) == type_.name for field in fields):
            message = f'[{subgraph.name}] Type "{type_.name}" contains only external fields and all of them are unused.'
            report.error("TYPE_WITH_ONLY_UNUSED_EXTERNAL", message, locate(subgraph.name, type_.node))
        else:
            del subgraph.schema.types[type_.name]


def _share(subgraph: Loaded, others: Sequence[Loaded]) -> None:
    """Federation 1 let several subgraphs resolve a field of a type without keys, and of roots."""
    for type_ in subgraph.schema.of_kind("OBJECT"):
        if type_.name == ROOTS["subscription"]:
            continue
        entity = type_.has("key") or type_.name in ROOTS.values()
        elsewhere = [
            (other, one) for other in others if other is not subgraph and (one := other.type(type_.name)) is not None
        ]
        if not entity and elsewhere:
            for field in type_.fields.values():
                _mark(subgraph, type_, field)
        for field in type_.fields.values() if entity else ():
            if any(
                field.name in one.fields and other.is_resolved(one, one.fields[field.name]) for other, one in elsewhere
            ):
                _mark(subgraph, type_, field)


def _mark(subgraph: Loaded, type_: TypeDef, field: Field) -> None:
    if not subgraph.is_external(type_, field) and not field.has("shareable"):
        field.directives.append(Applied("shareable", {}, "shareable"))
