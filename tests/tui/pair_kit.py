"""A small study with a pair of every kind, and a seat in front of its pairs."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from textual import events
from textual.pilot import Pilot

from workbench.blinding import open_blind_desk
from workbench.bootstrap import open_workbench
from workbench.domain.pair import Side, Vote
from workbench.services.desk import Desk
from workbench.study import find_study
from workbench.tui.screens.pair import PairScreen
from workbench.tui.screens.pair_app import PairApp
from workbench.tui.screens.panes import ReviewSettings
from workbench.tui.widgets.lines import LinesView

from .kit import ESCAPING, NOW, PATIENCE, UNFITTING, change, check_strips, run_workbench

CANARIES = ("canary-alpha-7", "canary-beta-9")
SAYS = "I changed one line.\nIt may be slow for long lists."

# Ticket, then patch and message of both candidates; None is no output at all.
PAIRS: tuple[tuple[str, tuple[bytes, str], tuple[bytes, str] | None], ...] = (
    ("plain", (change(0, "sum(xs)"), ""), (change(0, "sum(xs) + 1 - 1"), "")),
    ("twins", (change(1, "0"), ""), (change(1, "0"), "")),
    ("says", (change(2, "2"), SAYS), (change(2, "3"), SAYS)),
    ("asks", (b"", "Which currency do you mean?"), (change(3, "3"), "")),
    ("silent", (b"", ""), (change(4, "4"), "")),
    ("broken", (UNFITTING, ""), (ESCAPING, "")),
    ("alone", (change(5, "5"), ""), None),
)
ORDER = ("plain", "twins", "says", "asks", "silent", "broken")


def build_pairs(folder: Path, repository: Path, commit: str) -> None:
    """The study of PAIRS, by the commands a person would type."""
    files = folder.parent
    rows: list[Mapping[str, object]] = []
    for who, nth in zip(CANARIES, (1, 2), strict=True):
        for name, *delivered in PAIRS:
            made = delivered[nth - 1]
            if made is not None:
                patch, message = made
                row = {"instance_id": name, "model_name_or_path": who, "message": message}
                rows.append({**row, "model_patch": patch.decode()})
    tickets = [
        {"id": name, "title": f"title of {name}", "body": f"body of {name}", "spec": "clear",
         "base_commit": commit}
        for name, *_ in PAIRS
    ]  # fmt: skip
    write_rows(files / "pair-tickets.jsonl", tickets)
    write_rows(files / "pair-outputs.jsonl", rows)
    run_workbench("init", "--study", folder, "--repo", repository)
    run_workbench("tickets", "import", files / "pair-tickets.jsonl", "--study", folder)
    run_workbench("outputs", "import", files / "pair-outputs.jsonl", "--study", folder, code=3)
    with open_workbench(find_study(folder)) as bench:
        outputs = list(bench.store.list_outputs(candidate=CANARIES[0]))
        ids = {line.ticket_id: line.output_id for line in outputs}
        bench.store.set_first_order([ids[name] for name in ORDER])
        bench.store.ensure_reviewer("ann", NOW)


def write_rows(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def read_votes(folder: Path) -> list[Vote]:
    """Every standing answer, as another program sees it."""
    with open_workbench(find_study(folder)) as bench:
        return [cast.vote for cast in bench.store.pair_votes()]


@dataclass
class PairSeat:
    """The pair screen, as the person in front of it sees and drives it."""

    app: PairApp
    pilot: Pilot[str]
    folder: Path
    pressed: int = 0

    @property
    def screen(self) -> PairScreen:
        screen = self.app.screen_stack[0]
        assert isinstance(screen, PairScreen)
        return screen

    @property
    def ticket(self) -> str:
        """The ticket in front."""
        return self.screen.pair.left.ticket.ticket_id if self.screen.pair else ""

    @property
    def bar(self) -> str:
        return self.text("label-bar")

    def text(self, name: str) -> str:
        """The text of a pane by its id."""
        return self.screen.query_one(f"#{name}", LinesView).plain

    def diff_text(self, side: Side | str) -> str:
        """What a side's diff pane shows."""
        pane = self.screen.pane(side)
        strips = pane.render_lines(pane.size.region)
        return "\n".join("".join(segment.text for segment in strip) for strip in strips)

    def everything(self) -> str:
        """All that is on the screen."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip) for strip in strips)

    async def until(self, condition: Callable[[], bool], what: str = "") -> None:
        """Let the app work until a condition holds."""
        for _ in range(PATIENCE):
            if condition():
                return
            await self.pilot.pause(0.01)
        raise AssertionError(f"never happened: {what or condition}\n{self.everything()}")

    async def on(self, ticket: str) -> None:
        """Wait until the pair of a ticket is in front and has really been drawn."""
        await self.until(
            lambda: self.ticket == ticket and self.screen.is_painted(), f"{ticket} painted"
        )

    async def press(self, *keys: str) -> None:
        """Keys one by one, each with all that comes of it; a person's rhythm between them."""
        for key in keys:
            await self.until(lambda: self.screen.is_painted() or self.is_at_the_end)
            self.screen.presses.forget()
            self.app.post_message(events.Key(key, key if len(key) == 1 else None))
            await self.pilot.pause()
            await self.pilot.pause()
            check_strips(self.app)
            self.pressed += 1

    @property
    def is_at_the_end(self) -> bool:
        return self.screen.has_class("-finished") or self.app.screen is not self.screen


PairScene = Callable[[PairSeat], Awaitable[None]]


def play_pairs(
    folder: Path,
    scene: PairScene,
    size: tuple[int, int] = (160, 40),
    between: tuple[str, ...] = (),
    reviewer: str = "ann",
    *,
    wrap: Callable[[Desk], Desk] = lambda desk: desk,
) -> None:
    """Open a study's pairs as `workbench review --pair` does and run one scene.

    `wrap` stands between the app and its desk, for what cannot be had from a real one.
    """
    study = find_study(folder)
    made = open_blind_desk(study, reviewer, between)
    settings = ReviewSettings(
        study_name=study.folder.name,
        reviewer=reviewer,
        rubric=study.rubric,
        layout="auto",
        idle_seconds=120,
        queue_pane=True,
        metrics_pane=True,
        reveal_checks="after_commit",
        seal=made.seal,
    )
    from workbench.cli.pairs import NOTHING

    app = PairApp(NOTHING, settings, lambda: wrap(made.desk), keymap={})

    async def run() -> None:
        async with app.run_test(size=size) as pilot:
            seat = PairSeat(app, pilot, folder)
            await seat.until(lambda: bool(seat.ticket) and not seat.screen.labels_off, "opened")
            await scene(seat)
            await pilot.pause()
            check_strips(app)

    asyncio.run(run())
    assert app.net.hits == 0
