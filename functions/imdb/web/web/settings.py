"""What the functions of this module are told by their stack."""

from milkrun_core.settings import CoreSettings


class WebSettings(CoreSettings):
    """Of the pages. ``featured_names`` are ids of people with commas between them."""

    gateway_url: str
    images_origin: str
    featured_names: str

    @property
    def featured(self) -> tuple[str, ...]:
        return tuple(name for part in self.featured_names.split(",") if (name := part.strip()))


class SmokeSettings(CoreSettings):
    """Of the smoke function: a visitor, who knows the gateway, too."""

    site_url: str
    gateway_url: str
