"""What a blind reviewer may see: outputs without an alias, and without words that name anybody.

Everything that reaches a blind screen goes through one Veil: items, rows of the queue, diffs made
again, results of a save, counts. Whole files need none: one that does not fit its diff, because a
name was taken out of that, is not used, and of all others only lines of the base are shown.
"""

from collections import Counter, OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from workbench.domain.blind import UNLIMITED, ReviewItem
from workbench.domain.check import CheckResult, key_of
from workbench.domain.counted import counted
from workbench.domain.leak import Scrubber
from workbench.domain.metrics import Cell
from workbench.domain.queue import FirstScreen, QueueItem
from workbench.domain.saved import Saved
from workbench.text import decode

if TYPE_CHECKING:  # an export has a veil too, and makes no diff
    from workbench.services.patches import Diffs
    from workbench.services.surroundings import Listings

POOL = "pooled"
NAMES: Mapping[str, str] = {POOL: "all outputs, pooled", "": "·"}
"""What stands for the alias that nothing has."""
KEPT = 32  # outputs of which the hidden form is kept


class _Hidden(NamedTuple):
    """What of an output may be shown, as far as it never changes."""

    diff: bytes
    patch: bytes
    message: str
    self_flagged: tuple[str, ...]
    badges: tuple[str, ...]


@dataclass(frozen=True)
class Veil:
    """`seal` is the seal's short digest: every label given behind the veil carries it."""

    scrubber: Scrubber
    seal: str = ""
    _known: "OrderedDict[str, _Hidden]" = field(default_factory=OrderedDict, repr=False)

    def hide_item(self, item: ReviewItem, limit: int = UNLIMITED) -> ReviewItem:
        """The same output, nobody's; without its texts where they are longer than was read."""
        hidden = self._known.get(item.output_id)
        if hidden is None and item.size > limit:
            badges = tuple(map(self.hide_text, item.badges))
            hidden = _Hidden(b"", b"", "", (), badges)
            item = item._replace(is_read=False)
        elif hidden is None:
            hidden = self._known[item.output_id] = self._take_out(item)
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
        return item._replace(
            alias="",
            diff=hidden.diff,
            patch=hidden.patch,
            message=hidden.message,
            self_flagged=hidden.self_flagged,
            badges=hidden.badges,
            detail=self.hide_text(item.detail),
            check=self.hide_check(item.check),
        )

    def hide_first(self, first: FirstScreen) -> FirstScreen:
        """What the first paint may show."""
        return first._replace(
            rows=tuple(map(self.hide_row, first.rows)),
            item=self.hide_item(first.item) if first.item else None,
            tallies=pool(first.tallies),
            names=NAMES,
        )

    def _take_out(self, item: ReviewItem) -> "_Hidden":
        ticket = item.ticket
        asked = f"{ticket.title}\n{ticket.body}"
        diff, in_diff = self.scrubber.scrub_diff(item.diff, asked)
        shown = b"" if item.diff else item.patch  # without a diff the patch is shown as it came
        patch, in_patch = self.scrubber.scrub_diff(shown, asked)
        message = self.scrubber.scrub(item.message, asked)
        flags = [self.scrubber.scrub(flag, asked) for flag in item.self_flagged]
        badges = tuple(self.hide_text(badge) for badge in item.badges)
        if in_diff or in_patch:
            n = len(in_diff) + len(in_patch)
            badges = (*badges, f"{counted(n, 'name')} hidden")
        flagged = tuple(flag.text for flag in flags)
        return _Hidden(diff, patch, message.text, flagged, badges)

    def hide_both(self, diff: bytes) -> bytes:
        """A diff of two outputs: neither side of it is the base's."""
        return self.scrubber.scrub_diff(diff, is_both=True)[0]

    def hide_text(self, text: str) -> str:
        """Any other words on a blind screen."""
        return self.scrubber.scrub(text).text

    def hide_check(self, check: CheckResult) -> CheckResult:
        """A result without the file it came from, which may bear a name."""
        source = check.source if key_of(check.source) else ""
        return check._replace(reason=self.hide_text(check.reason), source=source)

    def hide_row(self, row: QueueItem) -> QueueItem:
        """A line of the queue without its alias."""
        return row._replace(alias="")

    def hide_saved(self, saved: Saved) -> Saved:
        """What was saved, for counts that are pooled."""
        return saved._replace(alias=POOL, item=self.hide_row(saved.item))


def pool(tallies: Mapping[str, Counter[Cell]]) -> dict[str, Counter[Cell]]:
    """All candidates as one: the only counts that a blind screen has."""
    total: Counter[Cell] = Counter()
    for tally in tallies.values():
        total.update(tally)
    return {POOL: total}


class VeiledDiffs:
    """Diffs made again, as a blind reviewer may see them."""

    def __init__(self, diffs: "Diffs", veil: Veil) -> None:
        """Make them by `diffs`."""
        self._diffs, self._veil = diffs, veil

    def diff(self, repo: str, old: str, new: str, ignoring: str) -> bytes:
        """The diff of two trees, some blanks left out of account; raises GitFailed."""
        made = self._diffs.diff(repo, old, new, ignoring)
        return self._veil.scrubber.scrub_diff(made)[0]

    def diff_moves(self, repo: str, old: str, new: str) -> bytes:
        """The diff in which colours tell what moved; raises GitFailed."""
        return self._diffs.diff_moves(repo, old, new)


class VeiledListings:
    """Lists the files of trees, as a blind reviewer may see them."""

    def __init__(self, listings: "Listings", veil: Veil) -> None:
        """List them by `listings`."""
        self._listings, self._veil = listings, veil

    def list_files(self, repo: str, treeish: str) -> tuple[bytes, ...]:
        """All plain files but those whose path names anybody; raises GitFailed."""
        found = self._listings.list_files(repo, treeish)
        return tuple(path for path in found if self._is_bare(decode(path)))

    def _is_bare(self, path: str) -> bool:
        return self._veil.hide_text(path) == path


def list_words(text: str) -> Iterable[str]:
    """The study's own words: separated by commas in workbench.toml."""
    return [word.strip() for word in text.split(",") if word.strip()]
