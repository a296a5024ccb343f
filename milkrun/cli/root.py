"""Every command is one thin file here, and what it does is a function elsewhere."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from botocore.exceptions import ConnectionError as NoConnection
from botocore.exceptions import HTTPClientError, NoCredentialsError

from milkrun.cli import bootstrap, catalogue, demo, demo_strangler, down, env, fleet, registry, seed, status, up, where
from milkrun.cli.graph import app as graph
from milkrun.cli.release import app as release
from milkrun.environment import STATE_DIR, aws_environment, repository_root
from milkrun.errors import CloudUnavailable, MilkrunError
from milkrun.local.instance import running_environment

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    help="Run a fleet of services: release them account by account, watch them, and run the whole fleet on a laptop.",
    epilog="Exit codes: 0 done · 1 failed, or a release did not pass · 2 bad input or fleet.yaml · "
    "3 the cloud does not answer · 4 a program that was called failed",
)


class WhichCloud(StrEnum):
    """Where the fleet's accounts are."""

    LOCAL = "local"
    AWS = "aws"


@app.callback()
def choose_cloud(
    context: typer.Context,
    cloud: Annotated[
        WhichCloud, typer.Option(envvar="MILKRUN_CLOUD", help="The local cloud of `make up`, or AWS by your profiles")
    ] = WhichCloud.LOCAL,
    state_dir: Annotated[
        Path | None, typer.Option(envvar=STATE_DIR, help="Where the local cloud keeps ports, logs and state")
    ] = None,
) -> None:
    root = repository_root()
    chosen = aws_environment(root) if cloud is WhichCloud.AWS else running_environment(root, state_dir)
    chosen.activate()
    context.obj = chosen


app.command("up")(up.up)
app.command("down")(down.down)
app.command("status")(status.status)
app.command("demo")(demo.demo)
app.command("demo-strangler")(demo_strangler.demo_strangler)
app.command("seed")(seed.seed)
app.command("bootstrap")(bootstrap.bootstrap)
app.command("env")(env.env)
app.command("where")(where.where)
app.add_typer(fleet.app, name="fleet")
app.add_typer(catalogue.app, name="catalogue")
app.add_typer(release, name="release")
app.add_typer(graph, name="graph")
app.add_typer(registry.app, name="schema")


def main() -> None:
    """Run one command; a MilkrunError is one sentence and its exit code, anything else a bug that shows its trace."""
    try:
        app()
    except MilkrunError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(error.exit_code)
    except (NoConnection, HTTPClientError) as error:
        sys.stderr.write(
            f"error: {error}\nIs the local cloud running? `make up` starts it; its logs are in .milkrun/local.\n"
        )
        sys.exit(CloudUnavailable.exit_code)
    except NoCredentialsError:
        sys.stderr.write(
            "error: there are no AWS credentials: log in with the profiles that cloud.profile in fleet.yaml names\n"
        )
        sys.exit(CloudUnavailable.exit_code)
    except KeyboardInterrupt:
        sys.stderr.write("\nstopped\n")
        sys.exit(130)
