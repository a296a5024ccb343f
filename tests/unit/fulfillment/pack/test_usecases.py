"""What callers may rely on: one plan per order, versions of the box catalogue."""

import pytest
from milkrun_core.errors import Conflict, InvalidRequest
from pack.domain.errors import (
    BoxesChangedMeanwhile,
    ItemFitsNoBox,
    OrderAlreadyPlanned,
    PlanNotFound,
    UnknownFulfilmentCentre,
)
from pack.ports import PlanRecord
from pack.schemas import PlanRequest
from pack.usecases import PlanOrder, create_plan, put_boxes, read_boxes, read_plan, record_refusal

from tests.support.packing import FakePlanStore, FakePorts, a_box_type, a_catalogue, a_line


def an_order(
    order_id: str | None = "o-1", *lines: dict[str, object], key: str | None = None, fc: str = "ONT8"
) -> PlanOrder:
    request = PlanRequest.model_validate({"order_id": order_id, "items": list(lines) or [a_line()]})
    return PlanOrder.of(fc, request, key, 15.0)


def test_the_same_order_gets_the_plan_that_it_got_first() -> None:
    fake = FakePorts()
    first, made = create_plan(an_order(), fake.ports())
    put_boxes("ONT8", a_catalogue(a_box_type("other")), None, fake.ports())
    second, made_again = create_plan(an_order(), fake.ports())
    assert (made, made_again) == (True, False)
    assert second == first


def test_the_order_of_lines_means_nothing() -> None:
    fake = FakePorts()
    create_plan(an_order("o-1", a_line("a"), a_line("b")), fake.ports())
    _, made = create_plan(an_order("o-1", a_line("b"), a_line("a")), fake.ports())
    assert not made


def test_a_known_order_with_other_items_is_refused() -> None:
    fake = FakePorts()
    create_plan(an_order(), fake.ports())
    with pytest.raises(OrderAlreadyPlanned, match="a changed order needs an id of its own"):
        create_plan(an_order("o-1", a_line(quantity=2)), fake.ports())


def test_the_idempotency_key_stands_in_for_an_order_id() -> None:
    fake = FakePorts()
    first, _ = create_plan(an_order(None, key="k-1"), fake.ports())
    again, made = create_plan(an_order(None, key="k-1"), fake.ports())
    other, _ = create_plan(an_order(None, key="k-2"), fake.ports())
    assert not made
    assert again.plan_id == first.plan_id != other.plan_id


def test_one_of_the_two_must_be_there() -> None:
    with pytest.raises(InvalidRequest, match="Idempotency-Key"):
        an_order(None)


def test_of_two_who_plan_the_same_order_at_once_both_get_the_winners_plan() -> None:
    class LateStore(FakePlanStore):
        """Another request's plan arrives between our look and our write."""

        def add(self, record: PlanRecord) -> None:
            self.kept.setdefault((record.fc, record.plan_id), winner)
            raise Conflict("the order was planned meanwhile")

    winner, _ = create_plan(an_order(), FakePorts().ports())
    record, made = create_plan(an_order(), FakePorts(plans=LateStore()).ports())
    assert record is winner
    assert not made


def test_an_fc_without_boxes_is_unknown() -> None:
    with pytest.raises(UnknownFulfilmentCentre, match="ZZZ9"):
        create_plan(an_order(fc="ZZZ9"), FakePorts().ports())


def test_a_refusal_is_kept_and_gives_way_to_a_plan() -> None:
    fake = FakePorts()
    refused = record_refusal(an_order(), ItemFitsNoBox("item canoe fits no box"), fake.ports())
    assert refused.document["status"] == "refused"
    assert refused.document["problem"]["code"] == "ItemFitsNoBox"
    planned, made = create_plan(an_order(), fake.ports())
    assert made
    assert read_plan("ONT8", refused.plan_id, fake.ports()) == planned


def test_a_refusal_never_replaces_a_plan() -> None:
    fake = FakePorts()
    create_plan(an_order(), fake.ports())
    with pytest.raises(Conflict):
        record_refusal(an_order(), ItemFitsNoBox("item canoe fits no box"), fake.ports())


def test_there_is_no_plan_before_there_is_one() -> None:
    with pytest.raises(PlanNotFound):
        read_plan("ONT8", "nothing", FakePorts().ports())


def test_a_new_catalogue_gets_the_next_version_and_the_same_one_does_not() -> None:
    ports = FakePorts().ports()
    catalogue = a_catalogue()
    assert put_boxes("LAX9", catalogue, None, ports)[1]
    assert put_boxes("LAX9", catalogue, None, ports)[0].version == 1
    assert put_boxes("LAX9", a_catalogue(a_box_type("B2")), 1, ports)[0].version == 2
    assert read_boxes("LAX9", ports).version == 2


def test_a_writer_with_an_old_version_loses() -> None:
    ports = FakePorts().ports()
    with pytest.raises(BoxesChangedMeanwhile, match="at version 1, not 7"):
        put_boxes("ONT8", a_catalogue(), 7, ports)
