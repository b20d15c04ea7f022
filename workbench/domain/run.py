"""A run: how one candidate's work on one ticket ended, and what is delivered by it.

A candidate's own words (status, questions, doubts) pre-sort an output and never label it.
"""

import hashlib
import json
from dataclasses import dataclass, field
from enum import StrEnum

from workbench.domain.delivery import Delivery
from workbench.domain.output import RUN_SOURCE

CONTRACT = 1  # part of every key: raised when a candidate would be run otherwise


class ExitClass(StrEnum):
    """How it ended (FORMATS.md 9.4); the first six are answers, the others none."""

    PATCH = "patch"
    ABSTAINED = "abstained"
    EMPTY = "empty"
    REFUSED = "refused"
    OUT_OF_BUDGET = "out_of_budget"
    AGENT_ERROR = "agent_error"
    PROVIDER = "provider"
    QUOTA = "quota"
    INFRASTRUCTURE = "infrastructure"
    CONFIGURATION = "configuration"
    CANCELLED = "cancelled"

    @property
    def is_answer(self) -> bool:
        """Whether it counts in the rates and is never tried again."""
        return self in _ANSWERS

    @property
    def is_retried(self) -> bool:
        """Whether the cause may pass by itself."""
        return self in {ExitClass.PROVIDER, ExitClass.INFRASTRUCTURE}


_ANSWERS = frozenset(
    (
        ExitClass.PATCH,
        ExitClass.ABSTAINED,
        ExitClass.EMPTY,
        ExitClass.REFUSED,
        ExitClass.OUT_OF_BUDGET,
        ExitClass.AGENT_ERROR,
    )
)


class Status(StrEnum):
    """What a candidate declares of its own work."""

    NONE = ""
    DONE = "done"
    NEEDS_CLARIFICATION = "needs_clarification"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Usage:
    """What it took; None where nobody can tell, never 0. `model` is the id actually served.

    `tool_errors`, `recoveries` and the others are counts over the transcript (METRICS.md 7.12).
    """

    cost_usd: float | None = None
    input_tokens: int | None = None
    cached_tokens: int | None = None
    output_tokens: int | None = None
    turns: int | None = None
    tool_errors: int | None = None
    recoveries: int | None = None
    context_losses: int | None = None
    interventions: int | None = None
    helpers: int | None = None
    model: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What a candidate said beside its patch."""

    message: str = ""
    status: Status = Status.NONE
    questions: tuple[str, ...] = ()
    self_flagged: tuple[str, ...] = ()
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """How one job ended. `reason` is a sentence for people; `notes` what a reviewer may ask about.

    `spent_usd` is the cost of every try, those before this one included; None: nobody can tell.
    `retry_after` is how many seconds a provider asked us to wait, 0 where it did not. `leaks` are
    commands by which it may have found the answer. `is_left`: its work is done and paid for, and
    lies where it was done; whoever tries again only takes it.
    """

    exit_class: ExitClass
    patch: bytes = b""
    said: Said = field(default_factory=Said)
    usage: Usage = field(default_factory=Usage)
    reason: str = ""
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    tries: int = 1
    spent_usd: float | None = None
    retry_after: float = 0.0
    leaks: tuple[str, ...] = ()
    sandbox: str = ""
    is_left: bool = False

    @property
    def delivery(self) -> Delivery | None:
        """What kind of output this is; None: there is none yet."""
        if self.exit_class.is_retried:
            return Delivery.VOID
        if not self.exit_class.is_answer:
            return None
        if self.patch.strip():
            return Delivery.PATCH
        if self.exit_class is ExitClass.REFUSED or self.said.status is Status.DECLINED:
            return Delivery.DECLINE
        if self.exit_class in {ExitClass.AGENT_ERROR, ExitClass.OUT_OF_BUDGET}:
            return Delivery.CRASH_MODEL
        asks = self.said.status is Status.NEEDS_CLARIFICATION or self.said.message.strip()
        return Delivery.ASK if asks else Delivery.EMPTY

    @property
    def stops_candidate(self) -> bool:
        """Whether no other job of the candidate can fare better before somebody mends it."""
        return self.delivery is None and self.exit_class is not ExitClass.CANCELLED


@dataclass(frozen=True, slots=True)
class Job:
    """One ticket for one candidate in one trial; `key` names all that its output depends on.

    `harness` is the digest of the candidate's settings.
    """

    key: str
    ticket_id: str
    title: str
    body: str
    repo: str
    base_commit: str
    candidate: str
    trial: int
    harness: str = ""

    @property
    def run_id(self) -> str:
        """By what its output is found again."""
        return f"{RUN_SOURCE}{self.key[:32]}"


def make_key(ticket_digest: str, candidate_digest: str, trial: int) -> str:
    """SHA-256 over ticket (id, title, body, base commit), candidate without its name, trial."""
    parts = {
        "contract": CONTRACT,
        "ticket": ticket_digest,
        "candidate": candidate_digest,
        "trial": trial,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def classify(*, patch: bytes, said: Said) -> ExitClass:
    """The class of what ended by itself and well."""
    if patch.strip():
        return ExitClass.PATCH
    if said.status in {Status.DECLINED, Status.NEEDS_CLARIFICATION} or said.message.strip():
        return ExitClass.ABSTAINED
    return ExitClass.EMPTY
