"""Arguments and input fields: only what every subgraph knows, with the narrowest type that all of them take."""

from collections.abc import Mapping
from dataclasses import dataclass

from graphql import print_ast

from milkrun_graph.composer.issues import human
from milkrun_graph.composer.merge.directives import merge_description, merge_directives
from milkrun_graph.composer.merge.state import State, applied, describe, enum
from milkrun_graph.composer.model import Field, InputValue, TypeDef


@dataclass(frozen=True, slots=True)
class Words:
    """How the two kinds of inputs are reported."""

    what: str
    type_code: str
    default_code: str
    type_hint: str


ARGUMENT = Words(
    "argument",
    "FIELD_ARGUMENT_TYPE_MISMATCH",
    "FIELD_ARGUMENT_DEFAULT_MISMATCH",
    "INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE",
)
INPUT_FIELD = Words(
    "field", "FIELD_TYPE_MISMATCH", "INPUT_FIELD_DEFAULT_MISMATCH", "INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE"
)


def merge_arguments(state: State, coordinate: str, fields: Mapping[str, Field]) -> dict[str, InputValue]:
    """The arguments of a field of the supergraph."""
    found = {}
    for name in dict.fromkeys(arg for field in fields.values() for arg in field.args):
        sources = {subgraph: field.args[name] for subgraph, field in fields.items() if name in field.args}
        place = f"{coordinate}({name}:)"
        if any(one.has("fromContext") for one in sources.values()):
            _check_contextual(state, place, sources)
            continue
        absent = [subgraph for subgraph in fields if subgraph not in sources]
        if absent:
            _report_absent_argument(state, place, sources, absent)
            continue
        merged = merge_input(state, place, name, sources, ARGUMENT)
        if merged is not None:
            found[name] = merged
    return found


def _check_contextual(state: State, place: str, sources: Mapping[str, InputValue]) -> None:
    plain = {subgraph: one for subgraph, one in sources.items() if not one.has("fromContext")}
    needed = [subgraph for subgraph, one in plain.items() if one.required]
    if needed:
        message = (
            f'Argument "{place}" is contextual in some subgraphs but not in all: it is required in {human(needed)}.'
        )
        state.report.error("CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS", message, state.places(plain))
    elif plain:
        message = (
            f'Argument "{place}" is contextual in some subgraphs but not in all: it will not be in the supergraph.'
        )
        state.report.hint("CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS", message, state.places(plain))


def _report_absent_argument(state: State, place: str, sources: Mapping[str, InputValue], absent: list[str]) -> None:
    needed = [subgraph for subgraph, one in sources.items() if one.required]
    where = state.places(sources)
    if needed:
        message = (
            f'Argument "{place}" is required in some subgraphs but does not appear in all: it is required in '
            f"{human(needed)}"
        )
        code = "REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH"
        state.report.error(code, f"{message} but does not appear in {human(absent)}", where)
        return
    message = (
        f'Optional argument "{place}" will not be included in the supergraph as it does not appear in all subgraphs'
    )
    more = f"it is defined in {human(sources)} but not in {human(absent)}."
    state.report.hint("INCONSISTENT_ARGUMENT_PRESENCE", f"{message}: {more}", where)


def merge_input_object(state: State, merged: TypeDef, types: Mapping[str, TypeDef]) -> None:
    """The fields of an input object: those that all subgraphs have, and hidden ones, which no client can give."""
    common = False
    for name in dict.fromkeys(field for type_ in types.values() for field in type_.inputs):
        sources = {subgraph: type_.inputs[name] for subgraph, type_ in types.items() if name in type_.inputs}
        absent = [subgraph for subgraph in types if subgraph not in sources]
        place = f"{merged.name}.{name}"
        hidden = any(source.has("inaccessible") for source in sources.values())
        if absent and (not hidden or any(source.required for source in sources.values())):
            _report_absent_field(state, merged.name, name, sources, absent)
            continue
        common = True
        one = merge_input(state, place, name, sources, INPUT_FIELD)
        if one is not None:
            same_types = all(source.type == one.type for source in sources.values())
            if absent or not same_types:
                one.directives[:0] = [
                    applied("join__field", graph=enum(state.graphs[subgraph]), type=None if same_types else source.type)
                    for subgraph, source in sources.items()
                ]
            merged.inputs[name] = one
    if not common:
        message = (
            f'None of the fields of input object type "{merged.name}" are consistently defined in all the subgraphs '
            "defining it."
        )
        state.report.error("EMPTY_MERGED_INPUT_TYPE", message, state.places(types))


def _report_absent_field(
    state: State, type_name: str, name: str, sources: Mapping[str, InputValue], absent: list[str]
) -> None:
    needed = [subgraph for subgraph, one in sources.items() if one.required]
    where = state.places(sources)
    if needed:
        message = f'Input object field "{type_name}.{name}" is required in some subgraphs but does not appear in all'
        code = "REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH"
        more = f"it is required in {human(needed)} but does not appear in {human(absent)}"
        state.report.error(code, f"{message}: {more}", where)
        return
    message = (
        f'Input object field "{name}" will not be added to "{type_name}" in the supergraph as it does not appear in '
        "all subgraphs"
    )
    more = f"it is defined in {human(sources)} but not in {human(absent)}."
    state.report.hint("INCONSISTENT_INPUT_OBJECT_FIELD", f"{message}: {more}", where)


def merge_input(
    state: State, place: str, name: str, sources: Mapping[str, InputValue], words: Words
) -> InputValue | None:
    """One argument or input field; None when the subgraphs contradict each other."""
    type_ = _merge_type(state, place, sources, words)
    if type_ is None:
        return None
    merged = InputValue(name, type=type_)
    _merge_default(state, place, merged, sources, words)
    merge_description(state, place, merged, sources)
    merge_directives(state, place, merged, sources)
    return merged


def _merge_type(state: State, place: str, sources: Mapping[str, InputValue], words: Words) -> str | None:
    best = ""
    for one in sources.values():
        if not best or state.sub_type(one.type, best):
            best = one.type
        elif one.type != best and not state.sub_type(best, one.type):
            described = describe({subgraph: source.type for subgraph, source in sources.items()})
            message = f'Type of {words.what} "{place}" is incompatible across subgraphs: it has {described}'
            state.report.error(words.type_code, message, state.places(sources))
            return None
    if any(one.type != best for one in sources.values()):
        described = describe({subgraph: source.type for subgraph, source in sources.items()})
        message = (
            f'Type of {words.what} "{place}" is inconsistent but compatible across subgraphs: will use "{best}"; it '
            f"has {described}."
        )
        state.report.hint(words.type_hint, message, state.places(sources))
    return best


def _merge_default(
    state: State, place: str, merged: InputValue, sources: Mapping[str, InputValue], words: Words
) -> None:
    given = {subgraph: print_ast(one.default) for subgraph, one in sources.items() if one.default is not None}
    if len(set(given.values())) > 1:
        message = (
            f'{words.what.capitalize()} "{place}" has incompatible default values across subgraphs: it has '
            f"{describe(given, 'default value', '')}"
        )
        state.report.error(words.default_code, message, state.places(sources))
    elif given and len(given) < len(sources):
        absent = [subgraph for subgraph in sources if subgraph not in given]
        message = (
            f'{words.what.capitalize()} "{place}" has a default value in only some subgraphs: will not use a default '
            "in the supergraph"
        )
        more = f"(there is no default in {human(absent)})"
        state.report.hint("INCONSISTENT_DEFAULT_VALUE_PRESENCE", f"{message} {more}.", state.places(sources))
    elif given:
        merged.default = next(one.default for one in sources.values())
