"""Blanks: what only they change is said, what looks alike is drawn apart, nothing is dropped."""

import pytest

from workbench.adapters.diffs import IGNORING
from workbench.diff.blanks import Blanks, blank_change
from workbench.diff.document import DiffDocument, build_document
from workbench.diff.filtered import NOTHING_ELSE, ignore_blanks
from workbench.diff.places import find_row
from workbench.diff.rows import NOTHING, Address, Body, Kind

from .conftest import Repo

BASE = b"".join(b"line %d\n" % number for number in range(1, 61))


def bodies(document: DiffDocument) -> list[Body]:
    return [s for s in document.model.segments if isinstance(s, Body)]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b"a\n b\n", b"  a\n\tb\n", "only the indentation differs"),
        (b"a \nb\r\n", b"a\nb\n", "only line ends differ"),
        (b"a = 1\n", b"a=1\n", "only blanks differ"),
        (b"a b\n", b"a\nb\n", "only blanks differ"),
        (b"a\n\n\nb\n", b"A\nb\n", ""),
        (b"a\n", b"b\n", ""),
        (b"", b"\n", ""),
    ],
)
def test_a_hunk_of_blanks_alone_says_which(repo: Repo, old: bytes, new: bytes, said: str) -> None:
    """A wall of red and green that only moves code to the right is named as such."""
    document = build_document(repo.change({b"f": BASE + old}, {b"f": BASE + new}), key="k")
    assert [blank_change(body) for body in bodies(document)] == [said]


@pytest.mark.parametrize(
    ("old", "new", "drawn"),
    [
        (b"\tx = 1\n", b"    x = 1\n", ("→   x = 1", "····x = 1")),
        (b"  \tx\n", b"    x\n", ("··→ x", "····x")),
        (b"    x\n", b"\tx\n", ("····x", "→   x")),
        ("❤\ufe0f\n".encode(), "❤\n".encode(), (r"\xe2\x9d\xa4\xef\xb8\x8f", r"\xe2\x9d\xa4")),
        (b"x = 1\n", b"x = 2\n", (None, None)),
        (b"x", b"x\n", ("x  (no newline here)", "x")),
    ],
)  # fmt: skip
def test_field_d5_a_change_that_looks_alike_is_drawn_apart(
    repo: Repo, old: bytes, new: bytes, drawn: tuple[str | None, str | None]
) -> None:
    """Tabs and blanks, and characters that a terminal does not show."""
    document = build_document(repo.change({b"f": old}, {b"f": new}), key="k")
    view = document.view("unified")
    rows = [document.model.row(row) for row in view.left]
    changed = [row for row in rows if row.kind in {Kind.ADDED, Kind.REMOVED}]
    assert tuple(document.visible(row.id) for row in changed) == drawn


def test_field_d5_tabs_against_blanks_are_a_note(repo: Repo) -> None:
    """So that nobody wonders why every line changed."""
    diff = repo.change({b"f": b"\ta\n\tb\n"}, {b"f": b"    a\n    b\n"})
    assert build_document(diff, key="k").files[0].notes == ["Indentation: tabs → blanks (2 lines)"]


# Leaving blanks out of account.


def filtered(repo: Repo, blanks: Blanks, *names: bytes) -> DiffDocument:
    plain = build_document(repo.diff(), key="k")
    for entry in plain.files:
        old, new = (
            repo.git("show", f"{at}:{entry.address}") if entry.address.encode() in names else None
            for at in ("HEAD~1", "HEAD")
        )
        assert plain.attach_blobs(entry.address, old, new)
    return ignore_blanks(plain, repo.diff(*IGNORING[str(blanks)]), blanks)


def signs(document: DiffDocument) -> list[tuple[str, str, str]]:
    """(kind, new text, old text where it is another) of every line."""
    rows = [document.model.row(row) for row in document.view("unified").left]
    return [(row.kind.value, row.text, row.old_text) for row in rows if row.is_line]


OLD = b"def f():\n\tif x:\n\t\treturn 1\n\treturn  2 \n"
NEW = b"def f():\n    if x:\n        return 1\n    return 2\n"


@pytest.mark.parametrize(
    ("old", "new", "hides"),
    [
        (b"a = 1 \n", b"a = 1\n", {Blanks.EOL, Blanks.CHANGE, Blanks.ALL}),
        (b"a = 1\r\n", b"a = 1\n", {Blanks.EOL, Blanks.CHANGE, Blanks.ALL}),
        (b"a  = 1\n", b"a = 1\n", {Blanks.CHANGE, Blanks.ALL}),
        (b"  a\n", b" a\n", {Blanks.CHANGE, Blanks.ALL}),
        (b"a=1\n", b"a = 1\n", {Blanks.ALL}),
        (b"a\n", b"b\n", set()),
    ],
)
def test_r9_every_way_is_gits(repo: Repo, old: bytes, new: bytes, hides: set[Blanks]) -> None:
    """What is left out of account, and that the file and its counts stay."""
    repo.commit({b"f": old})
    repo.commit({b"f": new})
    for blanks in Blanks:
        document = filtered(repo, blanks, b"f")
        assert [entry.path for entry in document.files] == ["f"]
        assert (document.added, document.removed) == (1, 1)
        assert bool(bodies(document)) == (blanks not in hides)
        assert (NOTHING_ELSE in document.files[0].notes) == (blanks in hides)


def test_r9_a_line_that_is_shown_as_unchanged_keeps_both_its_texts(repo: Repo) -> None:
    """Each layout has the line of its own side, and a sign says that they are not the same."""
    repo.commit({b"f.py": OLD + BASE})
    repo.commit({b"f.py": NEW.replace(b"return 1", b"return 3") + BASE})
    document = filtered(repo, Blanks.ALL, b"f.py")
    assert signs(document)[:5] == [
        ("context", "def f():", ""),
        ("context", "    if x:", "    if x:"),
        ("removed", "        return 1", ""),
        ("added", "        return 3", ""),
        ("context", "    return 2", "    return  2 "),
    ]
    row = next(r for r in document.view("unified").left if document.model.row(r).old_raw)
    old, new = (document.model.address(row, side) for side in ("old", "new"))
    assert old
    assert new
    assert old.digest != new.digest
    assert document.colours(row, "new")
    assert document.plain is not document


def test_r9_hidden_lines_with_other_blanks_are_counted_and_unfold(repo: Repo) -> None:
    """A file in which only blanks differ is there, and can be read."""
    repo.commit({b"f": OLD + BASE, b"g": b"x\n"})
    repo.commit({b"f": NEW + BASE, b"g": b"y\n"})
    document = filtered(repo, Blanks.ALL, b"f", b"g")
    rows = [document.model.row(row) for row in document.view("unified").left]
    fold = next(row for row in rows if row.kind is Kind.GAP)
    assert fold.text == "64 unchanged lines, 3 with other blanks"
    assert document.expand(fold.id, whole=True) == 64
    assert signs(document)[1] == ("context", "    if x:", "    if x:")


def test_places_are_found_in_another_reading(repo: Repo) -> None:
    """Every line of one document has its row, its fold or its file in another of the output."""
    repo.commit({b"f": OLD + BASE, b"g": b"x\n"})
    repo.commit({b"f": NEW + BASE.replace(b"line 30", b"LINE"), b"g": b"y\n"})
    document = filtered(repo, Blanks.ALL, b"f", b"g")
    for whole in (document, document.plain):
        for row in {*whole.view("split").left, *whole.view("split").right} - {NOTHING}:
            for side in ("old", "new"):
                address = whole.model.address(row, side)
                if address is None:
                    continue
                assert find_row(whole.model, address) == row
                for other in (document, document.plain):
                    assert find_row(other.model, address) in other.view("unified").left
    assert find_row(document.model, Address("nowhere", "new", 1, "")) == NOTHING
