"""A file that the patch does not touch, behind the diff: addressed like any other, not counted."""

import pytest

from workbench.diff.document import DiffDocument, build_document
from workbench.diff.folds import reach
from workbench.diff.rows import NOTHING, Address, Kind
from workbench.diff.search import search
from workbench.diff.untouched import NOTE, NotShown, add_untouched

DIFF = b"""diff --git a/a.py b/a.py
--- a/a.py
+++ b/a.py
@@ -1 +1 @@
-one
+two
"""
OTHER = b"".join(b"line %d\n" % n for n in range(1, 5001))


@pytest.fixture
def document() -> DiffDocument:
    made = build_document(DIFF, key="k")
    made.attach_blobs("a.py", b"one\n", b"two\n")
    return made


def test_it_stands_behind_all_others_and_no_count_changes(document: DiffDocument) -> None:
    """Two files are listed, and the patch is as large as before."""
    before = (document.added, document.removed, document.n_hunks, document.model.n_changed)
    file = add_untouched(document, b"other.py", OTHER)
    assert (file, [e.path for e in document.files]) == (1, ["a.py", "other.py"])
    assert document.files[1].notes == [NOTE]
    after = (document.added, document.removed, document.n_hunks, document.model.n_changed)
    assert after == before
    assert add_untouched(document, b"other.py", OTHER) == 1
    assert add_untouched(document, b"a.py", b"two\n") == 0
    assert len(document.files) == 2


def test_each_of_its_lines_has_an_address(document: DiffDocument) -> None:
    """In both layouts; a line beyond what is unfolded comes out of its fold."""
    add_untouched(document, b"other.py", OTHER)
    for line in (1, 2000, 2001, 4000, 5000):
        row = reach(document.model, Address("other.py", "new", line, ""))
        assert document.model.row(row).text == f"line {line}"
        for mode in ("unified", "split"):
            view = document.view(mode)
            assert view.row_at(view.index_of(row)) == row
        address = document.model.address(row)
        assert address is not None
        assert address[:3] == ("other.py", "new", line)
    assert reach(document.model, Address("nowhere.py", "new", 1, "")) == NOTHING
    header = reach(document.model, Address("other.py", "new", 0, ""))
    assert document.model.row(header).kind is Kind.FILE_HEADER


def test_it_is_searched_as_far_as_it_is_unfolded(document: DiffDocument) -> None:
    """Not where only added lines are looked at."""
    add_untouched(document, b"other.py", OTHER)
    assert len(search(document, "line 17\\b", regex=True).hits) == 1
    assert search(document, "line 17", added_only=True).hits == []


@pytest.mark.parametrize(("data", "why"), [(b"a\0b", "binary"), (b"x" * (33 << 20), "too large")])
def test_what_is_no_text_is_not_shown(document: DiffDocument, data: bytes, why: str) -> None:
    """And nothing is put behind the diff."""
    with pytest.raises(NotShown, match=why):
        add_untouched(document, b"other.bin", data)
    assert len(document.files) == 1


def test_an_empty_file_says_so(document: DiffDocument) -> None:
    """A header and two notes."""
    add_untouched(document, b"empty.py", b"")
    assert document.files[1].notes == [NOTE, "Empty file"]
    document.view("unified")
