"""Many patches at once: in order, lazily, and gone when nobody wants them."""

import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from workbench.adapters.batches import apply_many
from workbench.adapters.clones import clone_repository, resolve_commit
from workbench.domain.delivery import Rung
from workbench.domain.errors import GitFailed

MakeRepository = Callable[[Path, Mapping[str, bytes]], str]


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory, make_repository: MakeRepository) -> Path:
    """A clone with one file."""
    folder = tmp_path_factory.mktemp("batches")
    make_repository(folder / "source", {"a.txt": b"1\n2\n3\n"})
    clone_repository(folder / "source", folder / "clone.git")
    return folder / "clone.git"


def patch(number: int) -> bytes:
    """One for each number: a third goes by git, a fifth fails, a seventh is empty."""
    if number % 7 == 0:
        return b""
    words = b"preamble\n" if number % 3 == 0 else b""
    old = b"9" if number % 5 == 0 else b"1"
    body = b"@@ -1,3 +1,3 @@\n-%s\n+new %d\n 2\n 3\n" % (old, number)
    return words + b"diff --git a/a.txt b/a.txt\n--- a/a.txt\n+++ b/a.txt\n" + body


def test_answers_come_in_order_and_match_their_patch(clone: Path) -> None:
    """Key, rung and content belong together, whatever thread did the work."""
    base = resolve_commit(clone, "HEAD")
    jobs = ((n, base, patch(n)) for n in range(120))
    answers = list(apply_many(clone, jobs, workers=4))
    assert [key for key, _ in answers] == list(range(120))
    for number, applied in answers:
        wanted = Rung.EMPTY if number % 7 == 0 else Rung.FAILED if number % 5 == 0 else Rung.PLAIN
        assert applied.rung is wanted
        assert (b"+new %d\n" % number in applied.diff) is (wanted is Rung.PLAIN)


def test_input_is_read_only_as_far_as_needed(clone: Path) -> None:
    """The first answer comes after a few rows, not after all of them."""
    base = resolve_commit(clone, "HEAD")
    read: list[int] = []

    def rows() -> Iterator[tuple[int, str, bytes]]:
        for number in range(10_000):
            read.append(number)
            yield number, base, patch(number)

    answers = apply_many(clone, rows(), workers=2)
    next(answers)
    assert len(read) <= 64
    answers.close()  # type: ignore[attr-defined]  # a generator


def test_closing_ends_threads_and_processes(clone: Path) -> None:
    """A cancelled run leaves no thread and no scratch folder behind."""
    base = resolve_commit(clone, "HEAD")
    answers = apply_many(clone, ((n, base, patch(n)) for n in range(1000)), workers=3)
    next(answers)
    answers.close()  # type: ignore[attr-defined]  # a generator
    assert not [t for t in threading.enumerate() if t.name.startswith("apply")]
    assert list((clone / "wb-staging").iterdir()) == []


def test_missing_base_commit_ends_the_run(clone: Path) -> None:
    """A job on a commit that is not there raises and cleans up."""
    with pytest.raises(GitFailed, match="not in the clone"):
        list(apply_many(clone, [("x", "2" * 40, patch(1))]))
    assert list((clone / "wb-staging").iterdir()) == []
