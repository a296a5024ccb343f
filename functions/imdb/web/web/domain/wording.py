"""How numbers, years and ids are worded."""

import re

_ID = {"name": re.compile(r"nm[0-9]{7,12}"), "title": re.compile(r"tt[0-9]{7,12}")}
# Where it rounds up to a thousand of one unit, the next unit reads better.
_UNITS = ((1_000_000_000, "B"), (1_000_000, "M"), (1_000, "K"))
_ONE_DECIMAL_BELOW = 10
_MINUTES = 60


def is_id(kind: str, text: str) -> bool:
    """Whether the text has the form of an id: people are ``nm``, titles ``tt``, then 7 or more digits."""
    return _ID[kind].fullmatch(text) is not None


def compact(count: int) -> str:
    """A count in at most four characters: 950, 1.2K, 13K, 999K, 1.1M."""
    for size, unit in _UNITS:
        # Half of the last digit that is shown with this unit's smaller neighbor.
        if count >= size * 0.9995:
            tenths = round(count / size * 10)
            short = f"{tenths / 10:.1f}".removesuffix(".0")
            return f"{short if tenths < _ONE_DECIMAL_BELOW * 10 else round(count / size)}{unit}"
    return str(count)


def lifespan(born: int | None, died: int | None) -> str:
    """Years of a life as far as they are known, empty where they are not."""
    if born and died:
        return f"{born}–{died}"  # noqa: RUF001 - a range of years takes an en dash
    if born:
        return f"Born {born}"
    return f"Died {died}" if died else ""


def release(start: int | None, end: int | None, series: bool) -> str:
    """The year of a film, or the years of a series (open while it runs)."""
    if not start:
        return ""
    if not series or start == end:
        return str(start)
    return f"{start}–{end or ''}"  # noqa: RUF001 - see above


def runtime(minutes: int | None) -> str:
    """Hours and minutes: 2 h 5 min."""
    if not minutes or minutes < 0:
        return ""
    hours, rest = divmod(minutes, _MINUTES)
    return " ".join(part for part in (f"{hours} h" if hours else "", f"{rest} min" if rest else "") if part)


def words(identifier: str) -> str:
    """A name of the dataset as words: ``casting_director`` and ``TV_MINI_SERIES`` are read aloud, too."""
    text = identifier.replace("_", " ").strip().lower()
    return re.sub(r"\btv\b", "TV", text[:1].upper() + text[1:], flags=re.IGNORECASE)


def initials(name: str) -> str:
    """One or two letters that stand where a picture is missing."""
    parts = [part for part in re.split(r"[\s-]+", name) if part[:1].isalnum()]
    chosen = parts[:1] + (parts[-1:] if len(parts) > 1 else [])
    return "".join(part[0].upper() for part in chosen)
