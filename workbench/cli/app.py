"""The commands together, and how the program ends: every error a sentence, every bug in the log.

Exit codes: 0 done, 1 a check did not hold, 2 usage, 3 input refused, 4 the store is damaged.
"""

import logging
import sys
from typing import Annotated

import typer

import workbench
from workbench.cli import (
    demo,
    exports,
    keys,
    label,
    metrics,
    outputs,
    review,
    study,
    tickets,
)
from workbench.cli.terminal import warn
from workbench.domain.errors import WorkbenchError

app = typer.Typer(
    name="workbench",
    help="Review what models did with your tickets; read four numbers; decide.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(tickets.app, name="tickets")
app.add_typer(outputs.app, name="outputs")
app.command("demo")(demo.demo)
app.command("init")(study.init)
app.command("review")(review.review)
app.command("label")(label.label)
app.command("metrics")(metrics.metrics)
app.command("export")(exports.export)
app.command("import")(exports.import_)
app.command("verify")(study.verify)
app.command("keys")(keys.keys)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"workbench {workbench.__version__}")
        raise typer.Exit


@app.callback()
def root(
    _: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Review what models did with your tickets; read four numbers; decide."""


def run() -> None:
    """Run the program and end the process."""
    try:
        app()
    except WorkbenchError as error:
        warn(f"workbench: {error}")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        warn("workbench: stopped; what was reported as done is done")
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except Exception as error:  # the last net: a bug is told calmly, and logged whole
        log = logging.getLogger("workbench")
        log.exception("unexpected error")
        files = [str(getattr(h, "baseFilename", "")) for h in log.handlers]
        where = next((f for f in files if f), "")
        told = f"; the details are in {where}" if where else ""
        warn(f"workbench: unexpected {type(error).__name__}: {error}{told}")
        sys.exit(1)
