"""What the label bar is waiting for, and whether a key press is one: pure, the clock handed in.

A terminal tells of no key release, so a held key is known by its rhythm: the first repeat comes
after 250 to 700 ms, the next ones at 20 to 120 ms. A press that could be a first repeat waits
SETTLE_SECONDS for the next one; if none comes it was a press.
"""

from enum import Enum, StrEnum
from typing import NamedTuple

from workbench.domain.blind import ReviewItem
from workbench.domain.delivery import Delivery
from workbench.domain.dispute import Cause
from workbench.domain.draft import Decision, apply_decision, insist
from workbench.domain.finding import Finding, FindingKind, FlagVerdict
from workbench.domain.label import Act, EditClass, Judgement, Label
from workbench.domain.outcome import objection

REPEAT_GAP = 0.06
SETTLE_SECONDS = 0.12
FIRST_REPEAT = (0.2, 0.75)
RELEASED = 0.25


class Press(Enum):
    """What to do with a label key."""

    TAKE = "take"
    WAIT = "wait"
    HELD = "held"


class Rhythm(NamedTuple):
    """The last label key, when it came (seconds), and whether it is, or may be, held down."""

    key: str = ""
    at: float = float("-inf")
    is_held: bool = False
    is_unsure: bool = False

    def press(self, key: str, at: float) -> tuple["Rhythm", Press]:
        """The rhythm after a press, and what that press is."""
        gap = at - self.at
        if key != self.key or gap > FIRST_REPEAT[1]:
            return Rhythm(key, at), Press.TAKE
        is_next = (self.is_held and gap < RELEASED) or (self.is_unsure and gap <= SETTLE_SECONDS)
        if gap < REPEAT_GAP or is_next:
            return Rhythm(key, at, is_held=True), Press.HELD
        if gap >= FIRST_REPEAT[0]:
            return Rhythm(key, at, is_unsure=True), Press.WAIT
        return Rhythm(key, at), Press.TAKE


class Mode(StrEnum):
    """What the next key means."""

    READY = "ready"
    DETAIL = "detail"  # e or x was pressed: a digit follows
    CONFIRM = "confirm"  # the label is against the delivery: y stands by it
    SELF_FLAG = "self_flag"  # saved; did the candidate say so itself?
    CAUSE = "cause"  # settled; why did the labels differ?
    RECOGNISE = "recognise"  # saved; did the reviewer guess whose it is?
    NOT_SAVED = "not_saved"  # the store refused: enter tries again


class Waiting(NamedTuple):
    """What the label bar waits for. `judgement` is what would be saved, as `act`.

    `output_id` is what it is about: an answer on any other output is none. Of what was not saved
    `sentence` is the reason and `kept` the file that holds it, "" where none could be written;
    `is_leaving`: quitting has asked.
    """

    mode: Mode = Mode.READY
    label: Label | None = None
    judgement: Judgement | None = None
    sentence: str = ""
    act: Act = Act.LABEL
    output_id: str = ""
    kept: str = ""
    is_leaving: bool = False

    def about(self, output_id: str) -> "Waiting":
        """The same about an output."""
        return self._replace(output_id=output_id)

    @property
    def is_unsaved(self) -> bool:
        """Whether something was decided that is not known to be on disk."""
        return self.mode is Mode.NOT_SAVED or (self.mode is Mode.SELF_FLAG and bool(self.sentence))


READY = Waiting()

EDIT_KEYS = {"1": EditClass.MINOR, "2": EditClass.MAJOR, "3": EditClass.REJECTED}
ESCAPE_KEYS = {
    "1": FindingKind.FUNCTIONAL,
    "2": FindingKind.BREAKS_OTHER,
    "3": FindingKind.SECURITY,
    "4": FindingKind.DATA_LOSS,
}
FLAG_KEYS = {
    "1": FlagVerdict.CONFIRMED,
    "2": FlagVerdict.ACCEPTED_RISK,
    "3": FlagVerdict.FALSE,
    "4": FlagVerdict.BOILERPLATE,
}
FLAG_WORDS = {"1": "confirmed", "2": "accepted risk", "3": "false", "4": "boilerplate"}
CAUSE_KEYS = {str(nth): cause for nth, cause in enumerate(Cause, 1)}
CAUSE_WORDS = dict(
    zip(CAUSE_KEYS, ("ticket", "rubric gap", "slip", "edge case", "taste", "other"), strict=True)
)
EDIT_WORDS = {"1": "minor", "2": "major", "3": "rejected"}
ESCAPE_WORDS = {"1": "functional", "2": "breaks other code", "3": "security", "4": "data loss"}


class Anchor(NamedTuple):
    """Where a finding stands; file "" is the output as a whole, line 0 the file as a whole."""

    file: str = ""
    line: int = 0
    side: str = "new"
    end_line: int | None = None
    digest: str = ""

    def found(self, kind: FindingKind, severity: int = 2, text: str = "") -> Finding:
        """A finding that stands here."""
        return Finding(
            kind,
            severity,
            self.file,
            self.line,
            self.side,
            text,
            end_line=self.end_line,
            digest=self.digest,
        )


def decide(label: Label, key: str, anchor: Anchor) -> Decision | None:
    """The decision that a second key completes; None where the key answers nothing."""
    if label is Label.EDITED and key in EDIT_KEYS:
        return Decision(label, edit=EDIT_KEYS[key])
    if label is Label.ESCAPED and key in ESCAPE_KEYS:
        return Decision(label, defects=(anchor.found(ESCAPE_KEYS[key]),))
    return None


def needs_detail(label: Label) -> bool:
    """Whether this label waits for one more key."""
    return label in {Label.EDITED, Label.ESCAPED}


class Ask(Enum):
    """What a step needs from the screen besides saving."""

    NOTHING = "nothing"
    QUOTE = "quote"  # the words that name what is missing
    ADVANCE = "advance"  # nothing more to do here: go on


class Step(NamedTuple):
    """What a key press leads to. `save` is recorded now; the next three answer a question."""

    waiting: Waiting = READY
    notice: str = ""
    save: Judgement | None = None
    said_so: bool | None = None
    recognised: bool | None = None
    cause: Cause | None = None
    ask: Ask = Ask.NOTHING


def press_label(waiting: Waiting, label: Label, item: ReviewItem, doubt: str = "") -> Step:
    """A label key; item is what is on the screen. `doubt` is why it should be asked for once."""
    if waiting.mode is Mode.NOT_SAVED:
        return Step(waiting, "enter tries again, escape gives the label up")
    if waiting.mode in {Mode.CONFIRM, Mode.SELF_FLAG, Mode.RECOGNISE, Mode.CAUSE}:
        return Step(waiting, "answer first, or press escape")
    if needs_detail(label):
        return Step(Waiting(Mode.DETAIL, label, output_id=item.output_id))
    if waiting.mode is Mode.DETAIL:
        return Step(waiting, "a digit completes the label, escape cancels it")
    return complete(Decision(label), item, doubt)


def complete(decision: Decision, item: ReviewItem, doubt: str = "") -> Step:
    """A decision that is whole: saved, unless something speaks against it."""
    judgement = apply_decision(item.judgement, decision, item.delivery)
    doubt = "; ".join(filter(None, (doubt, objection(item.delivery, judgement))))
    if doubt:
        sentence = doubt if doubt.endswith("?") else f"{doubt}: sure?"
        waiting = Waiting(Mode.CONFIRM, decision.label, judgement, sentence)
        return Step(waiting._replace(output_id=item.output_id))
    return Step(save=judgement)


def press_answer(waiting: Waiting, key: str, item: ReviewItem, anchor: Anchor) -> Step | None:
    """A key while the bar waits; None where the key is no answer to what it asks."""
    if waiting.mode is Mode.DETAIL and waiting.label:
        if key == "escape":
            return Step(notice="cancelled: nothing was saved")
        decision = decide(waiting.label, key, anchor)
        return complete(decision, item) if decision else None
    if waiting.mode is Mode.CONFIRM and waiting.judgement:
        return _confirm(waiting.judgement, waiting, key, item)
    if waiting.mode is Mode.CAUSE and key in CAUSE_KEYS:
        return Step(cause=CAUSE_KEYS[key])
    if waiting.mode is Mode.CAUSE:
        return Step(notice="left open", ask=Ask.ADVANCE) if key == "escape" else None
    if waiting.mode in {Mode.SELF_FLAG, Mode.RECOGNISE}:
        if key in {"y", "n"}:
            is_guess = waiting.mode is Mode.RECOGNISE
            return Step(recognised=key == "y") if is_guess else Step(said_so=key == "y")
        return Step(notice="left open", ask=Ask.ADVANCE) if key == "escape" else None
    if waiting.mode is Mode.NOT_SAVED:
        if key == "enter":
            return Step(save=waiting.judgement)
        return Step(notice="given up: nothing was saved") if key == "escape" else None
    return None


def _confirm(judgement: Judgement, waiting: Waiting, key: str, item: ReviewItem) -> Step | None:
    if key in {"n", "escape"}:
        return Step(notice="cancelled: nothing was saved")
    if key != "y":
        return None
    is_silent = item.delivery in {Delivery.EMPTY, Delivery.CRASH_MODEL}
    if judgement.label is Label.ABSTAINED and is_silent:
        return Step(waiting, ask=Ask.QUOTE)
    return Step(save=insist(judgement, item.delivery))
