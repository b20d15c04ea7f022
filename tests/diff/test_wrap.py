"""Wrapped lines: parts that fit, sides in step, and the same rows as without."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.diff.document import DiffDocument, build_document
from workbench.diff.rows import NOTHING
from workbench.diff.views import Mode
from workbench.diff.wrap import Wraps, breaks, part_of, wrap_view
from workbench.text import cells, display

WORDS = st.text(alphabet="ab \t漢e\u0301\U0001f44d\u202e\x1b", max_size=60)


def hunk(old: list[str], new: list[str]) -> DiffDocument:
    body = "".join([" x\n", *(f"-{t}\n" for t in old), *(f"+{t}\n" for t in new), " y\n"])
    head = "diff --git a/f b/f\n--- a/f\n+++ b/f\n"
    counts = f"@@ -1,{len(old) + 2} +1,{len(new) + 2} @@\n"
    return build_document((head + counts + body).encode(), key="k")


@given(WORDS, st.integers(2, 20))
def test_every_part_fits_and_together_they_are_the_line(text: str, room: int) -> None:
    """Nothing is lost at a border, and no part is wider than its room."""
    shown = display(text)
    starts = breaks(shown, room)
    parts = [shown[a:b] for a, b in zip(starts, [*starts[1:], len(shown)], strict=True)]
    assert "".join(parts) == shown
    assert all(cells(part) <= room for part in parts)
    for column in range(len(shown)):
        assert starts[part_of(shown, room, column)] <= column


@given(
    st.lists(WORDS.map(lambda t: t.replace("\n", "")), max_size=6),
    st.lists(WORDS.map(lambda t: t.replace("\n", "")), max_size=6),
    st.sampled_from(["unified", "split"]),
)
def test_field_d11_both_sides_keep_step(old: list[str], new: list[str], mode: str) -> None:
    """A row is as high as its higher side; without the parts the view is as it was before."""
    document = hunk(old, new)
    plain = document.view(mode)  # type: ignore[arg-type]  # one of the two
    view = document.view(mode, (9, 11))  # type: ignore[arg-type]  # the same
    rows = list(zip(view.left, view.right, view.parts, strict=True))
    assert [(a, b) for a, b, part in rows if not part] == [
        *zip(plain.left, plain.right, strict=True)
    ]
    for index, (left, right, part) in enumerate(rows):
        if part:
            assert rows[index - 1] == (left, right, part - 1)
        if index + 1 == len(rows) or not rows[index + 1][2]:
            heights = [
                len(breaks(document.model.row(row).text, room))
                for row, room in ((left, 9), (right, 11))
                if row != NOTHING and document.model.row(row).is_line
            ]
            if mode == "split":
                assert part + 1 == max(heights, default=1)
    for mine, other in ((view.hunks, plain.hunks), (view.files, plain.files)):
        assert [view.row_at(i) for i in mine] == [plain.row_at(i) for i in other]
        assert not any(view.part_at(i) for i in mine)
    for row in {*view.left, *view.right} - {NOTHING}:
        assert row in {view.left[view.index_of(row)], view.right[view.index_of(row)]}


@pytest.mark.parametrize("room", [0, 1])
def test_no_room_is_no_endless_loop(room: int) -> None:
    """A character wider than the room stands alone."""
    assert breaks("漢字", room) == (0, 1)


def long_document(n_hunks: int, apart: int) -> DiffDocument:
    """A file in which every hunk changes one of `apart` lines, all of them too long to show."""
    old = [f"{n:06} {'x' * 90}" for n in range(n_hunks * apart)]
    new = [f"{line} new" if n % apart == apart // 2 else line for n, line in enumerate(old)]
    lines = ["diff --git a/f b/f", "--- a/f", "+++ b/f"]
    for at in range(apart // 2, len(old), apart):
        lines += [f"@@ -{at + 1} +{at + 1} @@", f"-{old[at]}", f"+{new[at]}"]
    document = build_document("".join(f"{line}\n" for line in lines).encode(), key="k")
    sides = ("".join(f"{line}\n" for line in text).encode() for text in (old, new))
    assert document.attach_blobs("f", *sides)
    return document


@pytest.mark.parametrize("mode", ["unified", "split"])
def test_p7_a_fold_that_opens_wraps_its_own_lines_alone(mode: Mode) -> None:
    """However long the diff is; and what comes of it is what wrapping all of it again gives."""
    document, rooms = long_document(60, 100), (40, 40)
    document.view(mode, rooms)
    wraps = document.wraps(mode, rooms)
    assert wraps.n_measured >= 60
    for nth, whole in ((7, False), (7, True), (40, False)):
        before = wraps.n_measured
        view = document.view(mode, rooms)
        fold = next(row for row in view.left[view.hunks[nth] :] if document.is_expandable(row))
        opened = document.expand(fold, whole=whole)
        view = document.view(mode, rooms)
        assert 0 < opened <= wraps.n_measured - before <= opened + 1  # the fold's own row too
        plain = document.view(mode)
        assert wrap_view(plain, document.model, rooms, Wraps()) == view
    before = wraps.n_measured
    document.toggle_file(0)
    document.view(mode, rooms)
    document.toggle_file(0)
    document.view(mode, rooms)
    document.toggle_file(0)
    n_opened = wraps.n_measured - before
    document.view(mode, rooms)
    assert wraps.n_measured - before == n_opened  # what was measured once is known
    assert document.wraps(mode, (41, 41)) is not wraps
