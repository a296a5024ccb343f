"""Orders as a warehouse sees them: reproducible from a seed."""

import random
from collections.abc import Iterator
from typing import Any, NamedTuple


class Product(NamedTuple):
    """Something that is sold: its size in mm, its weight in g, and whether it must stand upright."""

    sku: str
    length_mm: int
    width_mm: int
    height_mm: int
    weight_g: int
    keep_upright: bool = False


PRODUCTS = (
    Product("paperback", 198, 129, 24, 260),
    Product("hardcover", 240, 165, 38, 720),
    Product("phone-case", 165, 90, 18, 60),
    Product("board-game", 296, 296, 72, 1400),
    Product("coffee-beans", 180, 110, 75, 1000),
    Product("t-shirt", 300, 230, 25, 190),
    Product("sneakers", 330, 200, 120, 980),
    Product("keyboard", 455, 150, 40, 820),
    Product("usb-cable", 120, 80, 20, 45),
    Product("toy-bricks", 262, 191, 61, 540),
)
UPRIGHT_PRODUCTS = (
    Product("olive-oil", 75, 75, 280, 1350, keep_upright=True),
    Product("shampoo", 70, 45, 215, 460, keep_upright=True),
    Product("potted-plant", 140, 140, 320, 1600, keep_upright=True),
)
# About one order in ten holds something that must stand upright.
UPRIGHT_SHARE = 0.1


def orders(seed: int, prefix: str) -> Iterator[dict[str, Any]]:
    """Endless orders of one to five lines.  Sizes in mm, weights in g; the same seed gives the same orders.

    ``prefix`` begins every order id, so that two runs with one seed do not ask for each other's plans.
    """
    choose = random.Random(seed)  # noqa: S311 - traffic, not a secret
    number = 0
    while True:
        number += 1
        products = choose.sample(PRODUCTS, choose.randint(1, 4))
        if choose.random() < UPRIGHT_SHARE:
            products.append(choose.choice(UPRIGHT_PRODUCTS))
        lines = [product._asdict() | {"quantity": choose.choice((1, 1, 1, 2, 3))} for product in products]
        yield {"order_id": f"{prefix}-{number:06}", "items": lines}
