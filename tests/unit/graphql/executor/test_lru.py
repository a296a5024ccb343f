"""The bounded cache."""

from hypothesis import given
from hypothesis import strategies as st
from milkrun_graph.executor.lru import Lru


def test_what_was_used_least_recently_goes_first() -> None:
    cache: Lru[str, int] = Lru(2, 100)
    cache.put("a", 1, 1)
    cache.put("b", 2, 1)
    assert cache.get("a") == 1
    cache.put("c", 3, 1)
    assert [cache.get(key) for key in "abc"] == [1, None, 3]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 60))), st.integers(0, 5))
def test_it_never_holds_more_than_it_may(puts: list[tuple[int, int]], count: int) -> None:
    cache: Lru[int, int] = Lru(count, 50)
    for key, weight in puts:
        cache.put(key, weight, weight)
        assert len(cache) <= count
        assert sum(cache.values()) <= 50
        assert (cache.get(key) == weight) or weight > 50 or not count
