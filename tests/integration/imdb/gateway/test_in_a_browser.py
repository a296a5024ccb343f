"""The editor in a real browser: it asks the gateway, and nobody else."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.support.browser import DESKTOP, chromium, page_of

PATIENCE = 30_000
RUN = ".graphiql-execute-button"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def test_a_query_is_written_sent_and_answered_and_nobody_else_is_asked(graph: Any, browser: Browser) -> None:
    with page_of(browser, DESKTOP) as page:
        asked: list[str] = []
        page.on("request", lambda sent: asked.append(sent.url))
        page.goto(graph.url)
        page.locator(RUN).wait_for(timeout=PATIENCE)
        page.locator(".graphiql-query-editor .CodeMirror").click()
        page.keyboard.press("Control+A")
        # Of the example's name: the editor learns of another one only after a while.
        page.keyboard.insert_text('query KnownFor { name(id: "nm0000329") { nameText } }')
        page.locator(RUN).click()
        page.locator(".result-window").get_by_text('"Jackie Chan"', exact=True).wait_for(timeout=PATIENCE)
    assert [url for url in asked if not url.startswith((graph.url, "data:"))] == []
