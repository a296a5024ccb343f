"""Ids that lead nowhere."""

from pathlib import Path

from milkrun.catalogue.folder import find_files
from milkrun.catalogue.references import Dangling, IdSet, dangling


def test_ids_of_any_length_are_kept() -> None:
    ids = IdSet()
    for name in ("tt0000001", "tt12345678", "tt99999999999999"):
        ids.add(name)

    assert all(name in ids for name in ("tt0000001", "tt12345678", "tt99999999999999"))
    assert not any(name in ids for name in ("tt0000002", "tt12345679", "tt99999999999998", "tt4000000000"))


def test_references_into_files_that_are_not_there_are_not_judged(tmp_path: Path) -> None:
    (tmp_path / "title.basics.tsv").write_text(
        "tconst\ttitleType\tprimaryTitle\tstartYear\ntt0000001\tmovie\tA\t1999\n"
    )
    (tmp_path / "title.principals.tsv").write_text(
        "tconst\tordering\tnconst\tcategory\ntt0000001\t1\tnm0000009\tactor\ntt0000002\t1\tnm0000009\tactor\n"
    )

    found = list(dangling(find_files(tmp_path)))

    assert found == [Dangling("title.principals", 3, "tconst", "tt0000002")]
