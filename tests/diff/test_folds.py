"""Context: from which end it opens, whole files, and what the code stands in."""

import pytest
from textual.color import Color

from workbench.diff.document import DiffDocument, build_document
from workbench.diff.folds import CAP, STEP_ONE_WAY
from workbench.diff.rows import Kind, Row
from workbench.diff.scopes import Scopes
from workbench.tui.widgets.diff_chrome import Space, fold
from workbench.tui.widgets.diff_hues import DARK
from workbench.tui.widgets.diff_palette import Palette

from .conftest import Repo

LINES = [b"line %d\n" % number for number in range(1, 301)]


def changed(repo: Repo, *numbers: int) -> DiffDocument:
    new = [b"NEW\n" if n in numbers else line for n, line in enumerate(LINES, 1)]
    diff = repo.change({b"f": b"".join(LINES)}, {b"f": b"".join(new)})
    document = build_document(diff, key="k")
    assert document.attach_blobs("f", b"".join(LINES), b"".join(new))
    return document


def rows(document: DiffDocument) -> list[Row]:
    return [document.model.row(row) for row in document.view("unified").left]


def shown(document: DiffDocument) -> list[int]:
    return [row.new_line for row in rows(document) if row.new_line]


def folds(document: DiffDocument) -> list[str]:
    return [row.text for row in rows(document) if row.kind is Kind.GAP]


def change_at(document: DiffDocument, line: int) -> int:
    return next(row.id for row in rows(document) if row.new_line == line)


def test_r6_context_opens_on_the_side_that_is_asked_for(repo: Repo) -> None:
    """Above the change at the cursor, below it, until there is none left; others stay shut."""
    document = changed(repo, 100, 200)
    first, last = change_at(document, 100), change_at(document, 200)
    assert document.expand_from(last, -1) == STEP_ONE_WAY
    assert shown(document) == [*range(97, 104), *range(177, 204)]
    assert document.expand_from(first, 1) == STEP_ONE_WAY
    assert shown(document) == [*range(97, 124), *range(177, 204)]
    assert document.expand_from(first, -1) == STEP_ONE_WAY
    assert shown(document)[0] == 77
    assert document.expand_from(last, 1) == STEP_ONE_WAY
    assert shown(document)[-1] == 223
    while document.expand_from(first, 1):
        pass
    assert shown(document) == [*range(77, 224)]
    assert folds(document) == ["76 unchanged lines", "77 unchanged lines"]


def test_r6_on_a_fold_each_side_opens_at_its_change(repo: Repo) -> None:
    """Above belongs to the change that follows, below to the one before."""
    document = changed(repo, 100, 200)
    fold = [row.id for row in rows(document) if row.kind is Kind.GAP][1]
    document.expand_from(fold, -1)
    assert shown(document) == [*range(97, 104), *range(177, 204)]
    document.expand_from(fold, 1)
    assert shown(document) == [*range(97, 124), *range(177, 204)]


def test_r6_a_whole_file_opens_and_shuts(repo: Repo) -> None:
    """Every line of it, in its order; then its changes only, as before."""
    document = changed(repo, 100, 200)
    before = shown(document)
    assert document.toggle_file(0) == 300 - len(before)
    assert shown(document) == [*range(1, 301)]
    assert folds(document) == []
    assert document.toggle_file(0) == len(before) - 300
    assert shown(document) == before


def test_r6_one_unchanged_line_is_shown_and_not_folded(repo: Repo) -> None:
    """Its fold would take as much room; it stays when the file shuts again."""
    document = changed(repo, 100, 108)
    assert [*range(97, 112)] == shown(document)
    assert folds(document) == ["96 unchanged lines", "189 unchanged lines"]
    document.toggle_file(0)
    assert document.toggle_file(0) == -285
    assert [*range(97, 112)] == shown(document)


def test_r6_a_fold_says_what_the_change_below_stands_in(repo: Repo) -> None:
    """By the whole file, not by git's guess from the hunk; nothing where it stands in nothing."""
    lines = [b"import os\n", b"\n", b"def first():\n", *(b"    pass\n" for _ in range(30))]
    lines += [b"def second():\n", *(b"    x = 1\n" for _ in range(30))]
    new = [*lines]
    new[36] = b"    x = 2\n"
    diff = repo.change({b"f.py": b"".join(lines)}, {b"f.py": b"".join(new)})
    document = build_document(diff, key="k")
    assert document.attach_blobs("f.py", b"".join(lines), b"".join(new))
    gap = next(row for row in rows(document) if row.kind is Kind.GAP)
    space = Space(Palette(DARK, Color.parse("#000000")), 9, 80)
    text = "".join(part.text for part in fold(gap, space, document, cursor=False))
    assert "def second()" in text
    assert "def first()" not in text


def test_r6_a_very_long_file_opens_bit_by_bit(repo: Repo) -> None:
    """One key never unfolds a novel."""
    old = b"x\n" * (3 * CAP)
    new = old + b"end\n"
    document = build_document(repo.change({b"f": old}, {b"f": new}), key="k")
    assert document.attach_blobs("f", old, new)
    assert document.toggle_file(0) == CAP
    assert document.toggle_file(0) == CAP


def test_r6_nothing_opens_while_the_file_is_unknown(repo: Repo) -> None:
    """No line is made up."""
    diff = repo.change({b"f": b"".join(LINES)}, {b"f": b"".join(LINES[:-1])})
    document = build_document(diff, key="k")
    row = rows(document)[-1].id
    assert document.expand_from(row, -1) == 0
    assert document.toggle_file(0) == 0


# What the code stands in.

PYTHON = b"""import os

class Ledger:
    \"\"\"Doc.\"\"\"

    async def add(self, row):
        if row:
            return 1

    def drop(self): pass

VALUE = 1

def main() -> None:
    print(1)
"""
RUST = b"pub struct A;\n\nimpl A {\n    pub(crate) fn go(&self) -> u8 {\n        1\n    }\n}\n"
C = b"static int add(int a,\n  int b)\n{\n\treturn a;\n}\n\nint sub(int a) {\n\treturn a;\n}\n"
SCRIPT = (
    b"export default class A {\n  run() {}\n}\n\nexport async function go() {\n  x = {\n  };\n}\n"
)


@pytest.mark.parametrize(
    ("data", "line", "around"),
    [
        (PYTHON, 1, []),
        (PYTHON, 3, [b"class Ledger:"]),
        (PYTHON, 8, [b"class Ledger:", b"async def add(self, row):"]),
        (PYTHON, 9, [b"class Ledger:", b"async def add(self, row):"]),
        (PYTHON, 10, [b"class Ledger:", b"def drop(self): pass"]),
        (PYTHON, 12, []),
        (PYTHON, 15, [b"def main() -> None:"]),
        (RUST, 5, [b"impl A {", b"pub(crate) fn go(&self) -> u8 {"]),
        (C, 8, [b"int sub(int a) {"]),
        (SCRIPT, 7, [b"export async function go() {"]),
        (b"", 1, []),
    ],
)
def test_the_definition_around_a_line(data: bytes, line: int, around: list[bytes]) -> None:
    """By indentation, the outermost first; a line at the margin stands in nothing."""
    raw = [*data.split(b"\n"), b""][line - 1]
    assert Scopes(data).at(line, raw) == around


def test_r5_a_line_names_what_it_is_in_before_and_after_the_files_come(repo: Repo) -> None:
    """A word of git's for the hunk first, the whole file's then; both safe to draw."""
    body = b"".join(b"        x = %d\n" % n for n in range(20))
    old = b"class A:\n    def evil\x1b[2J(self):\n" + body
    new = old.replace(b"x = 19", b"y = 19")
    document = build_document(repo.change({b"f.py": old}, {b"f.py": new}), key="k")
    row = rows(document)[-1].id
    assert document.enclosing(row) == "class A:"
    assert document.attach_blobs("f.py", old, new)
    assert document.enclosing(row) == "class A → def evil␛[2J(self)"
    assert document.enclosing(rows(document)[0].id) == ""
