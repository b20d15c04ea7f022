"""Does a study agree with itself? The database, the frozen tickets, the trees in the clones."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

from workbench.domain.output import Output
from workbench.services.edit_trees import explain
from workbench.services.tickets import render_lock
from workbench.store.store import Fault, MadeTree, Store

Progress = Callable[[str, int], None]
BESIDE = frozenset({"lock", "object", "edit"})  # kinds of faults that are not the database's own
STRUCTURE = "structure"  # the kind of fault that SQLite itself finds
_BATCH = 1000


class Objects(Protocol):
    """Looks objects up in our private clones."""

    def find_missing(self, name: str, trees: Sequence[str]) -> Iterable[tuple[str, str]]:
        """(tree, what is wrong) for each tree that is not there with all that it names."""

    def make_trees(
        self, name: str, jobs: Iterable[tuple[MadeTree, str, bytes]], *, is_kept: bool
    ) -> Iterator[tuple[MadeTree, str, str]]:
        """(key, tree, why there is none) of each (key, base commit, patch)."""


def audit(store: Store, objects: Objects, lock: str | None, progress: Progress) -> Iterator[Fault]:
    """Every disagreement, one at a time; `lock` is the text of tickets.lock.json, None without."""
    faults = store.verify(progress)
    yield from faults
    if any(fault.kind == STRUCTURE for fault in faults):
        return  # what is broken there cannot be read any further
    yield from _check_lock(store, lock)
    yield from _check_objects(store, objects, progress)
    yield from _check_edits(store, objects, progress)


def _check_lock(store: Store, lock: str | None) -> Iterator[Fault]:
    if not store.is_frozen:
        if lock is not None:
            yield Fault("lock", "tickets.lock.json", "is there, but the tickets are not frozen")
    elif lock is None:
        yield Fault("lock", "tickets.lock.json", "is missing: `workbench tickets freeze` writes it")
    elif lock != render_lock(store.freeze(store.created_at)):
        yield Fault("lock", "tickets.lock.json", "is not the list of the frozen tickets")


def _check_objects(store: Store, objects: Objects, progress: Progress) -> Iterator[Fault]:
    waiting: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for n, (repo, output) in enumerate(list_with_tree(store), 1):
        progress("trees", n)
        waiting[repo][output.applied.tree].append(output.output_id)
        if len(waiting[repo]) == _BATCH:
            yield from _missing(objects, repo, waiting.pop(repo))
    for repo, trees in waiting.items():
        yield from _missing(objects, repo, trees)


def list_with_tree(store: Store) -> Iterator[tuple[str, Output]]:
    """Every output that became a tree, with its repository."""
    repositories = {ticket.ticket_id: ticket.repo for ticket in store.list_tickets()}
    for line in store.list_outputs():
        if line.rung.has_tree:
            yield repositories[line.ticket_id], store.get_output(line.output_id)


def _missing(objects: Objects, repo: str, trees: dict[str, list[str]]) -> Iterator[Fault]:
    for tree, sentence in objects.find_missing(repo, list(trees)):
        for output_id in trees[tree]:
            yield Fault("object", output_id, f"its tree {tree[:12]} is not whole: {sentence}")


def _check_edits(store: Store, objects: Objects, progress: Progress) -> Iterator[Fault]:
    """Each tree that a reviewer made is there, and is what its corrected patch gives."""
    by_repo: dict[str, list[MadeTree]] = defaultdict(list)
    for n, made in enumerate(store.list_made_trees(), 1):
        progress("edits", n)
        by_repo[made.repo].append(made)
    for repo, edits in by_repo.items():
        missing = dict(objects.find_missing(repo, sorted({made.tree for made in edits})))
        jobs: list[tuple[MadeTree, str, bytes]] = []
        for made in edits:
            patch = store.get_patch(made.patch) if made.patch else None
            if made.patch and patch is None:
                yield Fault("blob", made.row, "the corrected patch that it names is not there")
            if made.tree in missing:
                wrong = missing[made.tree]
                yield Fault("object", made.row, f"its tree {made.tree[:12]} is not whole: {wrong}")
            elif patch is not None:
                jobs.append((made, made.base_commit, patch))
        for made, tree, why in objects.make_trees(repo, jobs, is_kept=False) if jobs else ():
            if tree != made.tree:
                yield Fault("edit", made.row, explain(made.tree, tree, why))
