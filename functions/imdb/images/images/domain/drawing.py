"""Draws a poster or a portrait as SVG: always the same for the same picture, readable, and described in words.

White text stands on backgrounds whose contrast to white is at least 7:1 (WCAG 2.2, level AAA).
"""

import hashlib
from textwrap import wrap
from xml.sax.saxutils import escape

from images.domain.model import Image

PREFIXES = ("Poster of ", "Portrait of ")
# Dark, of one family each: background, shape on it, line.
PALETTES = (
    ("#12263f", "#1f4068", "#e0a458"),
    ("#3b1c32", "#5c2a4d", "#f2b5a7"),
    ("#14342b", "#1f5143", "#bbdfc5"),
    ("#3a2418", "#5e3a24", "#f3c98b"),
    ("#242038", "#3b3561", "#cac4ce"),
    ("#0b3948", "#14536a", "#d0cdd7"),
    ("#4a1c1c", "#6e2b2b", "#f5d0c5"),
    ("#2b2d42", "#434769", "#edf2f4"),
)
LETTERS_PER_LINE, MOST_LINES = 15, 6


def draw(image: Image) -> str:
    """The whole SVG document."""
    chance = hashlib.sha256(image.id.encode()).digest()
    background, shape, line = PALETTES[chance[0] % len(PALETTES)]
    caption = image.caption or image.id
    figure = _person(image, shape) if image.owner.startswith("nm") else _shapes(image, chance, shape)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {image.width} {image.height}" '
        f'width="{image.width}" height="{image.height}" role="img" aria-labelledby="t">'
        f'<title id="t">{escape(caption)}</title>'
        f'<rect width="100%" height="100%" fill="{background}"/>{figure}'
        f"{_frame(image, line)}{_lettering(image, caption)}</svg>"
    )


def words_of(caption: str) -> list[str]:
    """What is written on the picture, line by line."""
    for prefix in PREFIXES:
        caption = caption.removeprefix(prefix)
    return wrap(caption, LETTERS_PER_LINE, max_lines=MOST_LINES, placeholder=" …")


def _shapes(image: Image, chance: bytes, color: str) -> str:
    """Some discs, placed by the picture's own chance."""
    discs = []
    for index in range(4):
        x, y, size = chance[1 + 3 * index : 4 + 3 * index]
        radius = image.width * (0.12 + size / 900)
        discs.append(f'<circle cx="{image.width * x / 255:.0f}" cy="{image.height * y / 255:.0f}" r="{radius:.0f}"/>')
    return f'<g fill="{color}">{"".join(discs)}</g>'


def _person(image: Image, color: str) -> str:
    """Head and shoulders."""
    center, head = image.width / 2, image.width * 0.17
    return (
        f'<g fill="{color}"><circle cx="{center:.0f}" cy="{image.height * 0.3:.0f}" r="{head:.0f}"/>'
        f'<ellipse cx="{center:.0f}" cy="{image.height * 0.68:.0f}" rx="{image.width * 0.34:.0f}" '
        f'ry="{image.height * 0.22:.0f}"/></g>'
    )


def _frame(image: Image, color: str) -> str:
    inset = image.width * 0.04
    return (
        f'<rect x="{inset:.0f}" y="{inset:.0f}" width="{image.width - 2 * inset:.0f}" '
        f'height="{image.height - 2 * inset:.0f}" fill="none" stroke="{color}" '
        f'stroke-width="{image.width * 0.008:.1f}"/>'
    )


def _lettering(image: Image, caption: str) -> str:
    size = image.width * 0.095
    words = words_of(caption)
    top = image.height * 0.9 - size * 1.2 * (len(words) - 1)
    lines = "".join(
        f'<tspan x="50%" y="{top + size * 1.2 * row:.0f}">{escape(text)}</tspan>' for row, text in enumerate(words)
    )
    return (
        f'<text fill="#ffffff" text-anchor="middle" font-family="Georgia, serif" font-weight="bold" '
        f'font-size="{size:.0f}" aria-hidden="true">{lines}</text>'
    )
