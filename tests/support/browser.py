"""A real browser, and what it sees of a page that a reader of the markup does not."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

from tests.support.machine import lacking

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
PHONE, TABLET, DESKTOP = (375, 800), (768, 1024), (1280, 860)
SMALLEST = (320, 640)

# Every text that is seen, with the contrast of its color to what is behind it (WCAG 2.2, relative luminance).
_CONTRASTS = """
() => {
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const channels = (color) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data; return [r, g, b, a / 255];
  };
  const over = (top, below) => top.slice(0, 3).map((one, at) => one * top[3] + below[at] * (1 - top[3])).concat(1);
  const behind = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) layers.push(channels(getComputedStyle(at).backgroundColor));
    const scheme = matchMedia("(prefers-color-scheme: dark)").matches ? [18, 18, 18, 1] : [255, 255, 255, 1];
    return layers.reverse().reduce((below, top) => over(top, below), scheme);
  };
  const luminance = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, at) => sum + c * [0.2126, 0.7152, 0.0722][at], 0);
  const found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    const style = getComputedStyle(element);
    const seen = style.visibility === "visible" && element.getClientRects().length;
    if (!texts.currentNode.textContent.trim() || !seen) continue;
    const back = behind(element);
    const [one, other] = [luminance(over(channels(style.color), back)), luminance(back)].sort((a, b) => b - a);
    found.push([texts.currentNode.textContent.trim(), (one + 0.05) / (other + 0.05)]);
  }
  return found;
}
"""
_FOCUSED = """
() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const box = element.getBoundingClientRect();
  const lines = [element, element.closest(".card")].filter(Boolean).map((one) => getComputedStyle(one));
  return {
    text: element.textContent.trim().replace(/\\s+/g, " "),
    href: element.getAttribute("href"),
    outlined: lines.some((style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2),
    seen: box.right > 0 && box.bottom > 0 && box.left < innerWidth && box.top < innerHeight,
  };
}
"""
_IMAGES = """
() => Promise.all([...document.images].map(async (image) => {
  image.loading = "eager";
  await image.decode().catch(() => {});
  return [image.currentSrc, image.alt, image.naturalWidth];
}))
"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """The Chromium of this machine; the test is skipped where there is none."""
    program = shutil.which("chromium")
    if program is None:
        lacking("no Chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def page_of(browser: Browser, size: tuple[int, int] = DESKTOP, **options: Any) -> Iterator[Page]:
    """A fresh visitor with a window of this size; whatever the page complains of is a failure."""
    width, height = size
    context = browser.new_context(viewport={"width": width, "height": height}, **options)
    try:
        page = context.new_page()
        complaints: list[str] = []

        def hear(said: ConsoleMessage) -> None:
            # A page that says 404 is a page.
            if said.type in ("error", "warning") and said.location["url"] != page.url:
                complaints.append(said.text)

        page.on("console", hear)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("requestfailed", lambda request: complaints.extend(_broken(request)))
        yield page
        assert complaints == []
    finally:
        context.close()


def _broken(request: Request) -> list[str]:
    """What went wrong with a request; one that ended because the visitor went on is no failure."""
    return [] if "ERR_ABORTED" in (request.failure or "") else [f"{request.url}: {request.failure}"]


def contrasts(page: Page) -> dict[str, float]:
    """Every text that is seen and how it stands out, from 1 to 21; of equal texts the one that is hardest to read."""
    found: dict[str, float] = {}
    for text, contrast in page.evaluate(_CONTRASTS):
        found[text] = min(contrast, found.get(text, 21.0))
    return found


def tab_stops(page: Page, at_most: int = 60) -> list[dict[str, Any]]:
    """Where the Tab key leads, one stop after the other, until it leaves the page."""
    stops: list[dict[str, Any]] = []
    for _ in range(at_most):
        page.keyboard.press("Tab")
        focused = page.evaluate(_FOCUSED)
        if focused is None:
            return stops
        stops.append(focused)
    raise AssertionError(f"after {at_most} stops the page still holds the focus")


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def images(page: Page) -> list[tuple[str, str, int]]:
    """Address, alternative text and width in pixels of every image; a width of 0 means that it did not load."""
    return [(str(address), str(alt), int(width)) for address, alt, width in page.evaluate(_IMAGES)]
