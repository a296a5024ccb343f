"""Rules for `@key`, `@requires` and `@provides`: which fields they may name, and where they may stand."""

from collections.abc import Callable

from milkrun_graph.composer.fieldsets import INVALID, FieldSet, FieldSetFault, Selection, walk, written
from milkrun_graph.composer.issues import Report, locate
from milkrun_graph.composer.model import Applied, Field, TypeDef, composite, named
from milkrun_graph.composer.subgraph import Loaded

Check = Callable[[Selection], tuple[str, str] | None]


def check_field_sets(subgraph: Loaded, report: Report) -> bool:
    """Check every field set of the subgraph.

    A `@provides` where nothing can be provided is the only finding if there is one: what the other field sets are meant
    to say often follows from it.
    """
    if _check_provided_types(subgraph, report):
        return False
    for type_ in subgraph.schema.of_kind("OBJECT", "INTERFACE"):
        for applied in type_.having("key"):
            _check_key(subgraph, type_, applied, report)
        for field in type_.fields.values():
            for applied in field.having("provides"):
                _check_provides(subgraph, type_, field, applied, report)
            for applied in field.having("requires"):
                _check_requires(subgraph, type_, field, applied, report)
    return True


def _check_provided_types(subgraph: Loaded, report: Report) -> bool:
    """Report every `@provides` on a field that others resolve, or that has no fields below it."""
    before = len(report.errors)
    for type_ in subgraph.schema.of_kind("OBJECT", "INTERFACE"):
        for field in type_.fields.values():
            for applied in field.having("provides"):
                place = f'field "{type_.name}.{field.name}"'
                if type_.kind == "OBJECT" and subgraph.is_external(type_, field):
                    code = "EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE"
                    message = f"Cannot have both @{applied.name} and @external on {place}"
                elif not composite(subgraph.type(named(field.type))):
                    code = "PROVIDES_ON_NON_OBJECT_FIELD"
                    message = f'Invalid @{applied.name} directive on {place}: "{field.type}" is not a composite type'
                else:
                    continue
                report.error(code, f"[{subgraph.name}] {message}", locate(subgraph.name, applied.node))
    return len(report.errors) > before


def _read(subgraph: Loaded, parent: str, applied: Applied, where: str, report: Report) -> FieldSet | None:
    try:
        return subgraph.field_set(parent, applied)
    except FieldSetFault as fault:
        code = f"{(applied.spec or '').upper()}_{fault.code}"
        hint = ""
        if fault.code == INVALID and "Cannot query field" in str(fault):
            what = "either be added to this subgraph or, if it should not be resolved by this subgraph, "
            hint = (
                f" (the field should {what if applied.spec == 'key' else ''}be added to this subgraph with @external)."
            )
        _report(subgraph, applied, where, (code, f"{fault}{hint}"), report)
        return None


def _report(subgraph: Loaded, applied: Applied, where: str, fault: tuple[str, str], report: Report) -> None:
    code, message = fault
    head = f"[{subgraph.name}] On {where}, for @{applied.name}(fields: {written(applied)}): "
    report.error(code, head + message, locate(subgraph.name, applied.node))


def _check_key(subgraph: Loaded, type_: TypeDef, applied: Applied, report: Report) -> None:
    where = f'type "{type_.name}"'
    if type_.kind == "INTERFACE" and subgraph.version < (2, 3):
        message = (
            f'[{subgraph.name}] Cannot use @key on interface "{type_.name}": @key is not yet supported on interfaces'
        )
        report.error("KEY_UNSUPPORTED_ON_INTERFACE", message, locate(subgraph.name, applied.node))
        return
    selections = _read(subgraph, type_.name, applied, where, report)
    for one in walk(selections or ()):
        for code, message in _key_faults(subgraph, one):
            _report(subgraph, applied, where, (code, message), report)


def _key_faults(subgraph: Loaded, one: Selection) -> list[tuple[str, str]]:
    field = _field(subgraph, one)
    if field is None:
        return []
    name = f"{one.parent}.{one.name}"
    if field.args:
        return [
            ("KEY_FIELDS_HAS_ARGS", f"field {name} cannot be included because it has arguments (not allowed in @key)")
        ]
    below = subgraph.type(named(field.type))
    if below is not None and below.kind in ("INTERFACE", "UNION"):
        message = f'field "{name}" is {below.kind.capitalize()} type which is not allowed in @key'
        return [("KEY_FIELDS_SELECT_INVALID_TYPE", message)]
    return []


def _field(subgraph: Loaded, one: Selection) -> Field | None:
    type_ = subgraph.type(one.parent)
    return type_.fields.get(one.name) if type_ is not None and one.name else None


def _check_provides(subgraph: Loaded, type_: TypeDef, field: Field, applied: Applied, report: Report) -> None:
    coordinate = f"{type_.name}.{field.name}"
    below = named(field.type)
    _refuse_on_interface(subgraph, type_, field, applied, report)
    place = f'field "{coordinate}"'
    selections = _read(subgraph, below, applied, place, report)
    for one in walk(selections or ()):
        named_field = _field(subgraph, one)
        if named_field is not None and named_field.args:
            message = f"field {one.parent}.{one.name} cannot be included because it has arguments"
            _report(subgraph, applied, place, ("PROVIDES_FIELDS_HAS_ARGS", message), report)
    _check_external(subgraph, applied, place, selections or (), report)


def _check_requires(subgraph: Loaded, type_: TypeDef, field: Field, applied: Applied, report: Report) -> None:
    _refuse_on_interface(subgraph, type_, field, applied, report)
    where = f'field "{type_.name}.{field.name}"'
    selections = _read(subgraph, type_.name, applied, where, report)
    _check_external(subgraph, applied, where, selections or (), report)


def _refuse_on_interface(subgraph: Loaded, type_: TypeDef, field: Field, applied: Applied, report: Report) -> None:
    if type_.kind != "INTERFACE":
        return
    message = f'Cannot use @{applied.name} on field "{type_.name}.{field.name}" of parent type "{type_.name}"'
    report.error(
        f"{(applied.spec or '').upper()}_UNSUPPORTED_ON_INTERFACE",
        f"[{subgraph.name}] {message}: @{applied.name} is not yet supported within interfaces",
        locate(subgraph.name, applied.node),
    )


def _check_external(subgraph: Loaded, applied: Applied, where: str, selections: FieldSet, report: Report) -> None:
    for one in needless(subgraph, selections):
        name = f"{one.parent}.{one.name}"
        message = (
            f'field "{name}" should not be part of a @{applied.name} since it is already provided by this subgraph'
        )
        code = f"{(applied.spec or '').upper()}_FIELDS_MISSING_EXTERNAL"
        _report(subgraph, applied, where, (code, f"{message} (it is not marked @external)"), report)


def needless(subgraph: Loaded, selections: FieldSet, external_above: bool = False) -> list[Selection]:
    """The leaves of a field set that the subgraph resolves itself, so that nobody has to provide them."""
    found = []
    for one in selections:
        if one.below:
            found += needless(subgraph, one.below, external_above or external_somewhere(subgraph, one))
        elif one.name and one.name != "__typename" and not external_above and not _is_external(subgraph, one):
            found.append(one)
    return found


def _is_external(subgraph: Loaded, one: Selection) -> bool:
    type_ = subgraph.type(one.parent)
    return type_ is not None and one.name in type_.fields and subgraph.is_external(type_, type_.fields[one.name])


def external_somewhere(subgraph: Loaded, one: Selection) -> bool:
    """Whether a field is external; a field of an interface is if it is so in any implementation."""
    if _is_external(subgraph, one):
        return True
    type_ = subgraph.type(one.parent)
    return type_ is not None and any(
        one.name in impl.fields and subgraph.is_external(impl, impl.fields[one.name])
        for impl in subgraph.schema.implementations(one.parent)
        if type_.kind == "INTERFACE"
    )
