"""Everything a review needs once the store is open: opened in a worker, after the first paint."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Protocol

from workbench.domain.check_report import CheckReport
from workbench.domain.definitions import USUAL
from workbench.domain.errors import StoreDamaged, UsageError, WorkbenchError
from workbench.domain.lesson import Lesson
from workbench.domain.queue import FirstScreen
from workbench.domain.run_board import RunBoard
from workbench.services.backups import Backups
from workbench.services.edits import Copies, Formatter
from workbench.services.patches import Diffs
from workbench.services.queues import Blobs, Queues
from workbench.services.readings import Notes, Readings
from workbench.services.reviews import Clock, Reviews
from workbench.services.surroundings import Listings
from workbench.services.unsaved import Files, UnsavedLabels

if TYPE_CHECKING:  # the store's libraries are loaded after the first paint
    from workbench.services.comparisons import Comparisons
    from workbench.services.pairs import PairQueue
    from workbench.store.store import Store


class Clones(Blobs, Diffs, Listings, Protocol):
    """Our private clones, for all that a review reads from them."""


class Viewer(Protocol):
    """The reviewer's own program for two files."""

    def check(self) -> None:
        """Raises UsageError where it cannot be run."""

    def show(self, path: bytes, old: bytes, new: bytes) -> int:
        """Hand the terminal over until it is back; its exit code. Raises WorkbenchError."""


class Watch(Protocol):
    """Looks at the runs of the study, from a worker, again and again."""

    def look(self) -> RunBoard:
        """How far they are, as far as this reviewer may know. Raises WorkbenchError."""

    def close(self) -> None:
        """Let go of what it needed."""


class NoWatch:
    """Where nobody is told of runs."""

    def look(self) -> RunBoard:
        """Nothing."""
        return RunBoard(note="runs are not shown in this review")

    def close(self) -> None:
        """Nothing was opened."""


@dataclass(frozen=True, slots=True)
class Desk:
    """One reviewer's services. `warning` says why labels cannot be saved, "" where they can.

    `check` reads the whole database once, in a worker; it returns what is wrong with it, "" where
    nothing is. Until then labels wait. `note` is worth knowing though they can be saved.
    """

    reviews: Reviews
    queues: Queues
    blobs: Blobs
    diffs: Diffs
    listings: Listings
    backups: Backups
    viewer: Viewer
    copies: Copies
    readings: Readings
    warning: str
    check: Callable[[], str]
    close: Callable[[], None]
    compare: "Callable[[], Comparisons]"
    open_names: bool = False
    note: str = ""
    pairs: "PairQueue | None" = None
    hide: Callable[[str], str] = lambda text: text  # what of other words may be shown
    lessons: Mapping[str, Lesson] = field(default_factory=dict)  # of a training round, by output id
    watch: Callable[[], Watch] = NoWatch
    name_definitions: Callable[[], str] = lambda: USUAL.live_name  # reads files: for a worker
    has_trials: Callable[[], bool] = lambda: False  # of a ticket several outputs; for a worker
    find_report: Callable[[str], CheckReport | None] = lambda _key: None
    formatter: Formatter | None = None


OpenDesk = Callable[[], Desk]


def make_desk(
    store: "Store",
    clones: Clones,
    reviewer: str,
    clock: Clock,
    *,
    open_names: bool,
    kept: Files,
    viewer: Viewer,
    copies: Copies,
    notes: Notes,
    close: Callable[[], None],
) -> Desk:
    """A reviewer's services on an open study; their queue is made on first use.

    `kept` takes the labels that the study's disk does not, `notes` how far the reviewer has read.
    """
    ensure_queue(store, reviewer, clock())
    unsaved = UnsavedLabels(kept, store.study_id, reviewer)
    return Desk(
        reviews=Reviews(store, reviewer, clock, unsaved),
        queues=Queues(store, reviewer, open_names=open_names),
        blobs=clones,
        diffs=clones,
        listings=clones,
        backups=Backups(store, clock),
        viewer=viewer,
        copies=copies,
        compare=partial(_compare, store, reviewer, open_names),
        open_names=open_names,
        readings=Readings(notes, reviewer),
        warning=store.why_read_only,
        note="; ".join(store.warnings),
        check=lambda: find_damage(store),
        close=close,
    )


def _compare(store: "Store", reviewer: str, open_names: bool) -> "Comparisons":
    from workbench.services.comparisons import Comparisons

    return Comparisons(store, reviewer, open_names)


def ensure_queue(store: "Store", reviewer: str, at: datetime) -> None:
    """The reviewer's queue; UsageError where there is none and none can be made."""
    if not store.is_read_only:
        store.ensure_reviewer(reviewer, at)
    elif reviewer not in (names := store.list_reviewers()):
        others = f" (--reviewer opens that of {' or '.join(names)})" if names else ""
        why = store.why_read_only
        raise UsageError(f"no queue can be made for {reviewer}{others}: {why}")


def make_ready(
    store: "Store", reviewer: str, at: datetime, look: Callable[[], FirstScreen | None]
) -> FirstScreen:
    """The first screen where it could not be read at once: the queue is made, or the fault told."""
    ensure_queue(store, reviewer, at)
    first = look()
    if first is not None:
        return first
    store.progress(reviewer)  # says what is in the way, where that keeps everybody from reading
    damage = find_damage(store)
    if damage:
        raise StoreDamaged(f"{store.path}: {damage}")
    raise WorkbenchError(f"{store.path}: it cannot be read just now: try again")


def find_damage(store: "Store") -> str:
    """What is wrong with the file, "" where nothing is; reads it once."""
    faults = store.quick_check()
    if not faults:
        return ""
    first = " ".join(faults[0].removeprefix("*** in database main ***").split())
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return f"the file is damaged: {first}{more}{store.offer_backup()}"
