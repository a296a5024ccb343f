"""Rules for `@cost` and `@listSize`."""

from graphql import BooleanValueNode, IntValueNode, ListValueNode, StringValueNode, ValueNode

from milkrun_graph.composer.issues import Report, locate
from milkrun_graph.composer.model import Applied, Field, TypeDef, named, nullable
from milkrun_graph.composer.subgraph import Loaded


def check_costs(subgraph: Loaded, report: Report) -> None:
    """Check every field with a cost or a size."""
    for type_ in subgraph.schema.of_kind("OBJECT", "INTERFACE"):
        for field in type_.fields.values():
            for applied in field.having("cost"):
                if type_.kind == "INTERFACE":
                    message = f'[{subgraph.name}] @cost cannot be applied to interface "{type_.name}.{field.name}"'
                    report.error("COST_APPLIED_TO_INTERFACE_FIELD", message, locate(subgraph.name, applied.node))
            for applied in field.having("listSize"):
                for code, message in _size_faults(subgraph, type_, field, applied):
                    report.error(code, f"[{subgraph.name}] {message}", locate(subgraph.name, applied.node))


def _size_faults(subgraph: Loaded, type_: TypeDef, field: Field, applied: Applied) -> list[tuple[str, str]]:
    coordinate = f"{type_.name}.{field.name}"
    found = []
    sized = strings(applied.args.get("sizedFields"))
    if not nullable(field.type).startswith("[") and not sized:
        found.append(("LIST_SIZE_APPLIED_TO_NON_LIST", f'"{coordinate}" is not a list'))
    assumed = applied.args.get("assumedSize")
    if isinstance(assumed, IntValueNode) and int(assumed.value) < 0:
        found.append(("LIST_SIZE_INVALID_ASSUMED_SIZE", f'Assumed size of "{coordinate}" cannot be negative'))
    for name in strings(applied.args.get("slicingArguments")):
        arg = field.args.get(name)
        if arg is None:
            message = f'Slicing argument "{name}" is not an argument of "{coordinate}"'
            found.append(("LIST_SIZE_INVALID_SLICING_ARGUMENT", message))
        elif nullable(arg.type) != "Int":
            message = f'Slicing argument "{coordinate}({name}:)" must be Int or Int!'
            found.append(("LIST_SIZE_INVALID_SLICING_ARGUMENT", message))
    below = subgraph.type(named(field.type))
    for name in sized:
        inner = below.fields.get(name) if below is not None else None
        if inner is None:
            message = f'Sized field "{name}" is not a field on type "{named(field.type)}"'
            found.append(("LIST_SIZE_INVALID_SIZED_FIELD", message))
        elif not nullable(inner.type).startswith("["):
            message = f'Sized field "{named(field.type)}.{name}" is not a list'
            found.append(("LIST_SIZE_APPLIED_TO_NON_LIST", message))
    return found


def strings(value: ValueNode | None) -> list[str]:
    """The strings of a list value."""
    if not isinstance(value, ListValueNode):
        return []
    return [one.value for one in value.values if isinstance(one, StringValueNode)]


def boolean(value: ValueNode | None, default: bool) -> bool:
    """A Boolean value, or the default."""
    return value.value if isinstance(value, BooleanValueNode) else default
