"""The pages as people meet them: on a phone, on a desktop, in the dark, by keyboard, and without scripts."""

import pytest
from playwright.sync_api import Browser

from tests.integration.imdb.web.conftest import Site
from tests.support.browser import (
    DESKTOP,
    PHONE,
    SMALLEST,
    TABLET,
    contrasts,
    images,
    overflow,
    page_of,
    tab_stops,
)
from tests.support.pages import JACKIE_CHAN, SampleGraph

NAME = f"/name/{JACKIE_CHAN}"
PAGES = ("/", NAME, "/title/tt9000015")
KNOWN_FOR = ["Police Story", "Rush Hour", "Who Am I?", "Drunken Master II"]


def test_the_widget_shows_four_films_with_poster_year_and_rating(browser: Browser, site: Site) -> None:
    with page_of(browser) as page:
        page.goto(site.url + NAME)
        cards = page.get_by_role("region", name="Known for").get_by_role("listitem")

        assert page.get_by_role("heading", level=1).inner_text() == "Jackie Chan"
        assert [card.get_by_role("link").inner_text() for card in cards.all()] == KNOWN_FOR
        assert cards.first.get_by_role("img").get_attribute("alt") == "Poster of Police Story (1985)"
        assert cards.first.locator(".rating").text_content() == "Rated 7.6 out of 10, by 115K votes"


def test_a_card_leads_to_its_film_wherever_it_is_pressed(browser: Browser, site: Site) -> None:
    with page_of(browser, PHONE, has_touch=True) as page:
        page.goto(site.url + NAME)
        page.get_by_role("img", name="Poster of Rush Hour (1998)").tap(force=True)
        page.wait_for_url("**/title/*")

        assert page.get_by_role("heading", level=1).inner_text() == "Rush Hour"


@pytest.mark.parametrize("size", [SMALLEST, PHONE, TABLET, DESKTOP])
@pytest.mark.parametrize("path", [*PAGES, "/no/such/page"])
def test_no_page_is_wider_than_the_window(browser: Browser, site: Site, path: str, size: tuple[int, int]) -> None:
    with page_of(browser, size) as page:
        page.goto(site.url + path)

        assert overflow(page) <= 0


def test_a_name_without_end_does_not_widen_a_small_page(browser: Browser, site: Site, graph: SampleGraph) -> None:
    graph.changed[JACKIE_CHAN] = {"nameText": "Wolfeschlegelsteinhausenbergerdorff" * 3}
    graph.changed["tt9000015"] = {"titleText": "Supercalifragilisticexpialidocious" * 2}
    with page_of(browser, SMALLEST) as page:
        page.goto(site.url + NAME)

        assert overflow(page) <= 0


def test_on_a_phone_the_films_are_a_row_that_shows_that_there_is_more(browser: Browser, site: Site) -> None:
    with page_of(browser, PHONE) as page:
        page.goto(site.url + NAME)
        cards = [card.bounding_box() for card in page.locator(".row .card").all()]
        tops = {round(box["y"]) for box in cards if box}

        assert len(tops) == 1
        assert any(box and box["x"] < PHONE[0] < box["x"] + box["width"] for box in cards)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", [*PAGES, "/no/such/page"])
def test_every_text_stands_out(browser: Browser, site: Site, path: str, scheme: str, graph: SampleGraph) -> None:
    graph.broken.add("images")  # so that initials are seen, and the note about what is missing
    with page_of(browser, color_scheme=scheme) as page:
        page.goto(site.url + path)
        found = contrasts(page)
        weak = {text: round(contrast, 2) for text, contrast in found.items() if contrast < 4.5}

        assert len(found) > 5
        assert weak == {}


def test_the_two_schemes_differ(browser: Browser, site: Site) -> None:
    grounds = []
    for scheme in ("light", "dark"):
        with page_of(browser, color_scheme=scheme) as page:
            page.goto(site.url + NAME)
            grounds.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))

    assert grounds == ["rgb(251, 248, 243)", "rgb(21, 22, 26)"]


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
def test_the_keyboard_comes_by_every_link_in_order_and_shows_where_it_is(
    browser: Browser, site: Site, size: tuple[int, int]
) -> None:
    with page_of(browser, size) as page:
        page.goto(site.url + NAME)
        stops = tab_stops(page)
        links = [stop for stop in stops if stop["href"]]

        assert [stop["text"] for stop in links] == ["Skip to the content", "milkrun catalogue", *KNOWN_FOR]
        assert all(stop["outlined"] and stop["seen"] for stop in links)


def test_the_first_stop_skips_to_the_content(browser: Browser, site: Site) -> None:
    with page_of(browser) as page:
        page.goto(site.url + NAME)
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")

        assert page.evaluate("document.activeElement.textContent") == KNOWN_FOR[0]


@pytest.mark.parametrize("path", PAGES)
def test_every_picture_loads_and_says_what_it_shows(browser: Browser, site: Site, path: str) -> None:
    with page_of(browser) as page:
        page.goto(site.url + path)
        found = images(page)

        assert len(found) >= 4
        assert all(alt and width > 0 for _, alt, width in found), found


def test_a_picture_takes_its_place_before_it_comes(browser: Browser, site: Site) -> None:
    with page_of(browser) as page:
        page.goto(site.url + NAME)
        before = page.locator("footer").bounding_box()
        images(page)

        assert page.locator("footer").bounding_box() == before


def test_the_page_is_the_same_without_scripts(browser: Browser, site: Site) -> None:
    said = []
    for scripts in (True, False):
        with page_of(browser, java_script_enabled=scripts) as page:
            page.goto(site.url + NAME)
            said.append(page.locator("body").inner_text())

    assert said[0] == said[1]
    assert "Police Story" in said[0]


def test_hostile_names_are_read_and_not_run(browser: Browser, site: Site, graph: SampleGraph) -> None:
    hostile = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    graph.changed[JACKIE_CHAN] = {"nameText": hostile}
    with page_of(browser) as page:
        page.on("dialog", lambda dialog: pytest.fail(f"the page ran {dialog.message}"))
        page.goto(site.url + NAME)

        assert page.get_by_role("heading", level=1).inner_text() == hostile


def test_larger_text_fits_too(browser: Browser, site: Site) -> None:
    """WCAG 2.2, 1.4.4 and 1.4.10: twice the size of text, on a narrow window."""
    with page_of(browser, PHONE) as page:
        page.goto(site.url + NAME)
        page.evaluate("document.documentElement.style.fontSize = '200%'")

        assert overflow(page) <= 0
