"""Which repository serves a ticket, and the commit it starts from."""

from collections.abc import Sequence
from typing import Protocol

from workbench.domain.errors import InputRefused


class Commits(Protocol):
    """Looks commits up in our private clones."""

    def resolve_commit(self, name: str, revision: str) -> str:
        """40 hex digits; raises GitFailed naming commit and repository."""


def choose_repository(asked: str, known: Sequence[str]) -> str:
    """The configured name that serves a ticket: its own, else "" (the default).

    Raises InputRefused where workbench.toml has neither.
    """
    if asked in known:
        return asked
    if "" in known:
        return ""
    said = f"repository {asked}" if asked else "a repository for tickets that name none"
    listed = ", ".join(known) or "none"
    raise InputRefused(
        f"{said} is not in workbench.toml (known: {listed}); add it under [repositories]"
    )
