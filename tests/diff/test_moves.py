"""Moved code: git's word for it, each end found, and no text that can forge a mark."""

from pathlib import Path

import pytest

from workbench.adapters.diffs import read_coloured_diff, read_diff
from workbench.adapters.git import Git
from workbench.diff.document import DiffDocument, build_document
from workbench.diff.moves import DISAGREE, Moves, read_moves
from workbench.diff.rows import NOTHING

from .conftest import Repo

BLOCK = b"".join(b"    moved_line_%d = something_long_enough(%d)\n" % (n, n) for n in range(4))
FILL = b"".join(b"line %d\n" % n for n in range(30))


def trees(repo: Repo) -> tuple[Git, str, str]:
    old, new = (
        repo.git("rev-parse", f"{at}^{{tree}}").decode().strip() for at in ("HEAD~1", "HEAD")
    )
    return Git(Path(repo.root) / ".git"), old, new


def marked(repo: Repo) -> DiffDocument:
    git, old, new = trees(repo)
    document = build_document(read_diff(git, old, new), key="k")
    document.attach_moves(read_moves(document.model, read_coloured_diff(git, old, new)))
    return document


def ends(document: DiffDocument) -> list[tuple[str, str]]:
    """(line, its other end) from top to bottom, each with its sign and number."""

    def named(row: int) -> str:
        if row == NOTHING:
            return "nothing"
        line = document.model.row(row)
        sign = "-" if line.new_line is None else "+"
        return f"{sign}{line.old_line or line.new_line} {line.text.strip()[:12]}"

    return [(named(a), named(b)) for a, b in sorted(document.moves.ends.items())]


def test_r10_both_ends_of_a_block_know_each_other(repo: Repo) -> None:
    """Across files, and with another indentation."""
    repo.commit({b"a.py": b"def f():\n" + BLOCK + FILL, b"b.py": FILL})
    repo.commit({b"a.py": b"def f():\n" + FILL, b"b.py": FILL + BLOCK.replace(b"    ", b"\t\t")})
    document = marked(repo)
    assert ends(document) == [
        *((f"-{n + 2} moved_line_{n}", f"+{n + 31} moved_line_{n}") for n in range(4)),
        *((f"+{n + 31} moved_line_{n}", f"-{n + 2} moved_line_{n}") for n in range(4)),
    ]
    assert all(document.moves.ends[b] == a for a, b in document.moves.ends.items())


def test_r10_a_line_edited_on_the_way_is_no_moved_one(repo: Repo) -> None:
    """A moved block with a change in it shows both: the move around it, and the change."""
    repo.commit({b"a.py": BLOCK + FILL})
    repo.commit({b"a.py": FILL + BLOCK.replace(b"enough(2)", b"ENOUGH(2)")})
    texts = [line for line, _ in ends(marked(repo))]
    assert "-1 moved_line_0" in texts
    assert "-3 moved_line_2" not in texts


def test_r10_files_in_reading_order_keep_their_own_marks(repo: Repo) -> None:
    """Git lists a lock file first, the reader sees it last; marks belong to the right lines."""
    repo.commit({b"a.lock": b"x\n" * 9, b"b.py": BLOCK + FILL})
    repo.commit({b"a.lock": b"y\n" * 9, b"b.py": FILL + BLOCK})
    document = marked(repo)
    assert [entry.path for entry in document.files] == ["b.py", "a.lock"]
    assert len(ends(document)) == 8
    assert all("moved_line" in line for line, _ in ends(document))


@pytest.mark.parametrize("colour", [b"31", b"32", b"33", b"34", b"35", b"36"])
def test_field_d16_content_cannot_forge_a_mark(repo: Repo, colour: bytes) -> None:
    """A line with its own colours in front, in the middle, after a CR, or as a whole diff."""
    evil = [
        b"\x1b[%sm+forged line that is long enough\x1b[m\n" % colour,
        b"plain \r\x1b[%sm-forged line that is long\n" % colour,
        b"\x1b[m\x1b[%sm+\x1b[m\x1b[%smforged again and again\n" % (colour, colour),
    ]
    repo.commit({b"f": FILL + b"".join(evil), b"g": FILL})
    repo.commit(
        {b"f": FILL.replace(b"line 3\n", b"LINE 3\n"), b"g": FILL + b"quite another line\n"}
    )
    document = marked(repo)
    assert document.moves == Moves({})
    for row in document.view("unified").left:
        assert "\x1b" not in document.model.row(row).text


def test_r10_runs_that_disagree_mark_nothing_and_say_so(repo: Repo) -> None:
    """One line too many or too few, or a removed line in the colour of an added one."""
    repo.commit({b"a.py": BLOCK + FILL})
    repo.commit({b"a.py": FILL + BLOCK})
    git, old, new = trees(repo)
    document = build_document(read_diff(git, old, new), key="k")
    coloured = read_coloured_diff(git, old, new)
    assert len(read_moves(document.model, coloured).ends) == 8
    for bad in (
        coloured.replace(b"\x1b[36m+", b"\x1b[36m-", 1),
        coloured + b"\x1b[36m+one more\n",
        coloured.replace(b"\x1b[36m+", b"+", 1),
        coloured.replace(b"\x1b[36m+", b"\x1b[35m+", 1),
        b"",
    ):
        document.attach_moves(read_moves(document.model, bad))
        assert document.moves == Moves({}, DISAGREE)
        assert document.badges == ("moves not marked: git's runs disagree",)


def test_r10_a_copy_in_two_places_points_to_where_it_was(repo: Repo) -> None:
    """Each new place knows the old one; the old one knows one of them."""
    repo.commit({b"a.py": BLOCK + FILL})
    repo.commit({b"a.py": FILL + BLOCK + b"between = 1\n" + BLOCK})
    document = marked(repo)
    added = [row for row in document.moves.ends if document.model.row(row).old_line is None]
    assert len(added) == 8
    assert all(document.moves.ends[row] != NOTHING for row in added)


def test_r9_the_plain_run_is_what_the_import_stored(repo: Repo) -> None:
    """The same options, so that both runs have the same lines."""
    diff = repo.change({b"a.py": BLOCK + FILL, b"b": b"\0\1"}, {b"a.py": FILL + BLOCK, b"b": b"\0"})
    git, old, new = trees(repo)
    assert read_diff(git, old, new) == diff
