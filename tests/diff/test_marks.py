"""Marks by content: a key stays on what was read, and is gone once that is another."""

from workbench.diff.document import DiffDocument, build_document, raw_document
from workbench.diff.marks import (
    first_change,
    hunk_keys,
    hunk_near,
    keys_in,
    next_unreviewed,
    reviewed_files,
    reviewed_segments,
)
from workbench.diff.rows import NOTHING, Kind
from workbench.diff.untouched import add_untouched


def hunk(at: int, old: str, new: str) -> str:
    return f"@@ -{at},3 +{at},3 @@\n before\n-{old}\n+{new}\n after\n"


def make(*files: tuple[str, list[str]]) -> DiffDocument:
    diff = "".join(
        f"diff --git a/{name} b/{name}\n--- a/{name}\n+++ b/{name}\n{''.join(hunks)}"
        for name, hunks in files
    )
    return build_document(diff.encode(), key="k")


ONE, TWO, THREE = hunk(1, "a", "b"), hunk(20, "c", "d"), hunk(40, "a", "b")


def keys(document: DiffDocument) -> list[str]:
    return list(hunk_keys(document).values())


def test_d19_a_key_is_the_content_and_not_its_place() -> None:
    """Lines that moved keep it, lines that changed do not, nor does another file."""
    first = keys(make(("x.py", [ONE, TWO])))
    assert keys(make(("x.py", [ONE, hunk(33, "c", "d")]))) == first
    assert keys(make(("x.py", [ONE, hunk(20, "c", "e")])))[0] == first[0]
    assert keys(make(("x.py", [ONE, hunk(20, "c", "e")])))[1] != first[1]
    assert not set(keys(make(("y.py", [ONE, TWO])))) & set(first)


def test_hunks_that_are_alike_are_told_apart() -> None:
    """One that was seen says nothing of the other."""
    found = keys(make(("x.py", [ONE, TWO, THREE])))
    assert len(set(found)) == 3


def test_a_file_without_hunks_has_a_key_and_what_is_no_diff_has_none() -> None:
    """A mode is a change like any; a message is none; an untouched file is none."""
    mode = b"diff --git a/run b/run\nold mode 100644\nnew mode 100755\n"
    other = mode.replace(b"100755", b"100664")
    one = build_document(mode, key="k")
    assert len(keys(one)) == 1
    assert keys(one) != keys(build_document(other, key="k"))
    assert keys(raw_document(b"words\n", "why")) == []
    add_untouched(one, b"other.py", b"text\n")
    assert len(keys(one)) == 1


def test_only_a_changed_line_shows_a_hunk() -> None:
    """Context alone is not the change; both layouts tell the same."""
    document = make(("x.py", [ONE, TWO]), ("y.py", [ONE]))
    for mode in ("unified", "split"):
        view = document.view(mode)
        found = set()
        for left, right in zip(view.left, view.right, strict=True):
            here = keys_in(document, (left, right))
            rows = [document.model.row(row) for row in (left, right) if row != NOTHING]
            assert bool(here) == any(row.kind in {Kind.ADDED, Kind.REMOVED} for row in rows)
            found |= here
        assert found == set(keys(document))


def test_the_way_to_what_is_left() -> None:
    """The hunk at a row, the next one that is not reviewed, around the end."""
    document = make(("x.py", [ONE, TWO]), ("y.py", [ONE]))
    one, two, three = hunk_keys(document)
    named = hunk_keys(document)
    view = document.view("unified")
    assert hunk_near(document, view.row_at(0)) == one
    assert hunk_near(document, first_change(document, two)) == two
    last = [row for row in view.left if document.model.row(row).file == 0][-1]
    assert hunk_near(document, last) == two
    assert next_unreviewed(document, one, {named[one]}) == two
    assert next_unreviewed(document, one, {named[one], named[two]}) == three
    assert next_unreviewed(document, three, {named[three]}) == one
    assert next_unreviewed(document, one, set(named.values())) == NOTHING


def test_what_is_reviewed_is_left_out_of_a_view_and_of_no_count() -> None:
    """A file of which all is reviewed goes with its header."""
    document = make(("x.py", [ONE, TWO]), ("y.py", [ONE]))
    one, _, three = hunk_keys(document)
    named = hunk_keys(document)
    reviewed = {named[one], named[three]}
    assert reviewed_files(document, reviewed) == {1}
    without = reviewed_segments(document, reviewed)
    for mode in ("unified", "split"):
        view = document.view(mode, without=without)
        text = [document.model.row(view.row_at(i)).text for i in range(len(view))]
        assert "y.py" not in text
        assert "d" in text
        assert "b" not in text
        assert len(view.hunks) == 1
    assert (document.added, document.n_hunks) == (3, 3)
