"""What is wrong with a gate before any data are looked at: errors (E) forbid a verdict."""

from typing import NamedTuple


class Lint(NamedTuple):
    """One remark; `line` 0 is the file as a whole."""

    code: str
    sentence: str
    line: int = 0

    @property
    def is_error(self) -> bool:
        """Whether nothing can be decided by such a gate."""
        return self.code.startswith("E")
