"""An output: what one candidate delivered for one ticket in one trial.

The patch is kept as the bytes that came; what became of it (the rung of the apply ladder, the git
tree, git's own diff of base and tree) stands beside it and is written once.
"""

import hashlib
import json
from typing import NamedTuple

from workbench.domain.check import CheckStatus
from workbench.domain.delivery import Delivery, Rung
from workbench.domain.label import Label
from workbench.domain.outcome import Outcome

RUN_SOURCE = "workbench run "  # begins the run_id of an output that was made here


class Applied(NamedTuple):
    """What became of a patch on its base commit.

    `tree` is 40 hex digits or "" without one; `detail` is git's first line or the safety rule;
    `diff` is git's own diff of base and tree (raw bytes), b"" without a tree;
    `files`, `added`, `removed` are counted from the parsed hunks, never from --stat.
    """

    rung: Rung
    tree: str = ""
    detail: str = ""
    badges: tuple[str, ...] = ()
    diff: bytes = b""
    files: int = 0
    added: int = 0
    removed: int = 0


class Delivered(NamedTuple):
    """One row before anything was done with it; `where` is its place in the file.

    `trial` is 0 where the next free number is to be taken.
    """

    ticket_id: str
    candidate: str
    patch: bytes
    message: str = ""
    delivery: Delivery | None = None
    self_flagged: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    run_id: str = ""
    extra: str = "{}"
    where: str = ""
    trial: int = 0

    @property
    def content_digest(self) -> str:
        """SHA-256 by which the same bytes twice add nothing, whoever says what kind they are.

        Two trials that were run here may say the same: each is an output of its own.
        """
        own = [self.run_id] if self.run_id.startswith(RUN_SOURCE) else []
        kind = self.delivered_as()
        head = json.dumps([self.message, kind, self.self_flagged, self.questions, *own])
        return hashlib.sha256(head.encode() + b"\0" + self.patch).hexdigest()

    def delivered_as(self) -> Delivery:
        """What kind of delivery this is: a patch wins, then what was said, then silence.

        A message without a patch reads as a question; a reviewer may correct it.
        """
        if self.delivery is not None:
            return self.delivery
        if self.patch.strip():
            return Delivery.PATCH
        return Delivery.ASK if self.message.strip() else Delivery.EMPTY


class NewOutput(NamedTuple):
    """A delivery with what became of it. An import keeps `output_id` and `trial`; "" and 0: new."""

    delivered: Delivered
    applied: Applied
    output_id: str = ""
    trial: int = 0


class Output(NamedTuple):
    """One output as the study holds it. `output_id` is opaque: it tells nothing of its maker."""

    output_id: str
    ticket_id: str
    candidate: str
    trial: int
    delivery: Delivery
    patch: bytes
    message: str
    applied: Applied
    self_flagged: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    run_id: str = ""
    extra: str = "{}"
    content_digest: str = ""


class OutputSummary(NamedTuple):
    """One line of a list of outputs; `label` is one reviewer's or the one the study counts."""

    output_id: str
    ticket_id: str
    candidate: str
    alias: str
    trial: int
    delivery: Delivery
    rung: Rung
    files: int
    added: int
    removed: int
    tests: CheckStatus
    label: Label | None
    outcome: Outcome


def make_output_id(study_id: str, ticket_id: str, candidate: str, content_digest: str) -> str:
    """Twelve hex digits that are the same on every machine and reveal nothing."""
    seed = f"{study_id}\0{ticket_id}\0{candidate}\0{content_digest}"
    return hashlib.sha256(seed.encode()).hexdigest()[:12]
