"""Builds the live ports, once per execution environment."""

from dataclasses import dataclass
from functools import lru_cache

from milkrun_core.logs import module_logger

from web.graph import HttpGraph, pool
from web.ports import Graph
from web.rendering import Renderer
from web.settings import WebSettings


@dataclass(frozen=True)
class Site:
    """What every page needs."""

    graph: Graph
    renderer: Renderer
    featured: tuple[str, ...]
    release: str


@lru_cache
def live_site() -> Site:
    """The gateway and the templates."""
    settings = WebSettings()
    graph = HttpGraph(settings.gateway_url, pool(), module_logger(), settings.release)
    return Site(graph, Renderer(settings.images_origin), settings.featured_ids, settings.release)
