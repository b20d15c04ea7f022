"""Composes what is blind: the seal of a study, and what a reviewer behind it works with."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from workbench.bootstrap import LABEL_BUSY_MS, Workbench, open_workbench, utc_now
from workbench.config import find_kept_folders
from workbench.domain.errors import InputRefused
from workbench.study import Study

if TYPE_CHECKING:
    from workbench.domain.leak import Scrubber
    from workbench.domain.output import Output
    from workbench.domain.queue import FirstScreen
    from workbench.domain.seal import Revealed
    from workbench.services.desk import Desk
    from workbench.services.listed import ListedQueues
    from workbench.services.seals import Reveal, Seals
    from workbench.services.unsaved import Files
    from workbench.services.veils import Veil

REVEALED_FILE = "revealed.json"


class Listed(NamedTuple):
    """The services of a review of chosen outputs, and what its first paint shows."""

    desk: "Desk"
    seal: str
    first: "FirstScreen"


class BlindDesk(NamedTuple):
    """A reviewer's services behind a seal, by its short digest."""

    desk: "Desk"
    seal: str


def make_seals(bench: Workbench) -> "Seals":
    """The seal of an open study; a database older than its reveal is brought up to it."""
    import secrets

    from workbench.services.seals import Seals
    from workbench.services.veils import list_words

    known = _read_mark(bench.study)
    if known and bench.store.is_sealed and not bench.store.is_read_only:
        seal = bench.store.get_seal()
        if seal and seal.digest == known.digest:
            bench.store.keep_revealed(known)
    words = list_words(bench.study.settings.identity_words)
    return Seals(bench.store, utc_now, lambda: secrets.token_hex(16), words)


def find_scrubber(bench: Workbench) -> "Scrubber | None":
    """What takes the names out while the study is sealed, else None."""
    if not bench.store.is_sealed:
        return None
    seals = make_seals(bench)  # it may find that the seal was opened
    return seals.scrubber() if seals.is_sealed else None


def read_veil(study: Study) -> "Veil | None":
    """What hides the names of a sealed study, by sqlite3 alone; None where none are hidden."""
    from workbench.store.first_screen import read_sealed

    found = read_sealed(study.database)
    if found is None:
        return None
    from workbench.domain.leak import Scrubber
    from workbench.domain.seal import parse_seal
    from workbench.services.veils import Veil, list_words

    text, names = found
    words = list_words(study.settings.identity_words)
    return Veil(Scrubber(names, words), parse_seal(text).short)


def seal_study(study: Study) -> None:
    """Seal a study before a blind review of it; UsageError where it was revealed."""
    with open_workbench(study) as bench:
        make_seals(bench).ensure()


def open_blind_desk(study: Study, reviewer: str, between: Sequence[str] | None = None) -> BlindDesk:
    """What a blind review needs: of single outputs, or with `between` of pairs.

    The study is sealed by it; UsageError where it was revealed, or has no pair.
    """
    from workbench.adapters.kept_files import KeptFiles
    from workbench.services.blind_desk import make_blind
    from workbench.services.unsaved import UnsavedLabels

    bench = open_workbench(study, busy_ms=LABEL_BUSY_MS)
    try:
        kept = KeptFiles(find_kept_folders())
        plain = _make_plain(bench, reviewer, kept)
        veil = make_seals(bench).veil()
        unsaved = UnsavedLabels(kept, bench.store.study_id, reviewer)
        desk = make_blind(
            *(plain, bench.store),
            clock=utc_now,
            unsaved=unsaved,
            veil=veil,
            between=between,
        )
    except BaseException:
        bench.close()
        raise
    return BlindDesk(desk, veil.seal)


def _make_plain(bench: Workbench, reviewer: str, kept: "Files") -> "Desk":
    """A desk that hands nothing to other programs: what they show could name its maker."""
    from workbench.adapters.note_files import NoteFiles
    from workbench.services.blind_desk import NoCopies, NoViewer
    from workbench.services.desk import make_desk

    return make_desk(
        *(bench.store, bench.clones, reviewer, utc_now),
        open_names=False,
        kept=kept,
        viewer=NoViewer(),
        copies=NoCopies(),
        notes=NoteFiles(bench.study.readings),
        close=bench.close,
    )


def open_adjudication(study: Study, reviewer: str) -> Listed | None:
    """What it takes to settle disagreements; None where there are none.

    UsageError where this reviewer is one of those who disagree.
    """
    from workbench.services.adjudications import DisputedQueues, find_disputed

    def make(bench: Workbench, veil: "Veil") -> "ListedQueues | None":
        disputed = find_disputed(bench.store.cases(), reviewer)
        return DisputedQueues(bench.store, reviewer, veil, disputed) if disputed else None

    return _open_listed(study, reviewer, make)


def open_flags(study: Study, reviewer: str) -> Listed | None:
    """What it takes to match self-flags; None where none waits for this reviewer."""
    from workbench.services.flags import FlagQueues

    def make(bench: Workbench, veil: "Veil") -> "ListedQueues | None":
        queues = FlagQueues(bench.store, reviewer, veil)
        return queues if queues.count else None

    return _open_listed(study, reviewer, make)


def _open_listed(
    study: Study,
    reviewer: str,
    make: Callable[[Workbench, "Veil"], "ListedQueues | None"],
) -> Listed | None:
    from workbench.adapters.kept_files import KeptFiles
    from workbench.services.listed import ListedReviews
    from workbench.services.unsaved import UnsavedLabels
    from workbench.services.veils import Veil, VeiledDiffs, VeiledListings

    bench = open_workbench(study, busy_ms=LABEL_BUSY_MS)
    try:
        kept, seals = KeptFiles(find_kept_folders()), make_seals(bench)
        plain = _make_plain(bench, reviewer, kept)
        held = bench.store.get_seal() if seals.is_sealed else None
        veil = Veil(seals.scrubber(), held.short if held else "")
        queues = make(bench, veil)
        if queues is None:
            bench.close()
            return None
        unsaved = UnsavedLabels(kept, bench.store.study_id, reviewer)
        desk = replace(
            plain,
            reviews=ListedReviews(bench.store, queues, utc_now, unsaved, veil),
            queues=queues,
            diffs=VeiledDiffs(plain.diffs, veil),
            listings=VeiledListings(plain.listings, veil),
            hide=veil.hide_text,
        )
        return Listed(desk, veil.seal, queues.first())
    except BaseException:
        bench.close()
        raise


def seal_output(bench: Workbench, output: "Output") -> "Output":
    """An output as a sealed study may print it."""
    from workbench.domain import seal

    return seal.seal_output(
        output, bench.store.get_ticket(output.ticket_id), make_seals(bench).scrubber()
    )


def mark_revealed(study: Study, made: "Reveal") -> None:
    """Say it beside the database too: one restored from before the reveal is not blind again."""
    from workbench.adapters.files import write_atomically
    from workbench.domain.seal import render_revealed

    path = study.state / REVEALED_FILE
    try:
        write_atomically(path, [f"{render_revealed(made.revealed)}\n".encode()])
    except OSError as error:
        raise InputRefused(f"{path} cannot be written: {error.strerror or error}") from error


def _read_mark(study: Study) -> "Revealed | None":
    from workbench.domain.seal import parse_revealed

    path = study.state / REVEALED_FILE
    try:
        return parse_revealed(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, json.JSONDecodeError) as error:
        raise InputRefused(f"{path} cannot be read: {error}") from error
