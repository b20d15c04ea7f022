"""The control: a bare Textual app with one Static; `l` repaints it. Run by app_speed.py."""

from typing import ClassVar

from textual.app import App, ComposeResult
from textual.widgets import Static


class Bare(App[None]):
    """As little as a Textual program can do."""

    CSS = "Static { height: 1; }"
    BINDINGS: ClassVar = [("l", "repaint", "Repaint")]
    n_painted = 0

    def compose(self) -> ComposeResult:
        """One label."""
        yield Static("bare 0")

    def action_repaint(self) -> None:
        """The label, without a layout pass."""
        self.n_painted += 1
        self.query_one(Static).update(f"bare {self.n_painted}", layout=False)


if __name__ == "__main__":
    Bare().run()
