"""What the functions of this module are told by their stack."""

from milkrun_core.settings import CoreSettings


class WebSettings(CoreSettings):
    """Of the pages. ``featured`` are ids of people and titles with commas between them."""

    gateway_url: str
    images_origin: str
    featured: str

    @property
    def featured_ids(self) -> tuple[str, ...]:
        return tuple(one for part in self.featured.split(",") if (one := part.strip()))


class SmokeSettings(CoreSettings):
    """Of the smoke function: a visitor, who knows the gateway, too."""

    site_url: str
    gateway_url: str
