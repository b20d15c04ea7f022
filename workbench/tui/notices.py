"""What the label bar says after something was saved: one line, safe to show, with its style."""

from typing import TYPE_CHECKING, NamedTuple

from workbench.domain.label import Act, Aside, Judgement
from workbench.domain.outcome import contradiction
from workbench.text import display

if TYPE_CHECKING:  # a start needs no more than its names
    from workbench.domain.saved import Saved


class Notice(NamedTuple):
    """The last thing that happened, and the style it is shown in."""

    text: str = ""
    style: str = "dim"


def describe(saved: "Saved") -> Notice:
    """What is on disk now; a label that disagrees with the facts says what came of it."""
    judgement, item, act = saved.event.judgement, saved.item, saved.event.act
    where = display(item.ticket_id) + (f" · {display(item.alias)}" if item.alias else "")
    if act in {Act.UNDO, Act.REDO}:
        turned = Act.LABEL if saved.turned is Act.SELF_FLAG else saved.turned or act
        done = "undone" if act is Act.UNDO else "redone"
        left = judgement.label or name_place(judgement) or "no label"
        return Notice(f"{done}: {turned} · {where} · {left}", "accent")
    came = contradiction(item.delivery, item.tests, judgement) if judgement.label else ""
    if came and act in {Act.LABEL, Act.SELF_FLAG}:
        return Notice(f"{came}; u to undo · {where}", "warn")
    if act is Act.CAUSE:
        return Notice(f"noted: {str(judgement.cause).replace('_', ' ')} · {where}", "good")
    if act is Act.RECOGNISE:
        return Notice(
            f"noted: {'' if judgement.recognised else 'not '}recognised · {where}", "good"
        )
    if act in ASIDE_WORDS:
        return Notice(f"{ASIDE_WORDS[act]} · {where}", "dim")
    what = name_act(Act.LABEL if act is Act.SELF_FLAG else act, judgement)
    return Notice(f"saved: {what} · {where}", "good")


ASIDE_WORDS = {
    Act.SKIP: "skipped, comes back last",
    Act.DISCUSS: "to discuss: it waits for the talk",
    Act.LATER: "later: it waits to be asked for",
}


def name_place(judgement: Judgement) -> str:
    """How an output without a label was set aside; "" where it was not."""
    if judgement.aside is not None:
        return "to discuss" if judgement.aside is Aside.DISCUSS else "later"
    return "skipped" if judgement.skipped else ""


def name_act(act: Act, judgement: Judgement) -> str:
    """What was decided, in a word or two."""
    if act is not Act.LABEL:
        return "an answer" if act is Act.SELF_FLAG else act.value
    edit = f" ({judgement.edit})" if judgement.edit else ""
    return f"{judgement.label}{edit}"


def one_moment(desk: object) -> str:
    """Why something cannot be done yet: there is no desk, or no document."""
    return "reading the output: one moment" if desk else "opening the study: one moment"
