"""Files in which a label waits: private, in folders of our own alone, and read with care (D5)."""

import os
import stat
from pathlib import Path

import pytest

from workbench.adapters.kept_files import KeptFiles


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Two folders that are not there yet."""
    return tmp_path / "state" / "unsaved", tmp_path / "memory"


def test_d5_a_kept_file_is_private_and_comes_back_by_its_prefix(
    folders: tuple[Path, Path],
) -> None:
    """0600 in 0700, whatever the umask; only what was asked for is read; dropped, it is gone."""
    kept = KeptFiles(folders)
    before = os.umask(0)
    try:
        place = kept.put("a-1.json", "one\n")
        kept.put("b-1.json", "two\n")
    finally:
        os.umask(before)
    assert place == str(folders[0] / "a-1.json")
    assert stat.S_IMODE(Path(place).stat().st_mode) == 0o600
    assert stat.S_IMODE(folders[0].stat().st_mode) == 0o700
    assert list(kept.read("a-")) == [(place, "one\n")]
    assert not folders[1].exists()
    kept.drop("a-1.json")
    assert list(kept.read("a-")) == []


def test_d5_what_the_first_folder_does_not_take_goes_to_the_second(
    folders: tuple[Path, Path],
) -> None:
    """And comes out of it again once the first one does; it is never in both."""
    first, second = folders
    first.parent.mkdir()
    first.touch()
    kept = KeptFiles(folders)
    assert kept.put("a.json", "one") == str(second / "a.json")
    first.unlink()
    assert kept.put("a.json", "two") == str(first / "a.json")
    assert list(kept.read("a")) == [(str(first / "a.json"), "two")]


def test_d5_where_no_folder_takes_it_the_answer_is_nowhere(folders: tuple[Path, Path]) -> None:
    """No error: the screen says so."""
    for folder in folders:
        folder.parent.mkdir(exist_ok=True)
        folder.touch()
    assert KeptFiles(folders).put("a.json", "one") == ""
    assert list(KeptFiles(folders).read("")) == []


@pytest.mark.parametrize("kind", ["open to others", "a link"])
def test_d5_a_folder_that_others_may_have_written_is_not_used(
    folders: tuple[Path, Path], kind: str
) -> None:
    """In a temporary folder somebody may have put one there first."""
    trap = folders[0]
    trap.parent.mkdir()
    if kind == "a link":
        (trap.parent / "theirs").mkdir(mode=0o700)
        trap.symlink_to(trap.parent / "theirs")
    else:
        trap.mkdir()
        trap.chmod(0o777)
    (trap / "a.json").write_text("forged", "utf-8")
    kept = KeptFiles(folders)
    assert list(kept.read("a")) == []
    assert kept.put("b.json", "mine") == str(folders[1] / "b.json")
    assert sorted(path.name for path in trap.iterdir()) == ["a.json"]


@pytest.mark.needs_root
def test_d5_a_folder_of_somebody_else_is_not_used(folders: tuple[Path, Path]) -> None:
    """However private it is."""
    folders[0].mkdir(mode=0o700, parents=True)
    os.chown(folders[0], 65534, 65534)
    (folders[0] / "a.json").write_text("forged", "utf-8")
    kept = KeptFiles(folders)
    assert list(kept.read("a")) == []
    assert kept.put("a.json", "mine") == str(folders[1] / "a.json")


def test_d5_links_pipes_and_large_files_are_no_trap(folders: tuple[Path, Path]) -> None:
    """A link is not followed, a pipe is not waited for, and no file fills the memory."""
    folder = folders[0]
    folder.mkdir(mode=0o700, parents=True)
    (folder.parent / "elsewhere").write_text("secret", "utf-8")
    (folder / "a-link").symlink_to(folder.parent / "elsewhere")
    os.mkfifo(folder / "a-pipe")
    (folder / "a-folder").mkdir()
    with (folder / "a-large").open("wb") as file:
        file.truncate(1 << 32)
    (folder / "a-odd").write_bytes(b"\xff")
    found = dict(KeptFiles(folders).read("a-"))
    assert {Path(place).name: len(text) for place, text in found.items()} == {
        "a-large": 1 << 20,
        "a-odd": 1,
    }
