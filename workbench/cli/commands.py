"""The commands together: what each is called, and where it stands.

A command line loads the one command that it names, so that none waits for all the others; help,
and a name that is wrong, need all of them.
"""

from importlib import import_module
from typing import Annotated

import typer

import workbench

_PLACES = {  # module and what in it, in the order of the help
    "tickets": "tickets:app",
    "outputs": "leaks:app",  # that of outputs.py, with one command more
    "metrics": "metrics:app",
    "defect": "defect:app",
    "gate": "gate:app",
    "scores": "scores:app",
    "demo": "demo:demo",
    "change": "change:change",
    "plan": "plan:plan",
    "report": "report:report",
    "init": "study:init",
    "review": "review:review",
    "rubric": "rubric:rubric",
    "seal": "reveal:seal",
    "reveal": "reveal:reveal",
    "run": "run:run",
    "check": "check:check",
    "label": "label:label",
    "export": "exports:export",
    "import": "exports:import_",
    "verify": "study:verify",
    "backup": "backups:backup",
    "restore": "backups:restore",
    "keys": "keys:keys",
}


def make_app(word: str = "") -> typer.Typer:
    """The command that the first word of a command line names, or all where it names none."""
    app = typer.Typer(
        name="workbench",
        help="Review what models did with your tickets; read four numbers; decide.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(root)
    for name, place in _PLACES.items():
        if word == name or word not in _PLACES:
            module, _, attribute = place.partition(":")
            command = getattr(import_module(f"workbench.cli.{module}"), attribute)
            if isinstance(command, typer.Typer):
                app.add_typer(command, name=name)
            else:
                app.command(name)(command)
    return app


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"workbench {workbench.__version__}")
        raise typer.Exit


def root(
    _: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Review what models did with your tickets; read four numbers; decide."""
