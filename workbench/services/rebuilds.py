"""Trees that are missing in our clones are made again from the patches that the study keeps.

A clone that was lost comes back by itself, without what we made in it: outputs, and what reviewers
made of them. Nothing in the database changes, and a tree that is not the one named is a fault.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple, Protocol

from workbench.domain.output import Applied
from workbench.services.audits import list_with_tree
from workbench.services.edit_trees import EditTrees, explain

if TYPE_CHECKING:  # the store's libraries are loaded when a study is opened
    from workbench.store.store import MadeTree, Store

Progress = Callable[[str, int], None]
Job = tuple[str, str, bytes]


class Clones(EditTrees, Protocol):
    """Our private clones, for all that was ever made in them."""

    def resolve_commit(self, name: str, revision: str) -> str:
        """40 hex digits; fetched where the clone lacks it; raises GitFailed."""

    def apply_many(
        self, name: str, jobs: Iterable[Job], workers: int = 2
    ) -> Iterator[tuple[str, Applied]]:
        """Every (key, base commit, patch) with what became of it, in order."""

    def find_missing(self, name: str, trees: Sequence[str]) -> Iterable[tuple[str, str]]:
        """(tree, what is wrong) for each tree that is not there with all that it names."""


class Lacking(NamedTuple):
    """A tree that could not be made: whose it is, and why."""

    row: str
    sentence: str


class Rebuilt(NamedTuple):
    """How many trees are there again, and what cannot be."""

    made: int
    lacking: tuple[Lacking, ...]


def rebuild(store: "Store", clones: Clones, progress: Progress) -> Rebuilt:
    """Make what is missing; raises GitFailed where a repository or a base commit is gone."""
    made, lacking = 0, list[Lacking]()
    for answer in chain(_make_outputs(store, clones), _make_edits(store, clones)):
        if answer.tree == answer.named:
            made += 1
            progress("trees made", made)
        else:
            sentence = explain(answer.named, answer.tree, answer.why)
            lacking.append(Lacking(answer.row, sentence))
    return Rebuilt(made, tuple(lacking))


class _Answer(NamedTuple):
    """What came of one missing tree."""

    row: str
    named: str
    tree: str
    why: str


def _make_outputs(store: "Store", clones: Clones) -> Iterator[_Answer]:
    tickets = {ticket.ticket_id: ticket for ticket in store.list_tickets()}
    by_repo: dict[str, dict[str, str]] = defaultdict(dict)
    for repo, output in list_with_tree(store):
        by_repo[repo].setdefault(output.applied.tree, output.output_id)
    for repo, outputs in by_repo.items():

        def find(repo: str = repo, outputs: dict[str, str] = outputs) -> Iterator[Job]:
            for tree, _ in list(clones.find_missing(repo, list(outputs))):
                output = store.get_output(outputs[tree])
                base = tickets[output.ticket_id].base_commit
                yield tree, clones.resolve_commit(repo, base), output.patch

        for tree, applied in clones.apply_many(repo, find()):
            yield _Answer(outputs[tree], tree, applied.tree, applied.detail)


def _make_edits(store: "Store", clones: Clones) -> Iterator[_Answer]:
    by_repo: dict[str, dict[str, MadeTree]] = defaultdict(dict)
    for made in store.list_made_trees():
        by_repo[made.repo].setdefault(made.tree, made)
    for repo, edits in by_repo.items():
        jobs: list[Job] = []
        for tree, _ in list(clones.find_missing(repo, list(edits))):
            made = edits[tree]
            patch = store.get_patch(made.patch) if made.patch else None
            if patch is None:
                yield _Answer(made.row, tree, "", "no patch of it was kept")
            else:
                jobs.append((tree, clones.resolve_commit(repo, made.base_commit), patch))
        for tree, found, why in clones.make_trees(repo, jobs, is_kept=True):
            yield _Answer(edits[tree].row, tree, found, why)
