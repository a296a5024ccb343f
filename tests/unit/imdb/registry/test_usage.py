"""How usage adds up."""

from datetime import date, timedelta

from registry.domain.usage import MAX_CLIENTS, OTHERS, Count, Days, added, requests_since

DAY = date(2026, 3, 2)
KEEP = timedelta(days=30)


def test_requests_and_errors_add_up_by_day_and_client() -> None:
    days = added({}, DAY, [Count("web", 3, 1), Count("ios", 1, 0)], KEEP)
    days = added(days, DAY, [Count("web", 2, 1)], KEEP)
    assert days == {"2026-03-02": {"web": [5, 2], "ios": [1, 0]}}


def test_only_the_days_of_the_window_count() -> None:
    days: Days = {"2026-02-23": {"web": [1, 0]}, "2026-02-24": {"web": [2, 0]}, "2026-03-02": {"ios": [4, 0]}}
    assert requests_since(days, date(2026, 2, 24)) == {"web": 2, "ios": 4}


def test_old_days_are_dropped() -> None:
    days = added({"2026-01-31": {"web": [1, 0]}, "2026-02-01": {"web": [1, 0]}}, DAY, [Count("web", 1, 0)], KEEP)
    assert list(days) == ["2026-02-01", "2026-03-02"]


def test_a_batch_of_long_ago_changes_nothing_of_today() -> None:
    today = added({}, DAY, [Count("web", 1, 0)], KEEP)
    assert added(today, DAY - KEEP, [Count("web", 1, 0)], KEEP) == today
    assert added(today, DAY - timedelta(days=1), [Count("web", 1, 0)], KEEP).keys() == {"2026-03-02", "2026-03-01"}


def test_clients_that_invent_names_count_as_one() -> None:
    days = added({}, DAY, [Count(f"bot-{number}", 1, 0) for number in range(1000)], KEEP)
    clients = days["2026-03-02"]
    assert len(clients) == MAX_CLIENTS + 1
    assert clients[OTHERS] == [1000 - MAX_CLIENTS, 0]


def test_a_clients_name_is_one_short_line() -> None:
    days = added({}, DAY, [Count(" a\n b ", 1, 0), Count("x" * 500, 1, 0), Count("", 1, 0)], KEEP)
    assert list(days["2026-03-02"]) == ["a b", "x" * 60, "unknown"]
