"""`milkrun release`: build, start, watch and look back on releases."""

import typer

from milkrun.cli.release import abort, build, history, show, start, status, watch

app = typer.Typer(
    no_args_is_help=True,
    help="Release services stop by stop, and see what became of every release.",
    epilog="Exit codes: 0 done, and what was watched has passed · 1 the release stopped · 2 no such release, artifact "
    "or target, or wrong parameters · 3 the cloud or the delivery stack is not there · 4 sam failed · "
    "5 another release of the service is under way",
)
app.command("build")(build.build)
app.command("start")(start.start)
app.command("status")(status.status)
app.command("watch")(watch.watch)
app.command("history")(history.history)
app.command("show")(show.show)
app.command("abort")(abort.abort)
