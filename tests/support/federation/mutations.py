"""The one suite with state: products that can be looked up once, and numbers that three subgraphs change."""

from collections.abc import Callable
from typing import Any

from tests.support.federation.dataset import Dataset, Record

type Overrides = dict[tuple[str, str], Callable[..., Any]]


class Shop:
    """Asking b for a product that was just added takes it away: a second `_entities` call finds nothing."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        self.numbers: dict[str, int] = {}
        self.categories: set[str] = set()

    def overrides(self, graph: str) -> Overrides:
        category: Overrides = {("Mutation", "addCategory"): self.add_category}
        numbers: Overrides = {("Mutation", "add"): self.add}
        each: dict[str, Overrides] = {
            "a": category | {("Mutation", "addProduct"): self.add_product, ("Mutation", "multiply"): self.multiply},
            "b": category | {("Mutation", "delete"): self.delete, ("_entities", "Product"): self.take},
            "c": numbers,
        }
        return each[graph]

    def add_product(self, input: dict[str, Any]) -> Record:
        values = {"__typename": "Product", "id": "p-added", "isAvailable": True, "isExpensive": input["price"] > 100}
        record = Record("added", values | input)
        self.dataset.records["added"] = record
        return record

    def take(self, representation: dict[str, Any]) -> Record | None:
        found = [each for each in self.dataset.records.values() if each.values.get("id") == representation["id"]]
        if found and found[0].name == "added":
            del self.dataset.records["added"]
        return found[0] if found else None

    def add_category(self, name: str, requestId: str) -> Record:  # noqa: N803 (the schema's name)
        if requestId in self.categories:
            raise ValueError("the category was added before")
        self.categories.add(requestId)
        values = {"__typename": "Category", "id": f"c-added-{requestId}", "name": name}
        return self.dataset.records.setdefault("category", Record("category", values))

    def add(self, num: int, requestId: str) -> int:  # noqa: N803
        self.numbers[requestId] = self.numbers.get(requestId, 0) + num
        return self.numbers[requestId]

    def multiply(self, by: int, requestId: str) -> int:  # noqa: N803
        self.numbers[requestId] *= by
        return self.numbers[requestId]

    def delete(self, requestId: str) -> int:  # noqa: N803
        return self.numbers.pop(requestId)
