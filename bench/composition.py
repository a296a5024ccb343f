"""Agreement of the composer with another one, over recorded cases: `python -m bench.composition CASES ANSWERS`.

Both files have a JSON object per line with an `id`.  A case has `subgraphs` (name, url, sdl); an answer has `errors`
with codes, and `sdl`, which is null where the other composer refuses.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from milkrun_graph.composer import Subgraph, compose

from tests.unit.graphql.composer.canonical import canonical


def compare(case: dict[str, Any], answer: dict[str, Any]) -> Iterator[str]:
    """What there is to count about one case."""
    ours = compose([Subgraph(**one) for one in case["subgraphs"]])
    if (ours.supergraph_sdl is None) != (answer["sdl"] is None):
        yield "verdicts differ"
        return
    yield "verdicts agree"
    if ours.supergraph_sdl is not None:
        same = canonical(ours.supergraph_sdl) == canonical(answer["sdl"])
        yield "supergraphs equal" if same else "supergraphs differ"
        return
    codes = {issue.code for issue in ours.errors}
    yield "codes equal" if codes == {error["code"] for error in answer["errors"]} else "codes differ"


def main(cases: Path, answers: Path) -> None:
    """Print the counts, and which cases differ."""
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
    sys.stdout.writelines(f"{number:6} {name}\n" for name, number in counts.most_common())


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
