"""The lines around a pair: the header, a title over each side, and the bar that asks.

No candidate, alias or name is in any of their values.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from workbench.domain.blind import ReviewItem
from workbench.domain.counted import counted
from workbench.domain.pair import Preference, Said, Side, Vote
from workbench.domain.spec import Spec
from workbench.text import cells, clip, display
from workbench.tui.actions import Action
from workbench.tui.label_keys import FLAG_WORDS
from workbench.tui.pair_actions import VOTE_WORDS, VOTES
from workbench.tui.widgets.header import render_delivery
from workbench.tui.widgets.label_bar import (
    LabelBarSnapshot,
    render_footer,
    render_state,
    render_unsaved,
)
from workbench.tui.widgets.lines import Line, LinesView, Span

INTRODUCTION = (
    "Two outputs of one ticket (t shows it); nobody here knows whose. Label each:",
    "m merged, e edited, a abstained, x escaped. A label goes on to the other side.",
    "Then which is better: 1 left, 2 right, 3 both good, 4 both bad, 5 cannot judge.",
)
_TESTS_LATER = Span("· tests after the answer", "dim")
_RECOGNISED: Line = (
    Span(" saved.", "strong"),
    Span(" Did you recognise one of them?  ", "strong"),
    Span("y", "key"),
    Span(" yes  "),
    Span("n", "key"),
    Span(" no  "),
    Span("esc", "key"),
    Span(" skip the question"),
)
_STYLES = {"merged": "good", "edited": "warn", "abstained": "accent", "escaped": "bad"}


@dataclass(frozen=True, slots=True)
class PairHeader:
    """What is in front, and how far the reviewer is."""

    ticket_id: str
    title: str
    spec: Spec
    left: int
    last_saved_at: datetime | None
    view: str = ""


def render_header(header: PairHeader, width: int) -> Line:
    """Left the ticket, right what is left; the title gives way first."""
    saved = header.last_saved_at
    when = f" · saved {saved.astimezone():%H:%M:%S}" if saved and width >= 60 else ""
    right = f"{header.left} left{when} "
    spec = "" if header.spec is Spec.UNSET else f" · {header.spec}"
    view = f"  {header.view}" if header.view else ""
    room = width - cells(right) - len(spec) - len(view) - 9
    title = clip(f"{display(header.ticket_id)} {display(header.title)}", max(4, room))
    gap = max(1, width - cells(right) - cells(title) - len(spec) - len(view) - 7)
    return (
        Span(" pair ", "title"),
        Span(f" {title}", "strong"),
        Span(spec, "dim"),
        Span(view, "accent"),
        Span(" " * gap),
        Span(right, "dim"),
    )


@dataclass(frozen=True, slots=True)
class SideTitle:
    """One side: what was decided of it, what came, and what `remark` says of its place.

    `is_concealed`: what the tests said is not shown yet.
    """

    side: Side
    item: ReviewItem
    is_focused: bool
    needs_label: bool
    is_preferred: bool
    is_concealed: bool
    files: int
    added: int
    removed: int
    remark: str = ""


def render_title(title: SideTitle, width: int) -> Line:
    """The mark of the focused side, its label, its delivery and its size."""
    judgement = title.item.judgement
    if judgement.label:
        edit = f" ({judgement.edit})" if judgement.edit else ""
        label = Span(f"{judgement.label}{edit}", _STYLES[judgement.label])
    else:
        label = Span("no label" if title.needs_label else "needs no label", "dim")
    size = counted(title.files, "file")
    size += f" +{title.added:,} \N{MINUS SIGN}{title.removed:,}"
    spans = [
        Span("▸" if title.is_focused else " ", "accent"),
        Span(title.side.upper(), "title" if title.is_focused else "dim"),
        Span(" ★" if title.is_preferred else "", "good"),
        Span("  "),
        label,
        Span("  "),
        _TESTS_LATER if title.is_concealed else render_delivery(title.item),
        Span(f"  {size}" if title.files else "", "dim"),
    ]
    used = sum(cells(span.text) for span in spans)
    spans.append(Span(clip(f"  {title.remark}", max(0, width - used)), "warn"))
    return tuple(spans)


@dataclass(frozen=True, slots=True)
class PairBarSnapshot:
    """The bar's state; `asks` is whether an answer is taken, `vote` the one that stands."""

    bar: LabelBarSnapshot
    asks: bool = False
    vote: Vote | None = None
    weight: str = ""
    asks_recognised: bool = False
    flag: str = ""  # a self-flag that waits for its verdict


def render_bar(
    snapshot: PairBarSnapshot,
    footer: list[Action],
    keys: Mapping[str, tuple[str, ...]],
    width: int,
) -> list[Line]:
    """Introduction until the first label, then one line of state and one of keys."""
    bar, waiting = snapshot.bar, snapshot.bar.waiting
    intro: list[Line] = [(Span(f" {text}", "dim"),) for text in INTRODUCTION]
    is_asking = snapshot.asks and waiting.mode == "ready"
    return [
        *(intro if bar.is_first else []),
        _RECOGNISED
        if snapshot.asks_recognised
        else _render_flag(snapshot.flag)
        if snapshot.flag and waiting.mode == "ready"
        else _render_question(snapshot)
        if is_asking
        else render_state(bar),
        render_unsaved(waiting) if waiting.is_unsaved else render_footer(footer, keys, width),
    ]


def _render_flag(flag: str) -> Line:
    spans = [Span(" It flagged:  ", "strong")]
    for key, word in {**FLAG_WORDS, "esc": "later"}.items():
        spans += [Span(key, "key"), Span(f" {word}  ")]
    return (*spans, Span(flag, "dim"))


def _render_question(snapshot: PairBarSnapshot) -> Line:
    held = snapshot.vote.preference if snapshot.vote else None
    spans = [Span(f" Which is better?{snapshot.weight}  ", "strong")]
    for key, word in VOTE_WORDS.items():
        is_held = held is not None and VOTES[key] is held
        spans += [Span(key, "key"), Span(f" {word}  ", "good" if is_held else "")]
    bar = snapshot.bar
    if bar.notice and bar.notice_style in {"warn", "bad"}:
        spans.append(Span(bar.notice, bar.notice_style))
    return tuple(spans)


_ASIDE = {
    Said.SKIPPED: "skipped, comes back last",
    Said.DISCUSS: "to discuss: it waits for the talk",
    Said.LATER: "later: it waits to be asked for",
}


def describe_vote(vote: Vote) -> str:
    """What was said of a pair, in words."""
    if not vote.is_answer:
        return _ASIDE[vote.said]
    if vote.preference in {Preference.LEFT, Preference.RIGHT}:
        return f"{vote.preference} is better"
    return str(vote.said).replace("_", " ")


class PairHeaderBar(LinesView):
    """Shows a PairHeader."""

    header: PairHeader | None = None

    def show(self, header: PairHeader) -> None:
        """Show this."""
        self.header = header
        self.show_lines([render_header(header, self.size.width or 80)])

    def on_resize(self) -> None:
        """Fit the title to the new width."""
        if self.header:
            self.show(self.header)


class SideBar(LinesView):
    """Shows a SideTitle."""

    title_shown: SideTitle | None = None

    def show(self, title: SideTitle) -> None:
        """Show this."""
        self.title_shown = title
        self.show_lines([render_title(title, self.size.width or 80)])

    def on_resize(self) -> None:
        """Fit it to the new width."""
        if self.title_shown:
            self.show(self.title_shown)


class PairBar(LinesView):
    """Shows a PairBarSnapshot."""

    def __init__(self, footer: list[Action], keys: Mapping[str, tuple[str, ...]]) -> None:
        """Keep the footer's actions; the keys are those in force."""
        super().__init__(id="label-bar")
        self._footer, self._keys = footer, keys
        self._snapshot = PairBarSnapshot(LabelBarSnapshot())

    def show(self, snapshot: PairBarSnapshot) -> None:
        """Show this."""
        self._snapshot = snapshot
        self.set_class(snapshot.bar.is_first, "-first")
        width = self.size.width or 80
        self.show_lines(render_bar(snapshot, self._footer, self._keys, width))

    def on_resize(self) -> None:
        """Fit the footer to the new width."""
        self.show(self._snapshot)
