"""Views in pieces: a fold that opens makes its own anew, and it comes to the same."""

import random
from collections.abc import Iterator
from itertools import pairwise

import pytest

from workbench.diff.document import DiffDocument, build_document
from workbench.diff.pieces import Cuts, Joined
from workbench.diff.untouched import add_untouched
from workbench.diff.views import Mode, make_view
from workbench.diff.wrap import Wraps, wrap_view

APART = 30  # lines from one change to the next


def lay_out(n_files: int, n_hunks: int) -> DiffDocument:
    """Files in which every hunk changes one line; a lock file, folded, at the end."""
    old = [f"line {n:06} {'x' * (n % 90)}" for n in range(n_hunks * APART)]
    new = [f"{line} new" if n % APART == 9 else line for n, line in enumerate(old)]
    names = [*(f"src/f{n:03}.py" for n in range(n_files - 1)), "yarn.lock"]
    lines = []
    for name in names:
        lines += [f"diff --git a/{name} b/{name}", f"--- a/{name}", f"+++ b/{name}"]
        for at in range(9, len(old), APART):
            lines += [f"@@ -{at + 1} +{at + 1} @@ def f():", f"-{old[at]}", f"+{new[at]}"]
    document = build_document("".join(f"{line}\n" for line in lines).encode(), key="k")
    sides = ["".join(f"{line}\n" for line in text).encode() for text in (old, new)]
    for name in names:
        assert document.attach_blobs(name, *sides)
    return document


def acts_on(document: DiffDocument, chance: random.Random) -> Iterator[int]:
    """Folds opened, shut and asked for from either side, files unfolded, a file put behind."""
    model = document.model
    for nth in range(12):
        view = document.view("unified")
        row = view.left[chance.randrange(len(view))]
        acts = (
            lambda row=row: document.toggle_file(model.row(row).file),
            lambda row=row: document.expand_from(row, chance.choice((-1, 1))),
            lambda row=row: document.expand(row, whole=chance.random() < 0.5),
        )
        yield chance.choice(acts)()
        if nth == 8:
            yield add_untouched(document, b"other.py", b"one\ntwo\n")


@pytest.mark.parametrize("mode", ["unified", "split"])
@pytest.mark.parametrize(("n_files", "n_hunks"), [(1, 200), (30, 12)])
def test_p7_what_is_spliced_is_what_is_made_anew(mode: Mode, n_files: int, n_hunks: int) -> None:
    """In both layouts, whole, with some files, without some hunks, and wrapped."""
    document, rooms = lay_out(n_files, n_hunks), (40, 40)
    none = frozenset[int]()
    shapes = ((None, none), (frozenset({0}), none), (None, frozenset({2, 5})))
    for _ in acts_on(document, random.Random(n_files)):
        for files, without in shapes:
            view = document.view(mode, None, files, without)
            assert view == make_view(document.model, mode, files, without)
        plain = document.view(mode)
        wrapped = document.view(mode, rooms)
        assert wrapped == wrap_view(plain, document.model, rooms, Wraps())
        assert all(a < b for a, b in pairwise(wrapped.hunks))
        rows = [row for row in {*plain.left[:300], *plain.right[-300:]} if row >= 0]
        for row in rows:
            at = plain.index_of(row)
            assert row in {plain.left[at], plain.right[at]}


@pytest.mark.parametrize("mode", ["unified", "split"])
def test_p9_a_fold_makes_one_piece_of_many(mode: Mode) -> None:
    """However long the diff is; the same where its lines are wrapped, or a file is shut."""
    document = lay_out(40, 40)
    for rooms in (None, (40, 40)):
        before = document.view(mode, rooms)
        assert len(before.pieces) > 10
        fold = next(row for row in before.left[2_000:] if document.is_expandable(row))
        assert document.expand(fold)
        after = document.view(mode, rooms)
        assert sum(a is not b for a, b in zip(before.pieces, after.pieces, strict=True)) == 1
        assert document.toggle_file(20)
        again = document.view(mode, rooms)
        assert sum(a is not b for a, b in zip(after.pieces, again.pieces, strict=True)) <= 2


def test_a_long_hunk_is_a_piece_of_its_own() -> None:
    """So that a fold beside it costs no line of it."""
    assert Cuts([0, 1, 9_000, 1, 0, 5]).firsts == [0, 2, 3]
    assert Cuts([]).firsts == [0]


def test_joined_reads_as_one_sequence() -> None:
    """Empty parts, places from the end, slices, and what is not there."""
    joined = Joined([[1, 2], [], [0, 5]], [0, 10, 20])
    assert [*joined] == [1, 2, 20, 25]
    assert (len(joined), joined[-1], joined[2], [*joined[1:3]]) == (4, 25, 20, [2, 20])
    assert (joined.find(20), joined.find(21), Joined([]).find(1)) == (2, -1, -1)
    for wrong in (4, -5):
        with pytest.raises(IndexError):
            joined[wrong]
