"""The catalogue's pages in a browser, on the whole fleet: gateway, graphlets, seed and pictures as released."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.e2e.conftest import FleetUnderTest
from tests.support.browser import PHONE, chromium, contrasts, images, overflow, page_of

NAME = "/name/nm0000329"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(params=["imdb", "preprod"])
def url(fleet: FleetUnderTest, request: pytest.FixtureRequest) -> str:
    model = fleet.environment.fleet
    (target,) = model.targets(request.param)
    return model.parameters("imdb/web", target)["ServiceUrl"]


def test_the_known_for_widget_is_put_together_by_the_graphlets(browser: Browser, url: str) -> None:
    with page_of(browser) as page:
        page.goto(url + NAME)
        cards = page.get_by_role("region", name="Known for").get_by_role("listitem").all()

        assert page.get_by_role("heading", level=1).inner_text() == "Jackie Chan"
        assert len(cards) == 4
        assert "Police Story" in [card.get_by_role("link").inner_text() for card in cards]
        assert all(card.locator(".rating b").inner_text() for card in cards)
        assert all(alt and width > 0 for _, alt, width in images(page))
        assert page.locator(".note").count() == 0


def test_a_visitor_comes_from_the_front_page_to_a_film(browser: Browser, url: str) -> None:
    with page_of(browser, PHONE) as page:
        page.goto(url)
        assert page.locator(".note").count() == 0
        page.get_by_role("link", name="Jackie Chan").click()
        page.get_by_role("link", name="Police Story").click()
        page.get_by_role("heading", level=1, name="Police Story").wait_for()

        assert page.get_by_role("region", name="Cast and crew").get_by_role("link", name="Jackie Chan").is_visible()
        assert overflow(page) <= 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out(browser: Browser, url: str, scheme: str) -> None:
    with page_of(browser, color_scheme=scheme) as page:
        page.goto(url + NAME)

        assert min(contrasts(page).values()) >= 4.5


def test_a_person_whom_nobody_knows_is_a_page(browser: Browser, url: str) -> None:
    with page_of(browser) as page:
        reply = page.goto(url + "/name/nm0000000")

        assert reply is not None
        assert reply.status == 404
        assert page.get_by_text("There is no person with the id nm0000000.").is_visible()
