"""One suite of the federation audit: schemas, cases and the subgraphs behind them."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import yaml

from tests.support.federation.dataset import Dataset
from tests.support.federation.mutations import Shop
from tests.support.federation.ownership import Ownership, read_ownership
from tests.support.federation.subgraph import Subgraph
from tests.support.federation.transport import InProcess

AUDIT = Path(__file__).parents[2] / "data" / "federation-audit"
BASE = "http://localhost:4200"


@dataclass(frozen=True, slots=True)
class Case:
    """A query of the audit; `fails` where an error is required."""

    suite: str
    number: int
    query: str
    data: Any
    fails: bool


@dataclass(frozen=True)
class AuditSuite:
    name: str
    supergraph: str
    sdls: dict[str, str]
    cases: list[Case]
    data: dict[str, Any]

    @classmethod
    def names(cls) -> list[str]:
        return sorted(folder.name for folder in AUDIT.iterdir() if folder.is_dir())

    @classmethod
    def load(cls, name: str) -> Self:
        folder = AUDIT / name
        sdls = {each["name"]: each["sdl"] for each in json.loads((folder / "subgraphs.json").read_text())}
        cases = [
            Case(name, number, each["query"], each["expected"].get("data"), bool(each["expected"].get("errors")))
            for number, each in enumerate(json.loads((folder / "tests.json").read_text()))
        ]
        data = yaml.safe_load((folder / "data.yaml").read_text())
        return cls(name, (folder / "supergraph.graphql").read_text(), sdls, cases, data)

    @cached_property
    def ownership(self) -> Ownership:
        return read_ownership(self.supergraph)

    def subgraphs(self) -> dict[str, Subgraph]:
        """Fresh ones: mutations start over."""
        dataset = Dataset(self.data["objects"], self.data.get("graphs"))
        shop = Shop(dataset) if self.name == "mutations" else None
        return {
            graph: Subgraph(graph, sdl, self.ownership, dataset, shop.overrides(graph) if shop else None)
            for graph, sdl in self.sdls.items()
        }

    def transport(self) -> InProcess:
        return InProcess(self.subgraphs())

    def supergraph_at(self, base: str) -> str:
        """The supergraph with its subgraphs at another address than the audit's."""
        return self.supergraph.replace(BASE, base)
