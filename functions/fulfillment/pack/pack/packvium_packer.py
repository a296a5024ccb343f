"""The packer behind our interface: packvium, told our rules and answering in our terms.

Its search is bounded by time only as a fuse: within the fuse the same order gives the same plan.
"""

from collections.abc import Sequence

from packvium import Container, Dimensions, PackedContainer, PackingConfig
from packvium import Item as PackviumItem
from packvium import Packer as PackviumSearch
from packvium import Placement as PackviumPlacement
from packvium.units import Length

from pack.domain.checker import SUPPORT_PERCENT
from pack.domain.errors import InvalidPlacement
from pack.domain.model import Box, Dims, Item, PackedBox, Placement


class PackviumPacker:
    """Fast profile: one ordering, one solver; about 6 ms for an order of everyday size."""

    def pack(
        self, items: Sequence[Item], boxes: Sequence[Box], most: int | None, seconds: float
    ) -> tuple[PackedBox, ...]:
        search = PackviumSearch(
            PackingConfig.fast(
                time_limit_ms=max(1, int(seconds * 1000)),
                max_containers=most,
                minimum_support_ratio=SUPPORT_PERCENT / 100,
                validate_result=False,  # our own checker judges every plan, and it shares no code with the packer
            )
        )
        result = search.pack([_item(item) for item in items], [_container(box) for box in boxes])
        by_ref = {box.ref: box for box in boxes}
        return tuple(_packed(container, by_ref[container.container.id]) for container in result.containers)


def _item(item: Item) -> PackviumItem:
    return PackviumItem.create(
        item.sku,
        Dimensions.mm(*item.dims),
        item.weight_g,
        quantity=item.quantity,
        keep_upright=item.keep_upright,
        minimum_support_ratio=SUPPORT_PERCENT / 100,
    )


def _container(box: Box) -> Container:
    return Container.create(
        box.ref,
        Dimensions.mm(*box.inner),
        box.tare_g,
        box.max_payload_g,
        cost_minor=box.outer.volume,  # among answers with as few boxes, the least outer volume is the cheapest
    )


def _packed(container: PackedContainer, box: Box) -> PackedBox:
    placements = sorted((_placement(one) for one in container.placements), key=lambda one: (one.at.z, one.at, one.sku))
    return PackedBox(box, tuple(placements))


def _placement(placement: PackviumPlacement) -> Placement:
    at, edges = placement.position, placement.dimensions
    return Placement(
        sku=placement.instance.item.id,
        at=Dims(_mm(at.x), _mm(at.y), _mm(at.z)),
        placed=Dims(_mm(edges.length.ticks), _mm(edges.width.ticks), _mm(edges.height.ticks)),
    )


def _mm(ticks: int) -> int:
    millimetres, rest = divmod(ticks, Length.TICKS_PER_MM)
    if rest:
        raise InvalidPlacement(f"the packer answered with a fraction of a millimetre ({ticks} ticks)")
    return millimetres
