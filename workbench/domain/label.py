"""What a reviewer decides about one output, and how it is written down.

A Judgement is everything one reviewer holds about one output at one moment; event.py has the log
of them.
"""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from workbench.domain.delivery import Delivery
from workbench.domain.dispute import Cause
from workbench.domain.edited import Edited, EditSize
from workbench.domain.finding import Finding, FindingKind, Flag, FlagVerdict, FoundBy
from workbench.domain.pair import Vote, parse_vote


class Label(StrEnum):
    """The four keys."""

    MERGED = "merged"
    EDITED = "edited"
    ABSTAINED = "abstained"
    ESCAPED = "escaped"


class EditClass(StrEnum):
    """How much a reviewer would have to change, judged by eye until it is measured."""

    MINOR = "minor"
    MAJOR = "major"
    REJECTED = "rejected"


class Reason(StrEnum):
    """Why something was not merged as it stood."""

    WRONG_BEHAVIOUR = "wrong_behaviour"
    BREAKS_OTHER = "breaks_other"
    INCOMPLETE = "incomplete"
    SCOPE = "scope"
    STYLE = "style"
    TESTS_MISSING = "tests_missing"
    SECURITY = "security"
    NOT_A_QUESTION = "not_a_question"
    NOTHING_USABLE = "nothing_usable"
    BASELINE = "baseline"
    FLAKY = "flaky"
    NOT_AGENTS_FAULT = "not_agents_fault"


class Aside(StrEnum):
    """Why an output waits outside the round, until its reviewer asks for it or labels it."""

    DISCUSS = "discuss"  # for a talk with somebody; the lead sees it listed
    LATER = "later"  # not in this round


@dataclass(frozen=True, slots=True)
class Judgement:
    """Everything one reviewer holds about one output; `delivery` overrides the recorded one.

    `blind` is the seal under which it was judged without a name, "" where it was not; `position`
    the side it stood on. `post_reveal`: changed after the names were known. `unblinded` says why
    the name of this one was opened early. `adjudicates`: it settles what others disagree on,
    and `cause` says why they did.
    `again` is what the same reviewer said when it came a second time, unmarked: it is in no rate.
    """

    label: Label | None = None
    edit: EditClass | None = None
    findings: tuple[Finding, ...] = ()
    flags: tuple[Flag, ...] = ()
    reason: Reason | None = None
    quote: str = ""
    note: str = ""
    delivery: Delivery | None = None
    said_so_itself: bool | None = None
    skipped: bool = False
    aside: Aside | None = None
    blind: str = ""
    position: str = ""
    recognised: bool | None = None
    unblinded: str = ""
    post_reveal: bool = False
    adjudicates: bool = False
    cause: Cause | None = None
    votes: tuple[Vote, ...] = ()
    edited: Edited | None = None
    again: "Judgement | None" = None

    @property
    def defects(self) -> tuple[Finding, ...]:
        """The findings that say something is wrong."""
        return tuple(f for f in self.findings if f.is_defect)

    def is_matched(self, finding: Finding) -> bool:
        """Whether the candidate itself had pointed at this defect, and was right."""
        return finding.flag is not None and self.flags[finding.flag].is_true


NO_JUDGEMENT = Judgement()


class Act(StrEnum):
    """What an event records."""

    LABEL = "label"
    FINDING = "finding"
    SELF_FLAG = "self_flag"
    SKIP = "skip"  # it comes back by itself, after all others
    DISCUSS = "discuss"
    LATER = "later"
    UNDO = "undo"
    REDO = "redo"
    PEEK = "peek"  # the message was opened before the label: logged, never undone
    IMPORT = "import"
    PREFER = "prefer"  # which of a pair is better
    RECOGNISE = "recognise"  # whether the reviewer guessed whose output it is
    CAUSE = "cause"  # why labels differed, as whoever settled it says
    REPEAT = "repeat"  # what was said when the output came again
    REVEAL = "reveal"  # from here on the name was known: logged, never undone


class Effort(NamedTuple):
    """Time spent on the output before this event; idle time is cut off and kept apart."""

    started_at: datetime
    active_ms: int = 0
    idle_ms: int = 0
    peeks: int = 0


def canonical_judgement(judgement: Judgement) -> str:
    """The one JSON text of a judgement: sorted keys, defaults left out, so it can be hashed."""
    return json.dumps(_sparse(asdict(judgement)), sort_keys=True, ensure_ascii=False)


def _sparse(values: dict[str, object]) -> dict[str, object]:
    out: dict[str, object] = {}
    for key, value in values.items():
        if value is None or value == "" or value is False or value == ():
            continue
        is_records = isinstance(value, tuple)
        out[key] = [_sparse(v) for v in value] if is_records and isinstance(value, tuple) else value
    edited = values.get("edited")
    if isinstance(edited, dict):  # as it was written before these were kept
        late = {name for name in ("patch", "formatter") if not edited[name]}
        out["edited"] = {name: value for name, value in edited.items() if name not in late}
    if isinstance(values.get("again"), dict):
        out["again"] = _sparse(values["again"])  # type: ignore[arg-type]  # of asdict
    for name in ("said_so_itself", "recognised"):  # False is an answer here
        if name in values and values[name] is False:
            out[name] = False
    return out


def parse_judgement(text: str) -> Judgement:
    """The inverse of canonical_judgement; ValueError, KeyError or TypeError on other text."""
    return _parse(json.loads(text))


def _parse(raw: dict[str, Any]) -> Judgement:  # as JSON gives it
    return Judgement(
        label=Label(raw["label"]) if "label" in raw else None,
        edit=EditClass(raw["edit"]) if "edit" in raw else None,
        findings=tuple(_finding(f) for f in raw.get("findings", ())),
        flags=tuple(_flag(f) for f in raw.get("flags", ())),
        reason=Reason(raw["reason"]) if "reason" in raw else None,
        quote=str(raw.get("quote", "")),
        note=str(raw.get("note", "")),
        delivery=Delivery(raw["delivery"]) if "delivery" in raw else None,
        said_so_itself=raw.get("said_so_itself"),
        skipped=bool(raw.get("skipped", False)),
        aside=Aside(raw["aside"]) if "aside" in raw else None,
        blind=str(raw.get("blind", "")),
        position=str(raw.get("position", "")),
        recognised=raw.get("recognised"),
        unblinded=str(raw.get("unblinded", "")),
        post_reveal=bool(raw.get("post_reveal", False)),
        adjudicates=bool(raw.get("adjudicates", False)),
        cause=Cause(raw["cause"]) if "cause" in raw else None,
        votes=tuple(parse_vote(vote) for vote in raw.get("votes", ())),
        edited=_edited(raw["edited"]) if "edited" in raw else None,
        again=_parse(raw["again"]) if "again" in raw else None,
    )


def _edited(raw: dict[str, Any]) -> Edited:  # as JSON gives it
    size, judged = EditSize(**raw["size"]), str(raw.get("judged", ""))
    patch, formatter = str(raw.get("patch", "")), str(raw.get("formatter", ""))
    return Edited(str(raw["tree"]), size, judged, patch, formatter)


def _finding(raw: dict[str, object]) -> Finding:
    flag = raw.get("flag")
    return Finding(
        kind=FindingKind(str(raw["kind"])),
        severity=int(str(raw.get("severity", 2))),
        file=str(raw.get("file", "")),
        line=int(str(raw.get("line", 0))),
        side=str(raw.get("side", "new")),
        text=str(raw.get("text", "")),
        found_by=FoundBy(str(raw.get("found_by", FoundBy.REVIEW))),
        flag=None if flag is None else int(str(flag)),
        test_blind=bool(raw.get("test_blind", False)),
        with_label=bool(raw.get("with_label", False)),
        found_on=str(raw.get("found_on", "")),
        end_line=int(str(raw["end_line"])) if "end_line" in raw else None,
        digest=str(raw.get("digest", "")),
    )


def _flag(raw: dict[str, object]) -> Flag:
    return Flag(
        quote=str(raw.get("quote", "")),
        verdict=FlagVerdict(str(raw.get("verdict", FlagVerdict.CONFIRMED))),
        location=str(raw.get("location", "")),
    )


def format_time(at: datetime) -> str:
    """RFC 3339 in UTC with microseconds: sorts as text, reads back exactly."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse_time(text: str) -> datetime:
    """The inverse of format_time; raises ValueError on other text."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
