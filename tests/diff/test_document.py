"""The row model and its views: numbers as git's, nothing unseen, places that last."""

import hashlib
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.diff.blocks import partner
from workbench.diff.document import DiffDocument, build_document, raw_document
from workbench.diff.rows import NOTHING, Address, Kind, Row
from workbench.diff.views import Mode
from workbench.text import Marks

from .conftest import Repo

MODES: tuple[Mode, ...] = ("unified", "split")


def rows(document: DiffDocument, mode: Mode = "unified") -> list[Row]:
    view = document.view(mode)
    return [document.model.row(view.row_at(index)) for index in range(len(view))]


def texts(document: DiffDocument, kind: Kind) -> list[str]:
    return [row.text for row in rows(document) if row.kind is kind]


def changed(repo: Repo, old: bytes, new: bytes, name: bytes = b"f.py") -> DiffDocument:
    diff = repo.change({name: old, b"other": b"x\n"}, {name: new})
    document = build_document(diff, key="k")
    assert document.attach_blobs(name.decode(), old, new)
    return document


NUMBERED = b"".join(b"line %d\n" % number for number in range(1, 101))


def test_field_d6_line_numbers_are_gits(repo: Repo) -> None:
    """Characters at which str.splitlines would split do not shift a number."""
    old = "a\x0b\x0c\x1c\x85\u2028\u2029b\rc\nsecond\nthird\n".encode()
    document = changed(repo, old, old.replace(b"third", b"THIRD"))
    assert [(row.old_line, row.new_line) for row in rows(document) if row.is_line] == [
        (1, 1),
        (2, 2),
        (3, None),
        (None, 3),
    ]


def test_field_d7_a_repetitive_file_shows_exactly_gits_changes(repo: Repo) -> None:
    """3,000 look-alike lines with 98 edits are 98 pairs, not thousands."""
    rng = random.Random(5)
    old = [b'    "resolved": true,\n' for _ in range(3000)]
    new = list(old)
    for place in rng.sample(range(0, 3000, 7), 98):
        new[place] = b'    "resolved": %d,\n' % place
    document = changed(repo, b"".join(old), b"".join(new), b"lock.json")
    kinds = [row.kind for row in rows(document)]
    assert (kinds.count(Kind.ADDED), kinds.count(Kind.REMOVED)) == (98, 98)


def test_field_d10_the_split_view_pairs_similar_lines_only(repo: Repo) -> None:
    """Three removed, five added: partners share a row and the link, others have no partner."""
    old = b"    total = compute(a, b)\n    import os\n    return total\n"
    new = (
        b"    log.info('start')\n    total = compute(a, b, c)\n    while waiting():\n"
        b"        sleep(1)\n    return total + 1\n"
    )
    document = changed(repo, old, new)
    view, model = document.view("split"), document.model
    linked = []
    for left, right in zip(view.left, view.right, strict=True):
        if NOTHING not in (left, right) and left != right and partner(model, left) == right:
            assert partner(model, right) == left
            linked.append((model.row(left).text.strip(), model.row(right).text.strip()))
    assert linked == [
        ("total = compute(a, b)", "total = compute(a, b, c)"),
        ("return total", "return total + 1"),
    ]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.sampled_from([b"a b c", b"a b d", b"x", b"", b"return q", b"return r"]), max_size=40
    ),
    st.lists(
        st.sampled_from([b"a b c", b"a b d", b"x", b"", b"return q", b"return r"]), max_size=40
    ),
)
def test_both_layouts_hold_every_line_once(repo: Repo, old: list[bytes], new: list[bytes]) -> None:
    """Side by side shows the same rows as unified, each side in the order of its numbers."""
    before, after = b"\n".join([*old, b"e\n"]), b"\n".join([*new, b"e\n"])
    repo.commit({b"f": before})
    repo.commit({b"f": after})
    document = build_document(repo.diff("-U1"), key="k")
    unified, split = document.view("unified"), document.view("split")
    assert sorted(unified.left) == sorted({*split.left, *split.right} - {NOTHING})
    for side, attribute in ((split.left, "old_line"), (split.right, "new_line")):
        numbers = [getattr(document.model.row(row), attribute) for row in side if row != NOTHING]
        numbers = [number for number in numbers if number is not None]
        assert numbers == sorted(numbers)
    for index, row in enumerate(unified.left):
        assert unified.index_of(row) == index
        assert row in (split.left[split.index_of(row)], split.right[split.index_of(row)])


@pytest.mark.parametrize(
    ("old", "new", "note"),
    [
        (b"a\n", b"a", "No newline at the end of the new file"),
        (b"a", b"a\n", "No newline at the end of the old file"),
        (b"a", b"b", "No newline at the end of the file, before and after"),
        (b"a\r\nb\r\n", b"a\nb\n", "Line endings: CRLF → LF (2 lines)"),
        (b"a\nb\n", b"a\r\nb\r\n", "Line endings: LF → CRLF (2 lines)"),
        (b"\0\1\2" * 99, b"\0\1" * 99, "Binary: holds NUL bytes: 297 → 198 bytes"),
    ],
)
def test_field_d5_what_no_line_says_is_a_note(
    repo: Repo, old: bytes, new: bytes, note: str
) -> None:
    """Each such change is visible and named."""
    assert note in texts(changed(repo, old, new), Kind.NOTE)


def test_field_d5_tab_to_blanks_is_shown_as_a_change(repo: Repo) -> None:
    """A re-indented line is two rows, although both may be drawn alike."""
    document = changed(repo, b"\tx\n", b"    x\n")
    assert [row.kind for row in rows(document) if row.is_line] == [Kind.REMOVED, Kind.ADDED]


def test_field_d5_files_without_lines_have_notes(repo: Repo) -> None:
    """Mode, pure rename, empty file, symlink and deletion each say what they are."""
    body = b"".join(b"%d\n" % n for n in range(20))
    repo.commit({b"run.sh": b"#!\n", b"old": body, b"gone": b"x\n"})
    (repo.root / "run.sh").chmod(0o755)
    repo.git("mv", "old", "new")
    (repo.root / "link").symlink_to("run.sh")
    repo.commit({b"empty": b"", b"gone": None})
    document = build_document(repo.diff(), key="k")
    notes = {entry.path: entry.notes for entry in document.files}
    assert notes["run.sh"] == ["Mode 100644 → 100755, now executable"]
    assert notes["new"] == ["Renamed, 100 % alike, content unchanged"]
    assert notes["empty"] == ["New file", "Empty file"]
    assert notes["gone"] == ["Deleted file"]
    assert notes["link"][0] == "New symbolic link"
    assert document.files[1].index == 1


def test_field_d17_bad_bytes_are_shown_and_kept(repo: Repo) -> None:
    """Invalid UTF-8, surrogates and CR: no exception, and the hash is that of the bytes."""
    raw = b"\xff\xed\xa0\x80 caf\xe9\x1b[2J\r"
    document = changed(repo, b"x\n", raw + b"\n")
    row = next(row for row in rows(document) if row.kind is Kind.ADDED)
    assert row.text == "\\xff\\xed\\xa0\\x80 caf\\xe9␛[2J␍"
    assert row.raw == raw + b"\n"
    assert document.model.address(row.id) == Address(
        "f.py", "new", 1, hashlib.sha256(raw + b"\n").hexdigest()[:16]
    )


def test_field_d3_paths_and_hunk_headers_are_made_safe(repo: Repo) -> None:
    """A name or a function line is drawn as well, so it goes through the same gate."""
    name = "ph\u202eyp\x1b[2J.py".encode()
    old = b"def evil\x1b[2J():\n" + NUMBERED
    document = changed(repo, old, old.replace(b"line 60\n", b"line X\n"), name)
    assert document.files[0].path == "ph<U+202E>yp␛[2J.py"
    assert document.files[0].address == name.decode()
    assert not [row.text for row in rows(document) if "\x1b" in row.text or "\u202e" in row.text]


def test_field_d14_the_badge_counts_names_and_lines(repo: Repo) -> None:
    """One bidi control in the name, one in a line, one mixed identifier."""
    name = "ph\u202eyp.py".encode()
    diff = repo.change({b"x": b"x\n"}, {name: "a\u2066b\nis_\u0430dmin\n\u05e2\u05d1\n".encode()})
    assert build_document(diff, key="k").marks == Marks(bidi=2, mixed_script=1)


def test_addresses_name_the_side_that_exists(repo: Repo) -> None:
    """A removed line has an old address only; a context line has both."""
    document = changed(repo, NUMBERED, NUMBERED.replace(b"line 50\n", b"LINE 50\n"))
    removed = next(row for row in rows(document) if row.kind is Kind.REMOVED)
    context = next(row for row in rows(document) if row.kind is Kind.CONTEXT)
    address = document.model.address(removed.id, "new")
    assert address is not None
    assert (address.side, address.line) == ("old", 50)
    for side in ("old", "new"):
        found = document.model.address(context.id, side)
        assert found is not None
        assert (found.side, found.line) == (side, 47)
    header = rows(document)[0]
    assert document.model.address(header.id) is None


def test_a_renamed_file_is_addressed_by_the_name_of_the_side(repo: Repo) -> None:
    """The old line is found under the old name."""
    repo.commit({b"old.py": NUMBERED})
    repo.git("mv", "old.py", "new.py")
    repo.commit({b"new.py": NUMBERED.replace(b"line 5\n", b"five\n")})
    document = build_document(repo.diff(), key="k")
    removed = next(row for row in rows(document) if row.kind is Kind.REMOVED)
    address = document.model.address(removed.id, "old")
    assert address is not None
    assert address.path == "old.py"


def test_folds_count_hidden_lines_and_open_with_blobs(repo: Repo) -> None:
    """Without the file a fold stays shut; with it the very lines of the file appear."""
    new = NUMBERED.replace(b"line 50\n", b"LINE 50\n")
    diff = repo.change({b"f.py": NUMBERED}, {b"f.py": new})
    document = build_document(diff, key="k")
    assert texts(document, Kind.GAP) == ["46 unchanged lines"]
    assert document.expand(document.view("unified").left[1]) == 0
    assert document.attach_blobs("f.py", NUMBERED, new)
    assert texts(document, Kind.GAP) == ["46 unchanged lines", "47 unchanged lines"]
    fold = next(row for row in rows(document) if row.kind is Kind.GAP)
    assert document.expand(fold.id) == 40
    assert texts(document, Kind.GAP) == ["6 unchanged lines", "47 unchanged lines"]
    assert document.expand(fold.id) == 6
    last = next(row for row in rows(document) if row.kind is Kind.GAP)
    document.expand(last.id, whole=True)
    assert texts(document, Kind.GAP) == []
    shown = [row for row in rows(document) if row.is_line and row.kind is not Kind.REMOVED]
    assert b"".join(row.raw for row in shown) == new
    assert [row.new_line for row in shown] == list(range(1, 101))


def test_row_ids_outlast_an_opened_fold(repo: Repo) -> None:
    """The cursor, a mark or a hit keeps its row."""
    document = changed(repo, NUMBERED, NUMBERED.replace(b"line 50\n", b"LINE 50\n"))
    row = next(row for row in rows(document) if row.kind is Kind.ADDED)
    before = document.view("split").index_of(row.id)
    fold = next(row for row in rows(document) if row.kind is Kind.GAP)
    document.expand(fold.id)
    after = document.view("split").index_of(row.id)
    assert after == before + 40
    assert document.model.row(document.view("split").right[after]).text == "LINE 50"


def test_blobs_that_do_not_fit_are_refused(repo: Repo) -> None:
    """Colours and context of another version would lie."""
    new = NUMBERED.replace(b"line 50\n", b"LINE 50\n")
    document = build_document(repo.change({b"f.py": NUMBERED}, {b"f.py": new}), key="k")
    assert not document.attach_blobs("f.py", NUMBERED, b"# one more line\n" + new)
    assert not document.attach_blobs("no such file", NUMBERED, new)
    assert document.attach_blobs("f.py", NUMBERED, new)


def test_field_d9_colours_come_from_the_whole_file(repo: Repo) -> None:
    """A hunk inside a docstring is a string, and its columns follow the shown text."""
    old = b'"""\n' + b"text\n" * 30 + b"\tdef f(): return 1\n" + b"text\n" * 30 + b'"""\n'
    new = old.replace(b"return 1", b"return 2")
    document = build_document(repo.change({b"f.py": old}, {b"f.py": new}), key="k")
    row = next(row for row in rows(document) if row.kind is Kind.ADDED)
    assert document.colours(row.id) == []
    assert document.attach_blobs("f.py", old, new)
    assert document.colours(row.id) == [(0, len("    def f(): return 2"), "string")]


def test_a_file_too_large_for_colours_says_so(repo: Repo) -> None:
    """The policy for large files is on the screen."""
    old = b"x = 1\n" * 200_000
    document = changed(repo, old, old + b"y = 2\n")
    assert [note for note in texts(document, Kind.NOTE) if note.startswith("not coloured")]
    assert document.colours(rows(document)[-1].id) == []


def test_binary_content_is_folded_until_asked_for(repo: Repo) -> None:
    """With --text git prints a binary as lines; they are one row until opened."""
    document = changed(repo, b"\0a\n" * 50, b"\0b\n" * 50, b"logo.png")
    assert [row for row in rows(document) if row.is_line] == []
    fold = next(row for row in rows(document) if row.kind is Kind.GAP)
    assert document.expand(fold.id) == 100
    assert len([row for row in rows(document) if row.is_line]) == 100


def test_a_raw_document_shows_the_bytes_and_the_reason() -> None:
    """A patch that git refused is read as it was delivered."""
    document = raw_document(
        b"Sure!\n--- a/x\n+++ b/x\n@@ -1 +9 @@\n\x1b[2J", "corrupt \x1b at line 4"
    )
    assert texts(document, Kind.NOTE) == ["corrupt ␛ at line 4"]
    lines = [row for row in rows(document) if row.is_line]
    assert [row.text for row in lines] == ["Sure!", "--- a/x", "+++ b/x", "@@ -1 +9 @@", "␛[2J"]
    assert [row.new_line for row in lines] == [1, 2, 3, 4, 5]
    assert (document.added, document.removed) == (0, 0)
    for mode in MODES:
        assert len(document.view(mode)) == 7


def test_an_empty_document_has_no_rows() -> None:
    """No bytes, no files."""
    document = build_document(b"", key="k")
    assert document.files == []
    assert len(document.view("split")) == 0


def test_files_stand_in_gits_order_with_their_counts(repo: Repo) -> None:
    """The order is deterministic and the totals are sums."""
    names = [b"b", b"a", b"sub/z", b"sub/a"]
    diff = repo.change(dict.fromkeys(names, b"1\n"), dict.fromkeys(names, b"1\n2\n"))
    document = build_document(diff, key="k")
    assert [entry.path for entry in document.files] == ["a", "b", "sub/a", "sub/z"]
    assert (document.added, document.removed, document.n_hunks) == (4, 0, 4)


@pytest.mark.parametrize("line", [b"x = 1; ", "\u6f22\u5b57 ".encode()])
def test_field_d8_a_line_of_ten_megabytes_is_cut_and_says_so(line: bytes) -> None:
    """What is drawn of it has a limit; what is hashed has none."""
    old, new = line * 1_400_000, line * 1_400_000 + b"!"
    head = b"diff --git a/f.py b/f.py\n--- a/f.py\n+++ b/f.py\n@@ -1 +1 @@\n"
    document = build_document(head + b"-" + old + b"\n+" + new + b"\n", key="k")
    document.warm(160, 48, "split")
    row = next(row for row in rows(document) if row.kind is Kind.ADDED)
    assert len(row.text) < 10_100
    assert row.text.endswith(f"\u2026 +{len(new.decode()) - 10_000}")
    assert row.raw == new + b"\n"


@pytest.mark.parametrize("n_lines", [5_000, 50_000])
def test_field_d8_building_makes_no_rows(n_lines: int) -> None:
    """A diff opens at the price of its parse: rows are made when they are looked at."""
    body = b"".join(b"-a%d\n+b%d\n" % (n, n) for n in range(n_lines))
    head = b"diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1,%d +1,%d @@\n" % (n_lines, n_lines)
    document = build_document(head + body, key="k")
    document.warm(160, 48, "split")
    assert len(document.model._rows) <= 2 * 48


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    """The start of the program pays for no grammar, no lexer and no distance."""
    code = (
        "import sys, workbench.diff.document, workbench.diff.search, workbench.text\n"
        "print(sorted({'rapidfuzz', 'tree_sitter', 'pygments', 'textual'} & set(sys.modules)))"
    )
    root = Path(__file__).parents[2]
    out = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, cwd=root)
    assert out.stdout.strip() == b"[]"
