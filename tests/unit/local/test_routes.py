"""Which API answers: records, domains, base paths."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milkrun.local.edge.routes import Domain, Mapping, Names, NoRecord, Record, UnknownHost, UnmappedPath, choose

HOST = "cell-1.fulfillment.localhost"
TARGET = "d-1.execute-api.us-east-1.amazonaws.com"
CELL = "700000000001"


def a_domain(*base_paths: str, account: str = CELL, region: str = "us-east-1", target: str = TARGET) -> Domain:
    mappings = tuple(Mapping(path, api=path or "root", stage="live") for path in base_paths)
    return Domain(HOST, account, region, (target,), mappings)


def a_record(target: str = TARGET, account: str = CELL, **routing: object) -> Record:
    return Record(HOST, "fulfillment.localhost", account, (target,), **routing)  # type: ignore[arg-type]


def names_with(*base_paths: str) -> Names:
    return Names((a_domain(*base_paths),), (a_record(),))


@pytest.mark.parametrize(
    ("path", "api", "rest"),
    [
        ("/pack/fcs/FC1", "pack", "/fcs/FC1"),
        ("/pack", "pack", "/"),
        ("/pack/", "pack", "/"),
        ("/pack/v2/fcs", "pack/v2", "/fcs"),
        ("/packing", "root", "/packing"),
        ("/", "root", "/"),
        ("/pack%2Fv2/x", "root", "/pack%2Fv2/x"),
    ],
)
def test_the_longest_whole_base_path_wins_and_is_taken_off(path: str, api: str, rest: str) -> None:
    route = names_with("", "pack", "pack/v2").find(HOST, path)
    assert (route.mapping.api, route.path) == (api, rest)


def test_host_names_have_no_case() -> None:
    assert names_with("pack").find(HOST.upper(), "/pack").domain.account == CELL


def test_a_path_without_a_mapping_is_unmapped() -> None:
    with pytest.raises(UnmappedPath):
        names_with("pack").find(HOST, "/packing")


def test_a_name_without_a_domain_is_unknown() -> None:
    with pytest.raises(UnknownHost):
        names_with("pack").find("nobody.localhost", "/pack")


def test_a_domain_needs_a_record_that_leads_to_it() -> None:
    astray = a_record("d-2.execute-api.us-east-1.amazonaws.com")
    with pytest.raises(NoRecord):
        Names((a_domain("pack"),), (astray,)).find(HOST, "/pack")


def test_of_two_accounts_with_the_same_name_that_of_the_zone_is_meant() -> None:
    other = a_domain("pack", account="700000000002")
    assert Names((other, a_domain("pack")), (a_record(),)).find(HOST, "/pack").domain.account == CELL


def test_latency_records_answer_with_the_clients_region() -> None:
    east, west = a_record("east", region="us-east-1"), a_record("west", region="us-west-2")
    assert choose([east, west], "us-west-2") == west
    assert choose([west, east], None) == east
    assert choose([west, east], "eu-west-1") == east


def test_failover_takes_the_primary_while_it_is_healthy() -> None:
    primary, secondary = a_record("east", failover="PRIMARY"), a_record("west", failover="SECONDARY")
    assert choose([secondary, primary], None) == primary
    sick = a_record("east", failover="PRIMARY", healthy=False)
    assert choose([secondary, sick], None) == secondary


def test_when_nothing_is_healthy_everything_counts_as_healthy() -> None:
    sick = a_record("east", failover="PRIMARY", healthy=False)
    dead = a_record("west", failover="SECONDARY", healthy=False)
    assert choose([dead, sick], None) == sick


def test_weights_share_the_traffic_and_zero_gets_none() -> None:
    records = [a_record("east", weight=90), a_record("west", weight=10), a_record("none", weight=0)]
    seen = Counter(choose(records, None).targets[0] for _ in range(500))
    assert seen["east"] > seen["west"] > 0
    assert not seen["none"]


PATHS = st.lists(st.sampled_from(["pack", "v2", "stow", "packing"]), max_size=4).map("/".join)


@given(st.sets(PATHS, min_size=1), PATHS)
def test_what_is_taken_off_and_what_is_left_make_up_the_path(base_paths: set[str], path: str) -> None:
    try:
        route = names_with(*base_paths).find(HOST, f"/{path}")
    except UnmappedPath:
        assert not any(f"/{path}/".startswith(f"/{base}/") or not base for base in base_paths)
        return
    base = route.mapping.base_path
    whole = (f"/{base}" if base else "") + route.path
    assert whole.rstrip("/") == f"/{path}".rstrip("/")
