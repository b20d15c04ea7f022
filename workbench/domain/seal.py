"""The seal of a blind study: which code stands for which candidate, fixed before anybody looks.

What is shown and written down is the digest; it tells nothing, and fits one list of names alone.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from workbench.domain.label import format_time, parse_time
from workbench.domain.leak import Scrubber
from workbench.domain.output import Output
from workbench.domain.ticket import Ticket

POOLED = "all candidates (sealed)"
"""Whose figures they are while the study is sealed."""
SEALED = "sealed"
"""What stands in a row of an export where the name would."""


class Seal(NamedTuple):
    """`codes` are of the candidates that were there; `digest` is over them, names and salt."""

    digest: str
    salt: str
    codes: tuple[str, ...]
    at: datetime

    @property
    def short(self) -> str:
        """What a label carries, and a person compares: sixteen hex digits."""
        return self.digest[:16]


class Revealed(NamedTuple):
    """When and by whom the seal was opened; `after` is the last event before it."""

    by: str
    at: datetime
    digest: str
    after: int


class Opening(NamedTuple):
    """What came out of a seal: names by code, and names that joined later.

    `holds` says whether it is what was sealed.
    """

    names: dict[str, str]
    joined: tuple[str, ...]
    holds: bool


def make_code(salt: str, name: str) -> str:
    """The code of a candidate: eight hex digits that say nothing without the salt."""
    return hashlib.sha256(f"{salt}\0{name}".encode()).hexdigest()[:8]


def make_seal(study_id: str, salt: str, names: Iterable[str], at: datetime) -> Seal:
    """Seal these candidates."""
    codes = {make_code(salt, name): name for name in names}
    return Seal(_digest(study_id, salt, codes), salt, tuple(sorted(codes)), at)


def open_seal(study_id: str, seal: Seal, names: Iterable[str]) -> Opening:
    """The names behind the codes; what is not among the codes joined after the sealing."""
    codes = {make_code(seal.salt, name): name for name in sorted(names)}
    inside = {code: name for code, name in codes.items() if code in seal.codes}
    joined = tuple(name for code, name in codes.items() if code not in inside)
    return Opening(inside, joined, _digest(study_id, seal.salt, inside) == seal.digest)


def _digest(study_id: str, salt: str, codes: dict[str, str]) -> str:
    text = json.dumps([study_id, salt, sorted(codes.items())], ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def render_seal(seal: Seal) -> str:
    """As the database keeps it."""
    values = {"digest": seal.digest, "salt": seal.salt, "codes": list(seal.codes)}
    return json.dumps({**values, "at": format_time(seal.at)}, sort_keys=True)


def parse_seal(text: str) -> Seal:
    """The inverse of render_seal; ValueError, KeyError on other text."""
    raw = json.loads(text)
    return Seal(raw["digest"], raw["salt"], tuple(raw["codes"]), parse_time(raw["at"]))


def render_revealed(revealed: Revealed) -> str:
    """As the database keeps it."""
    values = {"by": revealed.by, "digest": revealed.digest, "after": revealed.after}
    return json.dumps({**values, "at": format_time(revealed.at)}, sort_keys=True)


def parse_revealed(text: str) -> Revealed:
    """The inverse of render_revealed; ValueError, KeyError on other text."""
    raw = json.loads(text)
    return Revealed(raw["by"], parse_time(raw["at"]), raw["digest"], raw["after"])


def seal_output(output: Output, ticket: Ticket, scrubber: Scrubber) -> Output:
    """An output without whose it is."""
    asked = f"{ticket.title}\n{ticket.body}"
    return output._replace(
        candidate=SEALED,
        patch=scrubber.scrub_diff(output.patch, asked)[0],
        message=scrubber.scrub(output.message, asked).text,
        self_flagged=tuple(scrubber.scrub(text, asked).text for text in output.self_flagged),
        questions=tuple(scrubber.scrub(text, asked).text for text in output.questions),
        extra="{}",
    )
