"""A reviewer's own version: copied out, taken back as a tree, measured and compared."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest

from workbench.adapters.workcopies import WorkCopies
from workbench.bootstrap import Workbench, open_workbench
from workbench.domain.blind import ReviewItem
from workbench.domain.errors import InputRefused, UsageError, WorkbenchError
from workbench.domain.label import EditClass, Label
from workbench.services.edits import Edit, compare_trees, list_comparisons, measure_edit
from workbench.services.left_edits import LeftEdit, find_left_edits, render_note
from workbench.services.queues import make_document
from workbench.study import find_study

from .kit import Seat, play, read_log
from .trees import make_study

LINES = [f"value_{n} = compute({n})\n" for n in range(40)]
BASE: dict[str, str | bytes] = {
    "app.py": "".join(LINES),
    "data/a.bin": b"a\0b",
    "tests/test_app.py": "def test():\n    1\n",
}
MADE: dict[str, dict[str, str]] = {
    "m1": {"app.py": "".join([*LINES, *(f"added_{n} = {n}\n" for n in range(20))])}
}


@dataclass
class Desk:
    bench: Workbench
    item: ReviewItem
    copies: WorkCopies

    def edit(self, change: str | bytes | None, name: str = "app.py") -> Edit:
        """What becomes of the output when one file is so in the copy."""
        copy = self.copies.open("", self.item.tree)
        place = copy / "tree" / name
        if change is None:
            place.unlink()
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(change.encode() if isinstance(change, str) else change)
        tree = self.copies.take("", self.item.tree, copy)
        self.copies.drop(copy)
        assert not copy.exists()
        return measure_edit(self.item, tree, self.bench.clones, self.bench.clones)

    @property
    def output(self) -> str:
        return "".join([*LINES, *(f"added_{n} = {n}\n" for n in range(20))])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_study(tmp_path_factory.mktemp("edits"), BASE, MADE)


@pytest.fixture
def desk(made: Path, tmp_path: Path) -> Iterator[Desk]:
    study = find_study(Path(shutil.copytree(made, tmp_path / "study")))
    with open_workbench(study) as bench:
        (line,) = bench.store.list_outputs()
        bench.store.ensure_reviewer("ann", datetime(2026, 1, 1, tzinfo=UTC))
        item = bench.store.get_review_item("ann", line.output_id, open_names=False)
        yield Desk(bench, item, WorkCopies(bench.clones.path, ""))


def test_a_copy_is_private_plain_and_without_git(desk: Desk) -> None:
    """Owner only, outside of every repository."""
    copy = desk.copies.open("", desk.item.tree)
    assert copy.stat().st_mode & 0o777 == 0o700
    assert sorted(p.name for p in copy.iterdir()) == ["about.json", "tree"]
    names = sorted(
        str(p.relative_to(copy / "tree")) for p in (copy / "tree").rglob("*") if p.is_file()
    )
    assert names == ["app.py", "data/a.bin", "tests/test_app.py"]
    assert desk.copies.take("", desk.item.tree, copy) == desk.item.tree
    desk.copies.drop(copy)


@pytest.mark.parametrize(
    ("n_changed", "edit"), [(1, EditClass.MINOR), (2, EditClass.MINOR), (5, EditClass.MAJOR)]
)
def test_r17_the_class_follows_the_size(desk: Desk, n_changed: int, edit: EditClass) -> None:
    """METRICS 4: up to a fifth of the patch, and twenty lines."""
    text = desk.output
    for n in range(n_changed):
        text = text.replace(f"added_{n} = {n}\n", f"better_{n} = {n}\n")
    found = desk.edit(text)
    assert (found.edited.size.patch_lines, found.edited.size.edit_lines) == (20, 2 * n_changed)
    assert found.edit is edit
    assert found.edited.size.kept == 20 - n_changed
    judgement = found.apply(desk.item.judgement)
    assert (judgement.label, judgement.edit) == (Label.EDITED, edit)


def test_r17_nothing_kept_and_the_base_itself_are_rejected(desk: Desk) -> None:
    """Whoever takes all of it out has rejected it."""
    assert desk.edit("".join(LINES)).edited.size.is_base
    assert desk.edit("".join(LINES)).edit is EditClass.REJECTED
    assert desk.edit("".join(LINES) + "other = 1\n").edit is EditClass.REJECTED


def test_r17_a_test_that_had_to_be_added_is_major(desk: Desk) -> None:
    """However small."""
    found = desk.edit("def test():\n    2\n", "tests/test_app.py")
    assert found.edited.size.has_added_tests
    assert found.edit is EditClass.MAJOR


@pytest.mark.parametrize("change", [None, b"\0binary\0" * 99, b"", b"\xff\xfe broken \n"])
def test_bad_input_a_file_that_is_gone_binary_empty_or_broken(
    desk: Desk, change: bytes | None
) -> None:
    """Each is a tree like any, measured and shown."""
    found = desk.edit(change)
    assert found.edit is EditClass.REJECTED
    plain = make_document(desk.item)
    for comparison in list_comparisons(desk.item, found.edited.tree):
        clones = desk.bench.clones
        document = compare_trees(desk.item, plain, comparison, clones, clones)
        assert document.is_comparison
        assert document.plain is plain
        assert document.key == desk.item.output_id
        assert len(document.view("split")) > 0


def test_what_an_editor_leaves_behind_is_not_taken(desk: Desk) -> None:
    """Swap files, backups, a repository, links: none of it is the reviewer's edit."""
    copy = desk.copies.open("", desk.item.tree)
    tree = copy / "tree"
    for name in (".app.py.swp", "app.py~", "#app.py#", ".git/config", "4913"):
        (tree / name).parent.mkdir(exist_ok=True)
        (tree / name).write_text("x")
    (tree / "link").symlink_to("/etc/hostname")
    (tree / "away").symlink_to("/etc")
    assert desk.copies.take("", desk.item.tree, copy) == desk.item.tree
    desk.copies.drop(copy)
    assert Path("/etc/hostname").exists()


def test_a_file_that_became_a_link_is_gone_and_never_read(desk: Desk) -> None:
    """No link is followed, in the place of a file nor of a folder."""
    copy = desk.copies.open("", desk.item.tree)
    (copy / "tree" / "app.py").unlink()
    (copy / "tree" / "app.py").symlink_to("/etc/passwd")
    shutil.rmtree(copy / "tree" / "data")
    (copy / "tree" / "data").symlink_to("/etc")
    made = desk.copies.take("", desk.item.tree, copy)
    files = desk.bench.clones.list_files("", made)
    assert files == (b"tests/test_app.py",)
    desk.copies.drop(copy)


@pytest.mark.parametrize("name", [".gitmodules", "a\x1b[2J.py", "sub/.git./x"])
def test_an_edit_passes_the_rules_of_any_patch(desk: Desk, name: str) -> None:
    """What a patch may not hold an edit may not either; the copy stays."""
    copy = desk.copies.open("", desk.item.tree)
    place = copy / "tree" / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("x")
    with pytest.raises(InputRefused):
        desk.copies.take("", desk.item.tree, copy)
    assert place.exists()
    desk.copies.drop(copy)


def test_a_file_without_end_is_refused(desk: Desk) -> None:
    """Nor is a pipe waited for."""
    copy = desk.copies.open("", desk.item.tree)
    os.mkfifo(copy / "tree" / "pipe")
    with (copy / "tree" / "huge").open("wb") as file:
        file.truncate(1 << 32)
    with pytest.raises(InputRefused, match="larger than 20 MB"):
        desk.copies.take("", desk.item.tree, copy)
    desk.copies.drop(copy)


@pytest.mark.parametrize(
    ("command", "said"),
    [("no-such-editor", "was not found"), ("'", "No closing quotation"), ("./vi", "was not found")],
)
def test_an_editor_that_cannot_be_run_is_named(command: str, said: str) -> None:
    """With what to set."""
    with pytest.raises(UsageError, match=said):
        WorkCopies(Path, command).check()


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ("", "[FILE]"),
        ("-n", "[-n FILE]"),
        ("--at {line} {file}", "[--at 7 FILE]"),
        ("{file}:{line} -x", "[FILE:7 -x]"),
    ],
)
def test_the_editor_is_told_the_file_and_the_line(
    desk: Desk, tmp_path: Path, options: str, wanted: str
) -> None:
    """As it wants to have them; it starts outside of the copy, with nothing of git about it."""
    script = tmp_path / "editor"
    script.write_text('#!/bin/sh\necho "[$*]" > "$OUT"; pwd >> "$OUT"; env >> "$OUT"; exit 3\n')
    script.chmod(0o755)
    copies = WorkCopies(desk.bench.clones.path, f"{script} {options}")
    copy = copies.open("", desk.item.tree)
    os.environ["OUT"], os.environ["GIT_DIR"] = str(tmp_path / "out"), "/nowhere"
    try:
        assert copies.edit(copy, b"app.py", 7) == 3
    finally:
        del os.environ["OUT"], os.environ["GIT_DIR"]
    said = (tmp_path / "out").read_text().split("\n")
    assert said[0] == wanted.replace("FILE", str(copy / "tree" / "app.py"))
    assert said[1] == str(copy)
    assert [line for line in said if line.startswith("GIT_")] == [f"GIT_CEILING_DIRECTORIES={copy}"]
    copies.drop(copy)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("nvim", "+7 FILE"), ("hx", "FILE:7"), ("code", "--wait --goto FILE:7"), ("ed", "FILE")],
)
def test_known_editors_go_to_the_line(desk: Desk, tmp_path: Path, name: str, wanted: str) -> None:
    """By their names."""
    script = tmp_path / name
    script.write_text(f'#!/bin/sh\necho "$*" > "{tmp_path / "out"}"\n')
    script.chmod(0o755)
    copies = WorkCopies(desk.bench.clones.path, str(script))
    copy = copies.open("", desk.item.tree)
    assert copies.edit(copy, b"app.py", 7) == 0
    said = (tmp_path / "out").read_text().strip()
    assert said == wanted.replace("FILE", str(copy / "tree" / "app.py"))
    copies.drop(copy)


def test_a_copy_says_how_far_it_is_and_can_be_stopped(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A part at a time; what was written so far goes again."""
    monkeypatch.setattr("workbench.adapters.workcopies._PART", 1)
    told: list[int] = []

    def tell(percent: int) -> bool:
        told.append(percent)
        return len(told) < 5

    desk.copies.drop(desk.copies.open("", desk.item.tree, tell=tell))
    assert told == [0, 33, 66]
    before = set(Path(tempfile.gettempdir()).glob("workbench-edit-*"))
    with pytest.raises(WorkbenchError, match="cancelled: nothing was edited"):
        desk.copies.open("", desk.item.tree, tell=tell)
    assert set(Path(tempfile.gettempdir()).glob("workbench-edit-*")) == before


def test_what_a_kill_leaves_is_found_by_its_reviewer_alone(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not while somebody works on it; what is no copy of ours is passed over."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    output, tree = desk.item.output_id, desk.item.tree
    edit = LeftEdit(Path(), output, "one", tree, b"app.py", 7)
    away = edit._replace(path=b"../../x")
    child = os.fork()
    if not child:
        for who, one in (("ann", edit), ("bob", edit), ("ann", away)):
            desk.copies.open("", tree, render_note("study", who, one))
        os._exit(0)
    os.waitpid(child, 0)
    desk.copies.open("", tree, render_note("study", "ann", edit))  # somebody is at work on this
    (tmp_path / "workbench-edit-file").write_text("x")
    (tmp_path / "workbench-edit-open").mkdir(mode=0o755)
    (tmp_path / "workbench-edit-link").symlink_to(tmp_path / "workbench-edit-open")
    other = WorkCopies(desk.bench.clones.path, "")
    (left,) = find_left_edits(other, "study", "ann")
    assert left == edit._replace(copy=left.copy)
    assert list(find_left_edits(other, "another study", "ann")) == []
    assert other.claim(left.copy)
    assert not desk.copies.claim(left.copy)
    assert list(find_left_edits(desk.copies, "study", "ann")) == []
    other.drop(left.copy)
    assert not left.copy.exists()
    assert not desk.copies.claim(left.copy)


class SlowCopies(WorkCopies):
    """Copies that take until they are stopped."""

    def check(self) -> None:
        """There is an editor."""

    def open(
        self, repo: str, tree: str, note: str = "", tell: Callable[[int], bool] = lambda _: True
    ) -> Path:
        del repo, tree, note
        pause = Event()
        while tell(34):
            pause.wait(0.01)
        raise WorkbenchError("cancelled: nothing was edited")


def test_a_long_copy_says_how_far_it_is_and_escape_ends_it(folder: Path) -> None:
    """Every wait over half a second: progress, and a way to cancel."""

    async def scene(seat: Seat) -> None:
        seat.screen.patience = 0.0
        await seat.press("O")
        await seat.until(lambda: "copy: 34 %; escape cancels" in seat.bar, "progress")
        await seat.press("O")
        assert "one moment" in seat.bar
        await seat.press("escape", "escape")
        await seat.until(lambda: "cancelled: nothing was edited" in seat.bar, "the end")
        assert seat.ticket == "clean"

    play(folder, scene, wrap=lambda get: replace(get(), copies=SlowCopies(Path, "")))
    assert read_log(folder) == []
