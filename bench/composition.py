"""Agreement of the composer with another one, over recorded cases: `python -m bench.composition CASES ANSWERS`.

Both files have a JSON object per line with an `id`.  A case has `subgraphs` (name, url, sdl); an answer has `errors`
and `hints` with codes, and `sdl`, which is null where the other composer refuses.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from milkrun_graph.composer import Subgraph, compose

from tests.support.federation.canonical import canonical


def compare(case: dict[str, Any], answer: dict[str, Any]) -> Iterator[str]:
    """What there is to count about one case."""
    ours = compose([Subgraph(**one) for one in case["subgraphs"]])
    agreed = (ours.supergraph_sdl is None) == (answer["sdl"] is None)
    yield _agreement("verdicts", agreed)
    if not agreed:
        return
    if ours.supergraph_sdl is not None:
        yield _agreement("supergraphs", canonical(ours.supergraph_sdl) == canonical(answer["sdl"]))
        yield _agreement("hints", _codes(answer["hints"]) == {hint.code for hint in ours.hints})
        return
    yield _agreement("codes", _codes(answer["errors"]) == {error.code for error in ours.errors})


def _agreement(what: str, same: bool) -> str:
    return f"{what} {'equal' if same else 'differ'}"


def _codes(issues: list[dict[str, Any]]) -> set[str | None]:
    return {issue["code"] for issue in issues}


def main(cases: Path, answers: Path) -> None:
    """Print which cases differ, and how much of what is equal."""
    known = {one["id"]: one for one in map(json.loads, answers.read_text(encoding="utf-8").splitlines())}
    counts: Counter[str] = Counter()
    for case in map(json.loads, cases.read_text(encoding="utf-8").splitlines()):
        answer = known.get(case["id"])
        # Some composers wrap their answer, and some have none where they fail for reasons of their own.
        answer = answer.get("apollo", answer) if answer is not None else None
        if answer is None or "sdl" not in answer:
            counts["no answer"] += 1
            continue
        found = list(compare(case, answer))
        counts.update(found)
        sys.stdout.writelines(f"{case['id']}: {one}\n" for one in found if one.endswith("differ"))
    for what in ("verdicts", "supergraphs", "hints", "codes"):
        equal, all_of = counts[f"{what} equal"], counts[f"{what} equal"] + counts[f"{what} differ"]
        share = f"{100 * equal / all_of:6.2f} %" if all_of else "       -"
        sys.stdout.write(f"{share} of {all_of} {what} equal\n")
    sys.stdout.write(f"{counts['no answer']} cases without an answer\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
