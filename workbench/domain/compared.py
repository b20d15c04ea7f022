"""One answer to a pair before it has a format: the ticket, both outputs, and what was said."""

from datetime import datetime
from typing import NamedTuple

from workbench.domain.delivery import Delivery
from workbench.domain.label import Judgement
from workbench.domain.output import Output
from workbench.domain.pair import Said, Vote
from workbench.domain.ticket import Ticket


class Compared(NamedTuple):
    """`one` and `other` are by output id, never by side: swapped sides give the same value."""

    ticket: Ticket
    one: Output
    other: Output
    vote: Vote
    reviewer: str
    at: datetime

    @property
    def chosen(self) -> tuple[Output, Output] | None:
        """The better output and the other one; None for every tie and where nobody could judge."""
        if self.vote.said is not Said.PREFERRED:
            return None
        if self.vote.preferred == self.one.output_id:
            return self.one, self.other
        return self.other, self.one


class Judged(NamedTuple):
    """One labelled output that is in no pair; `corrected` is the patch a reviewer made of it."""

    ticket: Ticket
    output: Output
    judgement: Judgement
    corrected: bytes | None = None


def completion_of(output: Output, *, with_message: bool, abstain_as_text: bool) -> str:
    """What stands for an output in a preference set; "" where it has no text to learn from.

    The verbatim patch, with its message before it where that is asked for; a question counts as
    text only where that is asked for.
    """
    patch = output.patch.decode("utf-8", "backslashreplace")
    if output.delivery is Delivery.PATCH and patch.strip():
        said = output.message.strip()
        return f"{said}\n\n{patch}" if with_message and said else patch
    is_question = output.delivery in {Delivery.ASK, Delivery.DECLINE}
    return output.message if is_question and abstain_as_text else ""


def prompt_of(ticket: Ticket) -> str:
    """The text that the candidate got."""
    return f"{ticket.title}\n\n{ticket.body}" if ticket.body else ticket.title
