"""Does a study agree with itself? The database, the frozen tickets, the trees in the clones."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

from workbench.domain.output import Output
from workbench.services.tickets import render_lock
from workbench.store.store import Fault, Store

Progress = Callable[[str, int], None]
BESIDE = frozenset({"lock", "object"})  # kinds of faults that are not the database's own
STRUCTURE = "structure"  # the kind of fault that SQLite itself finds
_BATCH = 1000


class Objects(Protocol):
    """Looks objects up in our private clones."""

    def find_missing(self, name: str, trees: Sequence[str]) -> Iterable[tuple[str, str]]:
        """(tree, what is wrong) for each tree that is not there with all that it names."""


def audit(store: Store, objects: Objects, lock: str | None, progress: Progress) -> Iterator[Fault]:
    """Every disagreement, one at a time; `lock` is the text of tickets.lock.json, None without."""
    faults = store.verify(progress)
    yield from faults
    if any(fault.kind == STRUCTURE for fault in faults):
        return  # what is broken there cannot be read any further
    yield from _check_lock(store, lock)
    yield from _check_objects(store, objects, progress)


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
    for n, (repo, output) in enumerate(_with_tree(store), 1):
        progress("trees", n)
        waiting[repo][output.applied.tree].append(output.output_id)
        if len(waiting[repo]) == _BATCH:
            yield from _missing(objects, repo, waiting.pop(repo))
    for repo, trees in waiting.items():
        yield from _missing(objects, repo, trees)


def _with_tree(store: Store) -> Iterator[tuple[str, Output]]:
    repositories = {ticket.ticket_id: ticket.repo for ticket in store.list_tickets()}
    for line in store.list_outputs():
        if line.rung.has_tree:
            yield repositories[line.ticket_id], store.get_output(line.output_id)


def _missing(objects: Objects, repo: str, trees: dict[str, list[str]]) -> Iterator[Fault]:
    for tree, sentence in objects.find_missing(repo, list(trees)):
        for output_id in trees[tree]:
            yield Fault("object", output_id, f"its tree {tree[:12]} is not whole: {sentence}")
