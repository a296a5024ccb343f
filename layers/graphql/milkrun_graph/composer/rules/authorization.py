"""Rules for `@authenticated`, `@requiresScopes` and `@policy`: they stand on what has one meaning everywhere."""

from milkrun_graph.composer.issues import Report, locate
from milkrun_graph.composer.model import Element
from milkrun_graph.composer.subgraph import Loaded

GUARDS = ("authenticated", "requiresScopes", "policy")


def check_authorization(subgraph: Loaded, report: Report) -> None:
    """Interfaces have no requirements of their own: they follow from the implementations."""
    for type_ in subgraph.schema.of_kind("OBJECT", "INTERFACE"):
        if type_.kind != "INTERFACE" and not type_.has("interfaceObject"):
            continue
        places: list[tuple[str, Element]] = [(f'type "{type_.name}"', type_)]
        places += [(f'field "{type_.name}.{field.name}"', field) for field in type_.fields.values()]
        for where, element in places:
            for applied in element.directives:
                if applied.spec in GUARDS:
                    message = (
                        f"Invalid use of @{applied.name} on {where}: it cannot be applied on interfaces, their "
                        "fields or interface objects"
                    )
                    report.error(
                        "AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE",
                        f"[{subgraph.name}] {message}",
                        locate(subgraph.name, applied.node),
                    )
