"""What a page says to machines: structured data of schema.org."""

from typing import Any

from web.domain.pages import NamePage


def person(page: NamePage) -> dict[str, Any]:
    """https://schema.org/Person, with what is known."""
    known = {
        "name": page.name,
        "birthDate": str(page.born) if page.born else None,
        "deathDate": str(page.died) if page.died else None,
        "jobTitle": list(page.professions),
        "image": page.portrait.url if page.portrait else None,
    }
    return {"@context": "https://schema.org", "@type": "Person"} | {key: value for key, value in known.items() if value}
