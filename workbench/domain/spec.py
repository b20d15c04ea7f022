"""Whether a ticket is clear or vague."""

from enum import StrEnum


class Spec(StrEnum):
    """Whether a ticket says enough to do it: a person's call, made before any run."""

    CLEAR = "clear"
    VAGUE = "vague"
    UNSET = "unset"
