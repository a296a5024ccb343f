"""`milkrun graph`: compose, check, plan and serve a supergraph.  Each command imports the library when it runs."""

import typer

from milkrun.cli.graph import check, compose, diff, plan, serve

app = typer.Typer(
    no_args_is_help=True,
    help="Compose subgraphs into a supergraph, check a change, read a query's plan, and serve the graph.",
    epilog="Exit codes: 0 done · 1 the graph is refused · 2 bad input",
)
app.command("check")(check.check)
app.command("compose")(compose.compose)
app.command("diff")(diff.diff)
app.command("plan")(plan.plan)
app.command("serve")(serve.serve)
