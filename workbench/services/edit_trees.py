"""Trees that reviewers made, made again: of an export that comes in, and where a clone was lost.

What is stored is the patch from the base commit; it is believed only where it gives the tree that
the label names.
"""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

from workbench.services.spool import Spool

if TYPE_CHECKING:  # the store's libraries are loaded when a study is opened
    from workbench.store.store import Store

Key = TypeVar("Key")


class EditTrees(Protocol):
    """Applies the patches of reviewers in our private clones."""

    def make_trees(
        self, name: str, jobs: Iterable[tuple[Key, str, bytes]], *, is_kept: bool
    ) -> Iterator[tuple[Key, str, str]]:
        """(key, tree, why there is none) of each (key, base commit, patch)."""


class GivenEdit(NamedTuple):
    """An edit of an export: whose label it is, the tree it names, the patch that leads there."""

    key: str
    ticket_id: str
    tree: str
    patch: bytes


def make_imported_trees(
    store: "Store", trees: EditTrees, edits: Iterable[GivenEdit]
) -> dict[str, str]:
    """Put the trees of these edits into the clones; why not, by key, where the patch gives none."""
    refused: dict[str, str] = {}
    with ExitStack() as stack:
        by_repo: dict[str, Spool[tuple[GivenEdit, str]]] = {}
        for edit in edits:
            ticket = store.get_ticket(edit.ticket_id)
            if ticket.repo not in by_repo:
                by_repo[ticket.repo] = stack.enter_context(Spool())
            by_repo[ticket.repo].put((edit, ticket.base_commit))
        for repo, waiting in by_repo.items():
            jobs = (((e.key, e.tree), base, e.patch) for e, base in waiting)
            for (key, named), tree, why in trees.make_trees(repo, jobs, is_kept=True):
                if tree != named:
                    refused[key] = explain(named, tree, why)
    return refused


def explain(named: str, tree: str, why: str) -> str:
    """What is wrong with a corrected patch."""
    gives = f"gives tree {tree[:12]}" if tree else f"gives no tree ({why})"
    return f"its patch {gives}, not {named[:12]}"
