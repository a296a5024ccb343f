"""Builds the live ports, once per execution environment."""

from functools import lru_cache

from milkrun_core.rest import Rest
from milkrun_core.tables import Table

from images.monolith import Monolith
from images.ports import Ports
from images.settings import ImagesSettings, Origin
from images.store import ImageStore


@lru_cache
def live_store() -> ImageStore:
    """The table of images."""
    return ImageStore(Table(ImagesSettings().images_table))


@lru_cache
def live_ports() -> Ports:
    """Images from where the stack says."""
    settings = ImagesSettings()
    found = Monolith(Rest(settings.monolith_url)) if settings.origin is Origin.MONOLITH else live_store()
    return Ports(found, settings.images_url)
