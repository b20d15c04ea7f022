"""A stage for the diff pane: one view, the net below it, and counters of frames and layouts."""

import asyncio
from collections.abc import Awaitable, Callable

from rich.console import RenderableType
from textual.app import App, ComposeResult
from textual.filter import LineFilter
from textual.pilot import Pilot
from textual.screen import Screen

from workbench.diff.document import DiffDocument, build_document
from workbench.diff.rows import Address
from workbench.tui.net import ControlCharacterFilter
from workbench.tui.widgets.diff_view import DiffView

Act = Callable[["Stage", Pilot[None]], Awaitable[None]]
ADDED, REMOVED = "+", "\N{MINUS SIGN}"


def file_diff(name: str, old: list[str], new: list[str], at: int = 1) -> bytes:
    """A diff of one file with one hunk that replaces lines, between two lines of context."""
    body = [" before", *(f"-{line}" for line in old), *(f"+{line}" for line in new), " after"]
    head = f"diff --git a/{name} b/{name}\n--- a/{name}\n+++ b/{name}\n"
    counts = f"@@ -{at},{len(old) + 2} +{at},{len(new) + 2} @@ def section():\n"
    return (head + counts + "\n".join(body) + "\n").encode()


def long_diff(n_files: int = 3, lines: int = 40) -> bytes:
    return b"".join(
        file_diff(
            f"src/file_{n}.py",
            [f"value_{i} = compute({n}, {i})" for i in range(lines)],
            [f"value_{i} = compute({n}, {i}, exact=True)" for i in range(lines)],
            at=10,
        )
        for n in range(n_files)
    )


class CountingScreen(Screen[None]):
    layouts = 0

    def _refresh_layout(self, *args: object, **kwargs: object) -> None:
        self.layouts += 1
        super()._refresh_layout(*args, **kwargs)  # type: ignore[arg-type]


class Stage(App[None]):
    """One diff view, the net below it, and counters of frames and messages."""

    def __init__(self) -> None:
        super().__init__()
        self.net = ControlCharacterFilter()
        self.frames = 0
        self.last: RenderableType = ""
        self.said: list[object] = []
        self.view = DiffView()

    def get_default_screen(self) -> Screen[None]:
        return CountingScreen()

    def get_line_filters(self) -> list[LineFilter]:
        return [*super().get_line_filters(), self.net]

    def compose(self) -> ComposeResult:
        yield self.view

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        if renderable is not None:
            self.frames += 1
            self.last = renderable
        super()._display(screen, renderable)

    def on_diff_view_painted(self, message: DiffView.Painted) -> None:
        self.said.append(message)

    def on_diff_view_search_changed(self, message: DiffView.SearchChanged) -> None:
        self.said.append(message)

    def on_diff_mouse_picked(self, message: DiffView.Picked) -> None:
        self.said.append(message)

    def lines(self) -> list[str]:
        """The screen as text, without the position bar."""
        strips = self.view.render_lines(self.view.size.region)
        return ["".join(segment.text for segment in strip)[:-1].rstrip() for strip in strips]

    @property
    def cursor_text(self) -> str:
        return next((line for line in self.lines() if "▌" in line), "")


def on_stage(act: Act, size: tuple[int, int] = (80, 24)) -> Stage:
    """Runs one scene; afterwards nothing forbidden may have reached the net."""
    stage = Stage()

    async def run() -> None:
        async with stage.run_test(size=size) as pilot:
            stage.view.focus()
            await pilot.pause()
            await act(stage, pilot)
            await pilot.pause()

    asyncio.run(run())
    assert stage.net.hits == 0
    return stage


async def settle(stage: Stage, pilot: Pilot[None], act: Callable[[], object]) -> tuple[int, int]:
    """(frames, layout passes) that an action cost, with all that came of it."""
    screen = stage.screen
    assert isinstance(screen, CountingScreen)
    frames, layouts = stage.frames, screen.layouts
    act()
    for _ in range(4):
        await pilot.pause(0.02)
    return stage.frames - frames, screen.layouts - layouts


def painted(view: DiffView) -> str | None:
    """Asked anew each time: a type checker must not remember the last answer."""
    return view.painted_key


def moved(view: DiffView) -> bool:
    return view.cursor_moved


def address(view: DiffView) -> Address:
    assert view.cursor_address is not None
    return view.cursor_address


def mode(view: DiffView) -> str:
    return view.mode


def document(diff: bytes, key: str = "one", badges: tuple[str, ...] = ()) -> DiffDocument:
    return build_document(diff, key=key, badges=badges)
