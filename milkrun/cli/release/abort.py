"""`milkrun release abort`: end a release now."""

from typing import Annotated

import typer

from milkrun.cli.release.output import talk
from milkrun.environment import Environment
from milkrun.release.abort import abort as abort_release


def abort(
    context: typer.Context,
    release: Annotated[str, typer.Argument(help="The release's id")],
    reason: Annotated[str, typer.Option(help="Why, for the history")] = "aborted by the operator",
) -> None:
    """End a release at once.  It goes no further and rolls nothing back; its locks are freed."""
    environment: Environment = context.obj
    if abort_release(environment, release, reason):
        talk.print(f"aborted; `milkrun release show {release}` says where it was")
    else:
        talk.print(f"release {release} had ended already")
