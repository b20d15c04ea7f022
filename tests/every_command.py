"""The one list of commands for the walks that must know them all.

A walk runs every command in some setting: in a folder of hostile repositories
(hostile/test_opened.py), under a tracer that looks for secrets (e2e/walkthrough.py). Both take the
steps from here and fail where a command of the program is in none of them, so a new command is
added here, once, and in the README's table, which test_docs.py compares.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import NamedTuple

from typer.main import get_command

from workbench.cli.commands import make_app

ANSWERS = ("--reversible", "no", "--reviewed", "yes", "--cheap-check", "unknown")


class Step(NamedTuple):
    """A command and its exit code; None: whether it is carried out depends on the setting."""

    words: tuple[object, ...]
    code: int | None = 0


class Stage(NamedTuple):
    """What a walk has made when it comes here: outputs are imported, nothing is labelled.

    `output` is the id of a clean patch of `candidate`, `ticket` any ticket; files go to `folder`;
    `api` is the address of a tracker.
    """

    output: str
    candidate: str
    ticket: str
    folder: Path
    api: str


class _Empty(BaseHTTPRequestHandler):
    """A tracker that has nothing: it answers at once, so nobody asks again."""

    def do_GET(self) -> None:
        """Not here."""
        self.send_response(HTTPStatus.NOT_FOUND)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@contextmanager
def open_tracker() -> Iterator[str]:
    """The address of a tracker that has nothing, on this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Empty) as server:
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def every_command() -> set[str]:
    """Every command there is: `verify`, `tickets list`, and `metrics`, a group that also acts."""
    found = set()
    commands: Mapping[str, object] = getattr(get_command(make_app()), "commands", {})
    for name, command in commands.items():
        inner: Mapping[str, object] = getattr(command, "commands", None) or {}
        found |= {f"{name} {word}" for word in inner}
        if not inner or getattr(command, "invoke_without_command", False):
            found.add(name)
    return found


def name_command(words: tuple[object, ...]) -> set[str]:
    """The names under which every_command() may know these words."""
    texts = [str(word) for word in words[:2]]
    return {texts[0], " ".join(texts)} if texts else set()


def prepare(stage: Stage) -> Iterator[Step]:
    """What a team does with its tickets before any label; the freeze comes last."""
    yield Step(("tickets", "list"))
    yield Step(("tickets", "mark", stage.ticket, "vague"))
    yield Step(("tickets", "agreement"))
    yield Step(("tickets", "triage"), 2)  # there is no terminal
    yield Step(("tickets", "sample", "--n", 2, "--vague", 1), None)
    yield Step(("tickets", "fetch", "acme/calc", "--api", stage.api), 3)
    yield Step(("tickets", "freeze"))


def label(stage: Stage) -> Iterator[Step]:
    """What a person does without a screen, and what they look at."""
    yield Step(("outputs", "list"))
    yield Step(("outputs", "show", stage.output))
    yield Step(("label", stage.output, "merged"))
    yield Step(("label", "undo"))
    yield Step(("label", stage.output, "merged"))
    yield Step(("metrics",))
    yield Step(("metrics", "explain", "escape_rate"), None)
    yield Step(("keys",))
    yield Step(("plan",), None)
    verbatim = ("--all", "--text", "verbatim")
    yield Step(("export", "csv", "-o", stage.folder / "all.csv", *verbatim))
    yield Step(("export", "jsonl", "-o", stage.folder / "all.jsonl", *verbatim))
    yield Step(("import", stage.folder / "all.jsonl"))


def decide(stage: Stage) -> Iterator[Step]:
    """What a team does with its labels; the seal comes last, for it hides names."""
    scores = stage.folder / "scores.csv"
    scores.touch(0o600)  # one walk looks at the modes of all that is there
    scores.write_text(f"model,benchmark,score\n{stage.candidate},bench,0.5\n", encoding="utf-8")
    yield Step(("defect", "add", stage.output, "--kind", "functional", "--severity", 2))
    yield Step(("gate", "init", *ANSWERS))
    yield Step(("gate", "lint"), None)
    yield Step(("gate", "check"), None)
    yield Step(("run",), None)
    yield Step(("scores", "import", scores))
    yield Step(("scores",))
    yield Step(("change", stage.candidate, "--since", stage.candidate), None)
    yield Step(("report", "--html", stage.folder / "r.html", "--md", stage.folder / "r.md"))
    yield Step(("rubric",))
    yield Step(("outputs", "leaks"))
    yield Step(("seal",))
    yield Step(("report",), None)
    yield Step(("reveal", "--yes"))
    yield Step(("verify",))
    yield Step(("backup",))
    yield Step(("backup", "--list"))
