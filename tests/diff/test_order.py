"""Files in the order in which they are read, and what is folded for a start."""

import pytest

from workbench.diff.document import DiffDocument, build_document
from workbench.diff.order import Rank, rank_of, status_letter
from workbench.diff.patch import FilePatch, Status
from workbench.diff.rows import Kind

from .conftest import Repo


@pytest.mark.parametrize(
    ("path", "is_new", "rank"),
    [
        ("src/app.py", False, Rank.FIRST),
        ("README.md", True, Rank.FIRST),
        ("src/latest.py", True, Rank.FIRST),
        ("src/contest/entry.py", True, Rank.FIRST),
        ("debug.py", False, Rank.FIRST),
        ("src/debug.py", True, Rank.FIRST),
        ("tests/helper.py", True, Rank.TESTS),
        ("src/test_app.py", False, Rank.TESTS),
        ("pkg/app_test.go", False, Rank.TESTS),
        ("web/App.spec.ts", False, Rank.TESTS),
        ("test_fix.py", True, Rank.TESTS),
        ("poetry.lock", False, Rank.LOCK),
        ("web/package-lock.json", False, Rank.LOCK),
        ("go.sum", False, Rank.LOCK),
        ("lock.json", False, Rank.FIRST),
        ("web/dist/app.js", False, Rank.GENERATED),
        ("static/jquery.min.js", False, Rank.GENERATED),
        ("api/service_pb2.py", False, Rank.GENERATED),
        ("reproduce_issue.py", True, Rank.STRAY),
        ("repro.py", True, Rank.STRAY),
        ("src/app.py.orig", True, Rank.STRAY),
        ("fix.patch", True, Rank.STRAY),
        ("notes~", True, Rank.STRAY),
        ("fix.patch", False, Rank.FIRST),
    ],
)
def test_r14_the_rank_is_of_the_path_alone(path: str, rank: Rank, *, is_new: bool) -> None:
    """And of whether it is new: so it is the same for every candidate of a ticket."""
    status = Status.ADDED if is_new else Status.MODIFIED
    assert rank_of(FilePatch(None, path.encode(), status)) is rank


FILES = ["app.py", "b.lock", "c/test_x.py", "dist/x.js", "docs/a.md", "zoo.py"]


def build(repo: Repo, *names: str) -> DiffDocument:
    before = {name.encode(): b"old\n" for name in names}
    return build_document(repo.change(before, dict.fromkeys(before, b"new\n")), key="k")


def test_r14_two_candidates_have_their_files_in_one_order(repo: Repo) -> None:
    """What explains first, then tests, locks, generated; within these as git lists them."""
    wanted = ["app.py", "docs/a.md", "zoo.py", "c/test_x.py", "b.lock", "dist/x.js"]
    paths = [entry.path for entry in build(repo, *FILES).files]
    assert paths == wanted
    repo.commit({name.encode(): None for name in FILES})
    some = [entry.path for entry in build(repo, "zoo.py", "b.lock", "c/test_x.py").files]
    assert some == [path for path in wanted if path in some]


def test_r14_what_is_folded_says_what_it_is_and_opens(repo: Repo) -> None:
    """One row for the whole file, counted, reached by keys of hunks, opened by those of folds."""
    old = b"".join(b"%d\n" % n for n in range(90))
    new = old.replace(b"\n5\n", b"\nfive\n").replace(b"\n80\n", b"\neighty\n")
    diff = repo.change({b"a.lock": old, b"a.py": b"x\n"}, {b"a.lock": new, b"a.py": b"y\n"})
    document = build_document(diff, key="k")
    view = document.view("split")
    rows = [document.model.row(view.row_at(at)) for at in range(len(view))]
    assert [row.text for row in rows][-2:] == ["a.lock", "16 lines of a lock file, folded"]
    assert (document.added, document.removed, document.n_hunks) == (3, 3, 3)
    assert view.hunks == [1, len(view) - 1]
    fold = rows[-1].id
    hidden = [n for n, s in enumerate(document.model.segments) if s.file == 1]
    assert all(view.index_of(n << 32) in {len(view) - 1, len(view) - 2} for n in hidden)
    assert document.is_expandable(fold)
    assert document.expand(fold) == 16
    kinds = [document.model.row(row).kind for row in document.view("unified").left]
    assert kinds.count(Kind.ADDED) == 3
    assert document.toggle_file(1) == -16
    assert len(document.view("split")) == len(view)
    assert document.reveal(fold)
    assert not document.reveal(fold)


def test_a_letter_for_what_became_of_a_file() -> None:
    """As git has it; and one for a file that stands beside the patch."""
    letters = [status_letter(FilePatch(b"a", b"a", status)) for status in Status]
    assert letters == ["A", "D", "M", "R", "C", "M", "="]
