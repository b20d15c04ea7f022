"""The pairs of one reviewer: which comes next, what stands on which side, and how far they are.

Made from ids; the patches of a pair are read when it is opened. No candidate has a name here but
in `between`, by which a command line may have chosen pairs.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import chain, islice
from typing import TYPE_CHECKING

from workbench.diff.document import DiffDocument, build_document
from workbench.diff.hunk import PatchError
from workbench.domain.blind import UNLIMITED, ReviewItem
from workbench.domain.draft import find_unmatched
from workbench.domain.errors import GitFailed, UsageError
from workbench.domain.label import Label
from workbench.domain.metrics import Cell
from workbench.domain.pair import Held, Said, Side, Vote, find_vote
from workbench.domain.queue import Progress
from workbench.domain.saved import Saved
from workbench.domain.schedule import Planned, Schedule, schedule_pairs
from workbench.services.pair_items import PairItem, PairProgress
from workbench.services.patches import Diffs
from workbench.services.veils import Veil, pool

if TYPE_CHECKING:  # the store's libraries are loaded when a study is opened
    from workbench.store.store import Store


class PairQueue:
    """A reviewer's pairs; `between` keeps those of two candidates, both by name."""

    def __init__(
        self,
        store: "Store",
        reviewer: str,
        veil: Veil,
        diffs: Diffs,
        between: Sequence[str] = (),
    ) -> None:
        """Draw the schedule; UsageError where it has no pair, with the reason."""
        self._store, self._reviewer, self._veil = store, reviewer, veil
        self._diffs = diffs
        self._between = tuple(between)
        controls = store.controls()
        names = [c.name for c in store.list_candidates() if c.name not in controls]
        _check_names(names, self._between)
        self._draw()
        if not self._pairs:
            raise UsageError(_why_none(len(names), self._schedule.left_out))

    def _draw(self) -> None:
        entries = self._store.pair_entries()
        seed, first = self._store.reviewer_seed(self._reviewer), self._store.first_order()
        schedule: Schedule = schedule_pairs(entries, seed, first, self._between)
        self._schedule, self._pairs = schedule, schedule.pairs
        self._index = {pair.pair_id: n for n, pair in enumerate(self._pairs)}
        self._by_output: dict[str, list[Planned]] = {}
        for pair in self._pairs:
            for output_id in pair.outputs:
                self._by_output.setdefault(output_id, []).append(pair)
        self._silent = {entry.output_id for entry in entries if entry.is_silent}
        self._held = self._store.pair_states(self._reviewer)
        self._version = self._store.data_version()
        self._ready: dict[str, PairItem] = {}  # a save on one of its outputs ends a pair's stay
        self._n_saves = 0
        self._counts: Counter[str] = Counter()
        for pair in self._pairs:
            self._count(pair, 1)

    def _count(self, pair: Planned, n: int) -> None:
        """Count a pair where it stands, or no longer there."""
        vote = self._vote_on(pair)
        self._counts["done"] += n * self._is_done(pair)
        if vote and not vote.is_answer and not self._is_done(pair):
            self._counts[vote.said] += n
        if vote and vote.preference:
            self._counts[vote.preference] += n

    def refresh(self) -> bool:
        """Read again where another program wrote; whether it did."""
        if self._store.data_version() == self._version:
            return False
        self._draw()
        return True

    @property
    def progress(self) -> PairProgress:
        """Counts over all pairs, kept along with every save."""
        counts = self._counts
        return PairProgress(
            done=counts["done"],
            total=len(self._pairs),
            skipped=counts[Said.SKIPPED],
            to_discuss=counts[Said.DISCUSS],
            later=counts[Said.LATER],
            left_wins=counts[Side.LEFT],
            right_wins=counts[Side.RIGHT],
            left_out=self._schedule.left_out,
        )

    def prepare(self, pair_id: str) -> PairItem:
        """Read a pair that may be shown next; for a worker."""
        version, made = self._n_saves, self._read(pair_id)
        if version == self._n_saves:
            self._ready[pair_id] = made
        return made

    def open(self, pair_id: str, limit: int = UNLIMITED) -> PairItem:
        """A pair as it may be shown: as it was prepared, or read now, long texts up to a limit."""
        return self._ready.pop(pair_id, None) or self._read(pair_id, limit)

    def _read(self, pair_id: str, limit: int = UNLIMITED) -> PairItem:
        pair = self._pairs[self._index[pair_id]]
        left, right = (self._open(output_id, limit) for output_id in pair.outputs)
        return PairItem(pair_id, pair.position, left, right, pair.is_identical)

    def _open(self, output_id: str, limit: int) -> ReviewItem:
        item = self._store.get_review_item(self._reviewer, output_id, limit=limit)
        return self._veil.hide_item(item, limit)

    def compare(self, pair: PairItem) -> DiffDocument:
        """Left against right: what removed lines show is the left side's. For a worker.

        A side without a tree counts as the base. Raises GitFailed.
        """
        ticket = pair.left.ticket
        old, new = (item.tree or ticket.base_commit for item in (pair.left, pair.right))
        made = self._veil.hide_both(self._diffs.diff(ticket.repo, old, new, "none"))
        try:
            return build_document(made, key=pair.pair_id)
        except PatchError as error:
            raise GitFailed(f"the diff cannot be read: {error}") from error

    def counts(self) -> tuple[dict[str, Counter[Cell]], Progress, datetime | None]:
        """Pooled tallies, progress over outputs, and when this reviewer saved last."""
        store, who = self._store, self._reviewer
        return pool(store.tallies(who)), store.progress(who), store.last_saved_at(who)

    def first(self) -> str:
        """Where this reviewer goes on: the first open pair, else a skipped one, else the last."""
        return self.next_open() or self._pairs[-1].pair_id

    def next_open(self, after: str = "") -> str | None:
        """The next pair without an answer, round the end; then those set aside; then None."""
        start = self._index[after] + 1 if after else 0
        for is_skipped in (False, True):
            for pair in chain(islice(self._pairs, start, None), islice(self._pairs, start)):
                said = self._aside(pair)
                if not self._is_done(pair) and said is (Said.SKIPPED if is_skipped else None):
                    return pair.pair_id
        return None

    def next_skipped(self, after: str) -> str | None:
        """The next one that was skipped, in one round: it ends with the last pair."""
        later = islice(self._pairs, self._index[after] + 1, None)
        return next((pair.pair_id for pair in later if self._aside(pair) is Said.SKIPPED), None)

    def next_aside(self, after: str) -> str | None:
        """The next one that was set aside in any way, round the end."""
        start = self._index[after] + 1
        around = chain(islice(self._pairs, start, None), islice(self._pairs, start))
        return next((pair.pair_id for pair in around if self._aside(pair)), None)

    def is_skipped(self, pair_id: str) -> bool:
        """Whether a pair was skipped and comes back."""
        return self._aside(self._pairs[self._index[pair_id]]) is Said.SKIPPED

    def _aside(self, pair: Planned) -> Said | None:
        """How a pair was set aside; None where it was not, or is done all the same."""
        vote = self._vote_on(pair)
        return None if vote is None or vote.is_answer or self._is_done(pair) else vote.said

    def step(self, pair_id: str, n: int) -> str | None:
        """The pair n places on, or back; None past the end."""
        at = self._index[pair_id] + n
        return self._pairs[at].pair_id if 0 <= at < len(self._pairs) else None

    def find(self, output_id: str, near: str = "") -> str | None:
        """A pair that holds an output: `near` where it does, else the first."""
        found = [pair.pair_id for pair in self._by_output.get(output_id, ())]
        return near if near in found else next(iter(found), None)

    def take(self, saved: Saved) -> None:
        """What was saved, kept up with."""
        judgement, output_id = saved.event.judgement, saved.event.output_id
        here = self._by_output.get(output_id, ())
        self._n_saves += 1
        for pair in here:
            self._ready.pop(pair.pair_id, None)
            self._count(pair, -1)
        self._held[output_id] = Held(judgement.label, judgement.votes)
        for pair in here:
            self._count(pair, 1)

    def pending_flags(self, item: ReviewItem) -> tuple[str, ...]:
        """Self-flags of an output on which nothing was said yet, as the candidate wrote them."""
        if not item.self_flagged:
            return ()
        flagged = self._store.get_output(item.output_id).self_flagged
        return find_unmatched(flagged, item.judgement)

    def show_flag(self, quote: str) -> str:
        """A flag as a blind reviewer may read it."""
        return self._veil.hide_text(quote)

    def needs_label(self, item: ReviewItem) -> bool:
        """Whether an output waits for a label: where nothing came there is nothing to say."""
        return item.judgement.label is None and item.output_id not in self._silent

    def _label_on(self, output_id: str) -> Label | None:
        held = self._held.get(output_id)
        return Label(held.label) if held and held.label else None

    def _vote_on(self, pair: Planned) -> Vote | None:
        held = self._held.get(pair.anchor)
        return find_vote(held.votes, pair.pair_id) if held and held.votes else None

    def _is_done(self, pair: Planned) -> bool:
        """Both labelled, and one said to be better; what is the same is labelled and no more."""
        if any(
            self._label_on(output_id) is None and output_id not in self._silent
            for output_id in pair.outputs
        ):
            return False
        vote = self._vote_on(pair)
        return pair.is_identical or (vote is not None and vote.is_answer)


def _check_names(names: Sequence[str], between: tuple[str, ...]) -> None:
    """Two known candidates that differ, or none; no other name is told to a reviewer."""
    if not between:
        return
    unknown = [name for name in between if name not in names]
    if unknown:
        raise UsageError(f"--pair: no candidate {unknown[0]} in this study")
    if len(between) != 2 or between[0] == between[1]:
        raise UsageError("--pair takes two different candidates, or none for every pair")


def _why_none(n_candidates: int, left_out: Mapping[str, int]) -> str:
    if n_candidates < 2:
        has = "one candidate" if n_candidates else "no outputs yet"
        return f"a pair needs two candidates, and this study has {has}: import more outputs"
    said = ", ".join(f"{n} {reason}" for reason, n in left_out.items())
    return f"no ticket has outputs of two candidates: {said or 'nothing to pair'}"
