"""Arguments that several commands of `milkrun release` share."""

from typing import Annotated

import typer

Service = Annotated[str, typer.Argument(help="A service of fleet.yaml, e.g. fulfillment/pack")]
ReleaseOrService = Annotated[
    str | None, typer.Argument(help="A release's id, or a service for its latest; the latest of all if left out")
]
AsJson = Annotated[bool, typer.Option("--json", help="For machines: JSON on stdout")]
