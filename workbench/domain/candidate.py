"""A candidate (a model with its harness settings) and the alias that stands for it on a screen."""

import hashlib
from typing import NamedTuple

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"  # no I, no O: they read as digits


class Candidate(NamedTuple):
    """A name as the harness wrote it, and the alias reviewers see instead."""

    name: str
    alias: str


def choose_alias(study_id: str, name: str, taken: frozenset[str]) -> str:
    """A stable alias that says nothing about the name or about the order of import.

    The letter comes from a hash of study and name; a taken one moves on to the next,
    and past 24 candidates a digit follows.
    """
    start = int.from_bytes(hashlib.sha256(f"{study_id}\0{name}".encode()).digest()[:4])
    for lap in range(1000):
        for step in range(len(_LETTERS)):
            alias = _LETTERS[(start + step) % len(_LETTERS)] + (str(lap + 1) if lap else "")
            if alias not in taken:
                return alias
    raise ValueError("more candidates than aliases")
