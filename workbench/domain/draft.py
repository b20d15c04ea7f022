"""From a key to a judgement: what a label means for what a reviewer already holds of an output.

A change of mind replaces what came with the old label (its edit class, its defects, the answer on
self-flags) and keeps what was recorded beside it (findings, note, votes on its pairs).
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from workbench.domain.delivery import Delivery
from workbench.domain.edited import Edited
from workbench.domain.finding import Finding, Flag, FlagVerdict, FoundBy
from workbench.domain.label import Act, Aside, EditClass, Judgement, Label, Reason


class Decision(NamedTuple):
    """A label with what its second key or the command line adds."""

    label: Label
    edit: EditClass | None = None
    defects: tuple[Finding, ...] = ()
    flags: tuple[Flag, ...] = ()
    reason: Reason | None = None
    quote: str = ""
    note: str = ""


def apply_decision(held: Judgement, decision: Decision, delivery: Delivery) -> Judgement:
    """The judgement after a decision, before any answer to an objection."""
    kept = tuple(replace(f, flag=None) for f in held.findings if not f.with_label)
    flag = 0 if decision.flags else None
    defects = tuple(replace(d, with_label=True, flag=flag) for d in decision.defects)
    if decision.flags:
        kept = tuple(replace(f, flag=0) if f.is_defect else f for f in kept)
    reason = decision.reason
    nothing_came = delivery in {Delivery.EMPTY, Delivery.CRASH_MODEL}
    if reason is None and decision.label is Label.EDITED and nothing_came:
        reason = Reason.NOTHING_USABLE
    return replace(
        held,
        label=decision.label,
        edit=decision.edit if decision.label is Label.EDITED else None,
        findings=(*kept, *defects),
        flags=decision.flags,
        reason=reason,
        quote=decision.quote,
        note=decision.note or held.note,
        delivery=None,
        said_so_itself=True if decision.flags else None,
        skipped=False,
        aside=None,
        edited=held.edited if decision.label is Label.EDITED else None,
    )


def set_aside(held: Judgement, act: Act) -> Judgement:
    """The judgement after an output was set aside, in one of three ways."""
    aside = {Act.DISCUSS: Aside.DISCUSS, Act.LATER: Aside.LATER}.get(act)
    return replace(held, skipped=aside is None, aside=aside)


def take_edit(held: Judgement, edited: Edited, edit: EditClass) -> Judgement:
    """The judgement after the reviewer changed the patch themselves; an escape stays one."""
    if held.label is Label.ESCAPED:
        return replace(held, edited=edited)
    judged = held.edited.judged if held.edited else held.edit or ""
    whole = replace(edited, judged=str(judged))
    if held.label is Label.EDITED:
        return replace(held, edit=edit, edited=whole)
    kept = tuple(replace(f, flag=None) for f in held.findings if not f.with_label)
    return replace(
        held,
        label=Label.EDITED,
        edit=edit,
        findings=kept,
        flags=(),
        reason=None,
        said_so_itself=None,
        skipped=False,
        aside=None,
        edited=whole,
    )


def add_defect_leak(held: Judgement, finding: Finding) -> Judgement:
    """The judgement with a defect that was found after merge; the label stays as it is."""
    leak = replace(finding, found_by=FoundBy.POST_MERGE, with_label=False, flag=None)
    return replace(held, findings=(*held.findings, leak))


def share_defect_leaks(judgement: Judgement, others: Iterable[Judgement]) -> Judgement:
    """The judgement with what others found after merge: a fact of the output, whoever wrote it."""
    found = (f for other in others for f in other.findings if f.found_by is FoundBy.POST_MERGE)
    leaks = dict.fromkeys(replace(f, flag=None) for f in found)  # a flag is of one judgement
    new = [leak for leak in leaks if leak not in judgement.findings]
    return replace(judgement, findings=(*judgement.findings, *new)) if new else judgement


def find_lack(held: Judgement, decision: Decision, delivery: Delivery) -> str:
    """What a decision lacks, or has too much of, before it can be recorded; "" where it is whole.

    A screen asks for it by a second key, a command line is told.
    """
    label, is_patch = decision.label, delivery is Delivery.PATCH
    if label is Label.EDITED and decision.edit is None and is_patch:
        return "edited needs --edit minor, major or rejected"
    if label is not Label.EDITED and decision.edit is not None:
        return f"--edit goes with edited, not with {label}"
    if label is Label.ESCAPED and is_patch:
        kept = (f for f in held.findings if not f.with_label)
        if not any(finding.is_k_defect for finding in (*kept, *decision.defects)):
            return "escaped needs a defect of severity 2 or 3, for example --defect functional:2"
    return ""


def insist(judgement: Judgement, delivery: Delivery, quote: str = "") -> Judgement:
    """The judgement after a reviewer stood by a label against the delivery."""
    has_no_words = delivery in {Delivery.PATCH, Delivery.EMPTY, Delivery.CRASH_MODEL}
    if judgement.label is Label.ABSTAINED and has_no_words:
        return replace(judgement, delivery=Delivery.ASK, quote=quote or judgement.quote)
    if judgement.label is Label.EDITED and delivery in {Delivery.ASK, Delivery.DECLINE}:
        return replace(judgement, delivery=Delivery.EMPTY, reason=Reason.NOT_A_QUESTION)
    return judgement


def answer_self_flag(judgement: Judgement, *, said_so: bool) -> Judgement:
    """The judgement after "did it say so itself?": yes matches every defect to one flag."""
    if not said_so:
        findings = tuple(replace(f, flag=None) for f in judgement.findings)
        return replace(judgement, flags=(), findings=findings, said_so_itself=False)
    findings = tuple(replace(f, flag=0) if f.is_defect else f for f in judgement.findings)
    return replace(judgement, flags=(Flag(quote=""),), findings=findings, said_so_itself=True)


def found_a_flaw(judgement: Judgement) -> bool:
    """Whether this label says that something is wrong with what was delivered."""
    return judgement.label in {Label.EDITED, Label.ESCAPED} or bool(judgement.defects)


def find_unmatched(flagged: Sequence[str], judgement: Judgement) -> tuple[str, ...]:
    """The flags of an output on which nothing was said yet, as the candidate wrote them."""
    known = {flag.quote for flag in judgement.flags}
    return tuple(dict.fromkeys(text for text in flagged if text not in known))


def match_flag(judgement: Judgement, quote: str, verdict: FlagVerdict) -> Judgement:
    """The judgement after one flag was matched; the label and its defects stay as they are."""
    return replace(judgement, flags=(*judgement.flags, Flag(quote, verdict)))


def match_flaw(judgement: Judgement, quote: str, verdict: FlagVerdict) -> Judgement:
    """The same on an output with a flaw: a true flag is one on that flaw."""
    flag, nth = Flag(quote, verdict), len(judgement.flags)
    findings = tuple(
        replace(f, flag=nth) if flag.is_true and f.is_defect and f.flag is None else f
        for f in judgement.findings
    )
    said_so = bool(judgement.said_so_itself) or flag.is_true
    flags = (*judgement.flags, flag)
    return replace(judgement, flags=flags, findings=findings, said_so_itself=said_so)
