"""What the tests of the app share: plain values to render, a small real study, and a seat at it."""

import asyncio
import json
import os
import sqlite3
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from cli.forks import shared_forks
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input

from workbench.bootstrap import open_desk, open_workbench, read_first_screen
from workbench.domain.blind import ReviewItem, TicketText
from workbench.domain.check import CheckResult, CheckStatus
from workbench.domain.delivery import Delivery, Rung
from workbench.domain.label import EditClass, Judgement, Label, parse_judgement
from workbench.domain.outcome import derive_outcome
from workbench.domain.queue import Progress, QueueItem, compute_place
from workbench.domain.spec import Spec
from workbench.services.desk import Desk, OpenDesk
from workbench.study import find_study
from workbench.text import net
from workbench.tui.app import StudyApp, WorkbenchApp
from workbench.tui.screens.panes import ReviewSettings
from workbench.tui.screens.review import ReviewScreen
from workbench.tui.widgets.diff_view import DiffView
from workbench.tui.widgets.label_bar import LabelBar
from workbench.tui.widgets.lines import Line, LinesView

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
REVIEWER = "ann"
PATIENCE = 600  # turns of the loop before a condition counts as never met
HOSTILE = "\x1b[2Jgone\u202eevil\u2066 [bold]loud[/] [@click=app.quit]x[/] \x9b31m"

# Plain values, for the functions that render.


def make_item(
    delivery: Delivery = Delivery.PATCH,
    tests: CheckStatus = CheckStatus.PASS,
    *,
    message: str = "",
    judgement: Judgement | None = None,
    title: str = "Totals are wrong",
    alias: str = "K",
) -> ReviewItem:
    """An output in front of a reviewer."""
    ticket = TicketText("t1", title, "Make them right.", Spec.CLEAR, "", "c" * 40)
    held = judgement or Judgement()
    return ReviewItem(
        output_id="o1",
        position=1,
        alias=alias,
        ticket=ticket,
        trial=1,
        delivery=delivery,
        rung=Rung.PLAIN,
        detail="",
        tree="a" * 40,
        badges=(),
        diff=b"",
        patch=b"",
        message=message,
        self_flagged=(),
        check=CheckResult(tests),
        judgement=held,
    )


def make_row(
    n: int = 1,
    label: Label | None = None,
    delivery: Delivery = Delivery.PATCH,
    *,
    tests: CheckStatus = CheckStatus.PASS,
    title: str = "Totals are wrong",
    edit: EditClass | None = None,
) -> QueueItem:
    """A line of the queue."""
    judgement = Judgement(label=label, edit=edit)
    outcome = derive_outcome(delivery, tests, judgement)
    place = compute_place(outcome, judgement)
    return QueueItem(
        position=n,
        output_id=f"o{n}",
        ticket_id=f"t{n}",
        title=title,
        alias="K",
        delivery=delivery,
        tests=tests,
        added=1,
        removed=1,
        place=place,
        label=label,
        edit=edit,
        outcome=outcome,
    )


def make_progress(left: int = 3, labelled: int = 1, tests_failed: int = 0) -> Progress:
    return Progress(left, labelled, left + labelled, tests_failed, 0, 0)


def plain(lines: Sequence[Line]) -> str:
    """What a person reads."""
    return "\n".join("".join(span.text for span in line) for line in lines)


# A small study on a real repository.

BASE = {
    "totals.py": "".join(f"def total_{n}(xs):\n    return sum(xs) + {n}\n\n\n" for n in range(12)),
    "names.py": "def greet(name):\n    return 'hello ' + name\n",
}


def change(n: int, text: str) -> bytes:
    """A patch to one function of totals.py, by hand."""
    at = 4 * n + 2
    lines = BASE["totals.py"].split("\n")
    before, old, after = lines[at - 2], lines[at - 1], lines[at]
    body = f" {before}\n-{old}\n+    return {text}\n {after}\n"
    head = "diff --git a/totals.py b/totals.py\n--- a/totals.py\n+++ b/totals.py\n"
    return f"{head}@@ -{at - 1},3 +{at - 1},3 @@\n{body}".encode()


ESCAPING = (
    b"diff --git a/../outside b/../outside\nnew file mode 100644\n"
    b"--- /dev/null\n+++ b/../outside\n@@ -0,0 +1 @@\n+out\n"
)
UNFITTING = change(3, "0").replace(b"+ 3", b"+ 333").replace(b"total_3", b"tital_3")
SAYS = "I changed one line.\nIt may be slow for long lists."

# Ticket, candidate, patch, message, tests: in the order in which a reviewer meets them. Every
# ticket is named after what it shows; the last two need no label.
OUTPUTS: tuple[tuple[str, str, bytes, str, str], ...] = (
    ("clean", "m1", change(0, "sum(xs)"), "", "pass"),
    ("ask", "m1", b"", "Which currency do you mean?", ""),
    ("says", "m1", change(1, "0"), SAYS, "pass"),
    ("untested", "m2", change(2, "2"), "", ""),
    ("failed", "m2", UNFITTING, "", ""),
    ("refused", "m2", ESCAPING, "", ""),
    ("last", "m1", change(4, "4"), "", "pass"),
    ("red", "m2", change(5, "5"), "", "fail"),
    ("empty", "m1", b"", "", ""),
)
OPEN = ("clean", "ask", "says", "untested", "failed", "refused", "last")


def build_study(folder: Path, repository: Path, commit: str) -> None:
    """The study of OUTPUTS, by the commands a person would type."""
    files = folder.parent
    _write(
        files / "tickets.jsonl",
        [
            {"id": name, "title": f"title of {name}", "body": f"body of {name}",
             "base_commit": commit, "spec": "clear"}
            for name, *_ in OUTPUTS
        ],
    )  # fmt: skip
    _write(
        files / "outputs.jsonl",
        [
            {"instance_id": name, "model_name_or_path": who, "model_patch": patch.decode(),
             "message": message, "self_flagged": ["slow"] if message == SAYS else []}
            for name, who, patch, message, _ in OUTPUTS
        ],
    )  # fmt: skip
    _write(
        files / "tests.jsonl",
        [
            {"ticket": name, "candidate": who, "tests": tests}
            for name, who, _, _, tests in OUTPUTS
            if tests
        ],
    )
    run_workbench("init", "--study", folder, "--repo", repository)
    run_workbench("tickets", "import", files / "tickets.jsonl", "--study", folder)
    run_workbench("outputs", "import", files / "outputs.jsonl", "--study", folder, code=3)
    run_workbench("outputs", "tests", files / "tests.jsonl", "--study", folder)
    with open_workbench(find_study(folder)) as bench:
        ids = {line.ticket_id: line.output_id for line in bench.store.list_outputs()}
        bench.store.set_first_order([ids[name] for name in OPEN])
        bench.store.ensure_reviewer(REVIEWER, NOW)


def _write(path: Path, rows: Sequence[object]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def run_workbench(*arguments: object, code: int = 0) -> str:
    """A command to its end; fails the test where the exit code is another one."""
    done = shared_forks().run(*arguments, env=os.environ)
    assert done.code == code, done.err.decode()
    return done.out.decode()


@dataclass(frozen=True, slots=True)
class Logged:
    """One event as it lies in the database."""

    ticket: str
    act: str
    judgement: Judgement
    peeks: int


def read_log(folder: Path) -> list[Logged]:
    """The whole log, by a connection of its own: what is not committed is not in it."""
    uri = f"file:{folder / '.workbench' / 'study.db'}?mode=ro"
    sql = (
        "SELECT o.ticket, e.act, e.judgement, e.peeks FROM label_event e "
        "JOIN output o ON o.id = e.output ORDER BY e.event_id"
    )
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        rows = connection.execute(sql).fetchall()
    return [Logged(ticket, act, parse_judgement(text), peeks) for ticket, act, text, peeks in rows]


def read_labels(folder: Path) -> dict[str, str]:
    """The standing label of every labelled output, by ticket."""
    uri = f"file:{folder / '.workbench' / 'study.db'}?mode=ro"
    sql = (
        "SELECT o.ticket, i.label FROM item i JOIN output o ON o.id = i.output "
        "WHERE i.label IS NOT NULL"
    )
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        return dict(connection.execute(sql).fetchall())


# A seat in front of it.


@dataclass
class Seat:
    """The app under test, as the person in front of it sees and drives it."""

    app: WorkbenchApp
    pilot: Pilot[str]
    folder: Path

    @property
    def is_in_front(self) -> bool:
        """Whether nothing stands over the review."""
        return self.app.screen is self.app.screen_stack[0]

    @property
    def screen(self) -> ReviewScreen:
        screen = self.app.screen_stack[0]
        assert isinstance(screen, ReviewScreen)
        return screen

    @property
    def bar(self) -> str:
        return self.screen.query_one(LabelBar).plain

    @property
    def header(self) -> str:
        return self.pane("header")

    @property
    def diff(self) -> DiffView:
        return self.screen.query_one("#diff", DiffView)

    @property
    def ticket(self) -> str:
        """The ticket of the output in front."""
        return self.screen.item.ticket.ticket_id if self.screen.item else ""

    def pane(self, name: str) -> str:
        """The text of a pane by its id."""
        return self.screen.query_one(f"#{name}", LinesView).plain

    def is_open(self, name: str) -> bool:
        """Whether a pane takes room on the screen."""
        return self.screen.query_one(f"#{name}").size.area > 0

    def diff_text(self) -> str:
        strips = self.diff.render_lines(self.diff.size.region)
        return "\n".join("".join(segment.text for segment in strip) for strip in strips)

    def log(self) -> list[Logged]:
        return read_log(self.folder)

    def labels(self) -> dict[str, str]:
        return read_labels(self.folder)

    async def until(self, condition: Callable[[], bool], what: str = "") -> None:
        """Let the app work until a condition holds."""
        for _ in range(PATIENCE):
            if condition():
                return
            await self.pilot.pause(0.01)
        raise AssertionError(f"never happened: {what or condition}\n{self.describe()}")

    def describe(self) -> str:
        return f"{self.header}\n{self.bar}\n{self.log()}"

    async def on(self, ticket: str) -> None:
        """Wait until the output of a ticket is in front and has really been drawn."""
        await self.until(
            lambda: self.ticket == ticket and self.screen.is_painted(), f"{ticket} painted"
        )

    async def press(self, *keys: str) -> None:
        """Keys one by one, each with all that comes of it; a person's rhythm between labels."""
        for key in keys:
            self.screen.presses.forget()
            self.send(key)
            await self.pilot.pause()
            check_strips(self.app)

    def send(self, key: str) -> None:
        """One key, as the driver would hand it in."""
        self.app.post_message(events.Key(key, key if len(key) == 1 else None))

    async def type(self, text: str) -> None:
        """Text into a field, letter by letter."""
        for letter in text:
            self.app.post_message(events.Key("space" if letter == " " else letter, letter))
            await self.pilot.pause()

    @property
    def field(self) -> Input | None:
        """The field that has the focus."""
        return self.app.focused if isinstance(self.app.focused, Input) else None


Scene = Callable[[Seat], Awaitable[None]]


def play(
    folder: Path,
    scene: Scene,
    size: tuple[int, int] = (80, 24),
    keymap: Mapping[str, tuple[str, ...]] | None = None,
    *,
    is_ready: bool = True,
    wrap: Callable[[OpenDesk], Desk] = lambda desk: desk(),
    reveal_checks: str = "always",
    ask_unseen: bool = True,
    theme: str = "dark",
    repeat_percent: int = 0,
) -> None:
    """Open a study as `workbench review` does and run one scene; nothing may reach the net.

    `wrap` stands between the app and its desk, for what cannot be had from a real one.
    """
    study = find_study(folder)
    first = read_first_screen(study, REVIEWER, open_names=False)
    settings = ReviewSettings(
        study_name=study.folder.name,
        reviewer=REVIEWER,
        rubric=study.rubric,
        layout="auto",
        idle_seconds=120,
        queue_pane=True,
        metrics_pane=True,
        reveal_checks=reveal_checks,
        ask_unseen=ask_unseen,
        repeat_percent=repeat_percent,
        repeat_hours=0,
    )
    app = WorkbenchApp(
        first,
        settings,
        lambda: wrap(partial(open_desk, study, REVIEWER, open_names=False)),
        keymap=dict(keymap or {}),
        theme=theme,
    )

    async def run() -> None:
        async with app.run_test(size=size) as pilot:
            seat = Seat(app, pilot, folder)
            if is_ready:
                await seat.until(lambda: is_desk_ready(seat), "the study opened")
            await scene(seat)
            await pilot.pause()
            if app.is_running:
                check_strips(app)

    asyncio.run(run())
    assert app.net.hits == 0


def check_strips(app: StudyApp) -> None:
    """No widget hands out a character that could steer the terminal, or hide from a reader."""
    strips = app.screen._compositor.render_strips()
    text = "".join(segment.text for strip in strips for segment in strip if not segment.control)
    assert net(text) == (text, 0)
    assert app.net.hits == 0, "a widget forgot display()"


def is_desk_ready(seat: Seat) -> bool:
    """Whether labels can be saved, or the screen says why they cannot."""
    screen = seat.screen
    if screen.desk is None:
        return False
    return "off" in screen.labels_off or not (screen.labels_off or not screen.counts.definitions)


# What several scenes do.


@contextmanager
def locked(folder: Path) -> Iterator[sqlite3.Connection]:
    """Another program that is writing to the study."""
    path = folder / ".workbench" / "study.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield connection
        if connection.in_transaction:
            connection.execute("ROLLBACK")


async def label_all_but(seat: Seat, *kept: str) -> None:
    """Label what comes, in its order, until only the outputs of these tickets are left."""
    for name in OPEN:
        await seat.on(name)
        if name in kept:
            await seat.press("s")
        else:
            await seat.press("a" if name == "ask" else "m")
            await seat.until(lambda name=name: name in seat.labels(), f"{name} saved")  # type: ignore[misc]


async def filter_by(seat: Seat, text: str) -> None:
    """Type a filter."""
    await seat.press("backslash")
    await seat.type(text)
    await seat.press("enter")
