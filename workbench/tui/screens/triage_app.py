"""The application in front of tickets: another screen and its keys, all else the same."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual.types import CSSPathType

from workbench.services.triage import Entry, Triage
from workbench.tui.actions import Action
from workbench.tui.app import STYLES, StudyApp
from workbench.tui.screens.triage_calls import TriageScreen
from workbench.tui.triage_actions import TRIAGE


class TriageApp(StudyApp):
    """Shows a study's tickets to one person."""

    CSS_PATH: ClassVar[CSSPathType | None] = [STYLES / "review.tcss", STYLES / "workbench.tcss"]
    ACTIONS: ClassVar[tuple[Action, ...]] = TRIAGE

    def __init__(
        self,
        triage: Triage,
        entries: Sequence[Entry],
        *,
        option: str,
        keymap: dict[str, tuple[str, ...]],
        theme: str = "dark",
        open_log: Callable[[], Path | None] = lambda: None,
    ) -> None:
        """`entries` are the tickets as they came."""
        make = partial(self._make, triage, entries, option)
        super().__init__(make, keymap=keymap, theme=theme, open_log=open_log)

    def _make(
        self, triage: Triage, entries: Sequence[Entry], option: str, notice: str
    ) -> TriageScreen:
        return TriageScreen(triage, entries, self.keys, option, notice)
