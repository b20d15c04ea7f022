"""All keys, from the registry, with the ids by which workbench.toml can change them."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from textwrap import wrap

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Static

from workbench.tui.actions import REVIEW, Action, show_key

WIDTH = 76


def render_help(keys: Mapping[str, tuple[str, ...]], actions: Sequence[Action] = REVIEW) -> str:
    """An entry an action, by group; fits 76 columns."""
    lines = ["Keys", "esc closes; change any key in workbench.toml (`workbench keys` has the ids)"]
    for group, inside in groupby(actions, key=lambda action: action.group):
        lines += ["", group]
        for action in inside:
            shown = " ".join(show_key(key) for key in keys[action.id]) or "(palette)"
            first, *rest = wrap(f"{action.title}: {action.help}", WIDTH - 20)
            lines += [f"  {shown:<17} {first}", *(f"{'':<20}{line}" for line in rest)]
    lines += ["", "While the label bar asks, digits, y, n, enter and escape answer it."]
    return "\n".join(lines)


class HelpScreen(ModalScreen[None]):
    """Shows render_help."""

    BINDINGS = [  # noqa: RUF012 - Textual's own form
        Binding("escape", "close", show=False),
        Binding("j,down", "scroll(1)", show=False),
        Binding("k,up", "scroll(-1)", show=False),
        Binding("space,pagedown", "scroll(5)", show=False),
        Binding("b,pageup", "scroll(-5)", show=False),
    ]

    def __init__(
        self, keys: Mapping[str, tuple[str, ...]], actions: Sequence[Action] = REVIEW
    ) -> None:
        """Keep the keys in force."""
        super().__init__()
        self._keys, self._actions = keys, actions

    def compose(self) -> ComposeResult:
        """A scrolling page."""
        with VerticalScroll(id="help"):
            yield Static(Content(render_help(self._keys, self._actions)))

    def on_key(self, event: Key) -> None:
        """The keys that opened it, or would quit, close it."""
        if event.key in {*self._keys["app.help"], *self._keys["app.quit"]}:
            event.stop()
            self.dismiss()

    def action_close(self) -> None:
        """Back to the review."""
        self.dismiss()

    def action_scroll(self, lines: int) -> None:
        """A few lines at a time."""
        self.query_one(VerticalScroll).scroll_relative(y=lines * 3, animate=False)
