"""The bar under the diff: what was saved, what the next key means, and the keys themselves."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from workbench.domain.label import Label
from workbench.text import display
from workbench.tui.actions import Action, show_key
from workbench.tui.label_keys import CAUSE_WORDS, EDIT_WORDS, ESCAPE_WORDS, READY, Mode, Waiting
from workbench.tui.widgets.lines import Line, LinesView, Span

NO_KEY = "(palette)"
INTRODUCTION = (
    "{merged} merged: as it is. {edited} edited: you would change it first, then 1 to 3: how much.",
    "{abstained} abstained: no patch; it asks or declines, and names what is missing.",
    "{escaped} escaped: tests green, yet wrong; only you caught it. Then 1 to 4: what kind.",
)


class LabelBarSnapshot(NamedTuple):
    """What the bar shows. `notice` is the last thing that happened, already safe to show."""

    waiting: Waiting = READY
    notice: str = ""
    notice_style: str = "dim"
    is_first: bool = False


def render_bar_lines(
    snapshot: LabelBarSnapshot,
    footer: list[Action],
    keys: Mapping[str, tuple[str, ...]],
    width: int,
) -> list[Line]:
    """Introduction until the first label, then one line of state and one of keys."""
    letters = {label.value: show_key((*keys[f"label.{label}"], NO_KEY)[0]) for label in Label}
    intro: list[Line] = [(Span(f" {text.format(**letters)}", "dim"),) for text in INTRODUCTION]
    waiting = snapshot.waiting
    return [
        *(intro if snapshot.is_first else []),
        render_state(snapshot),
        render_unsaved(waiting) if waiting.is_unsaved else render_footer(footer, keys, width),
    ]


def render_state(snapshot: LabelBarSnapshot) -> Line:
    """What the bar waits for; where it waits for nothing, the last thing that happened."""
    waiting = snapshot.waiting
    remark = Span(f"  {snapshot.notice}" if snapshot.notice_style == "warn" else "", "warn")
    if waiting.mode is Mode.NOT_SAVED:
        return (Span(f" NOT SAVED: {display(waiting.sentence)} ", "alarm"),)
    if waiting.mode is Mode.DETAIL:
        is_edit = waiting.label is Label.EDITED
        words = EDIT_WORDS if is_edit else ESCAPE_WORDS
        return (
            Span(" edited: " if is_edit else " escaped: ", "strong"),
            *_choices({**words, "esc": "cancel"}),
            remark,
        )
    if waiting.mode is Mode.CONFIRM:
        choices = _choices({"y": "yes", "n": "no"})
        return (Span(f" {waiting.sentence}  ", "strong"), *choices, remark)
    if waiting.mode is Mode.CAUSE:
        choices = _choices({**CAUSE_WORDS, "esc": "skip"})
        return (Span(" Why did they differ?  ", "strong"), *choices, remark)
    if waiting.mode is Mode.RECOGNISE:
        return (
            Span(" saved. Did you recognise whose it is?  ", "strong"),
            *_choices({"y": "yes", "n": "no", "esc": "skip the question"}),
            remark,
        )
    if waiting.mode is Mode.SELF_FLAG:
        return (
            Span(" NOT SAVED.", "bad") if waiting.sentence else Span(" saved.", "strong"),
            Span(" Did it say so itself?  ", "strong"),
            *_choices({"y": "yes", "n": "no", "esc": "skip the question"}),
            Span("") if waiting.sentence else remark,
        )
    return (Span(f" {snapshot.notice}", snapshot.notice_style),)


def render_unsaved(waiting: Waiting) -> Line:
    """The keys that end NOT SAVED, and where the label is until then."""
    if waiting.mode is Mode.NOT_SAVED:
        before = _choices({"enter": "retry", "esc": "give up"})
    else:
        before = [Span(display(waiting.sentence), "bad")]
    if waiting.is_leaving:
        after = Span(f"again to quit: {'it is kept' if waiting.kept else 'it is lost then'}", "bad")
    elif waiting.kept:
        place = display(shorten(str(Path(waiting.kept).parent)))
        after = Span(f"kept in {place}", "dim")
    else:
        after = Span("kept nowhere but on this screen", "bad")
    return (Span(" "), *before, Span("   "), after)


def shorten(path: str) -> str:
    """A path as a person writes it: with ~ for their home."""
    home = os.environ.get("HOME", "").rstrip("/")
    return f"~{path.removeprefix(home)}" if home and path.startswith(f"{home}/") else path


def render_footer(footer: list[Action], keys: Mapping[str, tuple[str, ...]], width: int) -> Line:
    """The keys worth knowing, as many as fit; the last one (help) always does."""
    shown = [
        (show_key(keys[action.id][0]), f" {action.footer}  ")
        for action in footer
        if keys[action.id]
    ]
    if not shown:
        return (Span(""),)
    room = width - 1 - sum(len(part) for part in shown[-1])
    fitting = []
    for key, word in shown[:-1]:
        room -= len(key) + len(word)
        if room < 0:
            break
        fitting.append((key, word))
    spans: list[Span] = [Span(" ")]
    for key, word in [*fitting, shown[-1]]:
        spans += [Span(key, "key"), Span(word, "dim")]
    return tuple(spans)


def _choices(words: Mapping[str, str]) -> list[Span]:
    spans: list[Span] = []
    for key, word in words.items():
        spans += [Span("  " if spans else ""), Span(key, "key"), Span(f" {word}")]
    return spans


class LabelBar(LinesView):
    """Shows a LabelBarSnapshot."""

    def __init__(self, footer: list[Action], keys: Mapping[str, tuple[str, ...]]) -> None:
        """Keep the footer's actions; the keys are those in force."""
        super().__init__(id="label-bar")
        self._footer, self._keys = footer, keys
        self._snapshot = LabelBarSnapshot()

    def show(self, snapshot: LabelBarSnapshot) -> None:
        """Show this."""
        self._snapshot = snapshot
        self.set_class(snapshot.is_first, "-first")
        width = self.size.width or 80
        self.show_lines(render_bar_lines(snapshot, self._footer, self._keys, width))

    def on_resize(self) -> None:
        """Fit the footer to the new width."""
        self.show(self._snapshot)
