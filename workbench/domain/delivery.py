"""What kind of answer came, and how its patch was applied."""

from enum import StrEnum


class Delivery(StrEnum):
    """What came, whatever its worth."""

    PATCH = "patch"
    ASK = "ask"
    DECLINE = "decline"
    EMPTY = "empty"
    CRASH_MODEL = "crash_model"
    VOID = "void"


class Rung(StrEnum):
    """How a patch was applied; the last three are answers too, not errors."""

    PLAIN = "plain"
    NEWLINE = "newline"
    RECOUNT = "recount"
    FUZZ = "fuzz"
    FAILED = "failed"
    REFUSED = "refused"
    EMPTY = "empty"

    @property
    def has_tree(self) -> bool:
        """Whether there is a git tree to diff."""
        return self not in {Rung.FAILED, Rung.REFUSED, Rung.EMPTY}
