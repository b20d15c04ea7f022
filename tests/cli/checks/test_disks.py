"""Full disks and floods of output blame no candidate and lose no result."""

import json
import shutil
from pathlib import Path

import pytest
from disks import fill, mount_small

from cli.kit import Cli

from .kit import check, count_results, reports, results, set_settings


def test_no_disk_for_what_is_temporary_is_nobodys_failure(study: Cli) -> None:
    """A tree that cannot be laid out is not run and says why; with space it is."""
    tiny = study.folder / "tiny"
    tiny.mkdir()
    full = ("bwrap", "--dev-bind", "/", "/", "--size", "4096", "--tmpfs", str(tiny), "--")
    done = Cli(study.folder, full).run("check", "--json", env={"TMPDIR": str(tiny)})
    rows = done.json("checks") if done.code == 0 else []
    assert {row["tests"] for row in rows} <= {"not_run"}
    assert "No space left" in done.out + done.err
    assert {row["tests"] for row in check(study).values()} == {"pass", "fail"}


def test_no_disk_for_what_is_printed_is_nobodys_failure(study: Cli) -> None:
    """A command that could not print fails by the disk, not by the code."""
    set_settings(study, test_command="grep -q 'return [ab] + [ab]' calc.py || seq 100000")
    small = study.folder / "small"
    small.mkdir()
    full = ("bwrap", "--dev-bind", "/", "/", "--size", "262144", "--tmpfs", str(small), "--")
    done = Cli(study.folder, full).run("check", "bad", env={"TMPDIR": str(small)})
    assert done.code == 1
    assert "a check cannot be written (No space left on device)" in done.err
    assert results(study)["t0000", "bad"] == "not_run"
    assert check(study, "bad")["t0000", "bad"]["tests"] == "pass"


def test_no_disk_for_a_report_ends_it_and_loses_nothing(study: Cli) -> None:
    """It says so in a line; with space the same command does what is left."""
    kept = study.folder / ".workbench" / "checks"
    check(study, "bad")
    full = ("bwrap", "--dev-bind", "/", "/", "--size", "4096", "--tmpfs", str(kept), "--")
    done = Cli(study.folder, full).run("check")
    assert done.code == 1
    assert "a check cannot be written (No space left on device): what is finished" in done.err
    before = reports(study)
    assert {key[1]: row["is_new"] for key, row in check(study).items()} == {
        "bad": False,
        "good": True,
    }
    assert before.items() <= reports(study).items()


@pytest.mark.needs_tmpfs
def test_no_disk_for_the_results_ends_it_and_loses_nothing(study: Cli) -> None:
    """A run that the database did not take is not run again: its report is there."""
    check(study, "bad")
    with mount_small("4m") as disk:
        shutil.copytree(study.folder, disk / "study", symlinks=True)
        here, kept = Cli(disk / "study"), study.folder / "kept"
        shutil.move(here.folder / ".workbench" / "checks", kept)
        (here.folder / ".workbench" / "checks").symlink_to(kept)
        filled = fill(disk)
        done = here.run("check")
        assert done.code == 1, done
        assert "disk" in done.err
        before = reports(here)
        filled.unlink()
        check(here)
        assert before.items() <= reports(here).items()
        assert set(count_results(here).values()) == {1}
        assert "sound" in here.ok("verify").out


def test_a_gigabyte_of_output_goes_to_disk_up_to_a_cap(study: Cli, tmp_path: Path) -> None:
    """The writer is ended at 64 MB; its end is kept, nothing stays on the disk."""
    left = tmp_path / "left"
    left.mkdir()
    flood = "yes 0123456789 | head -c 1000000000"
    set_settings(study, test_command=f"grep -q 'return [ab] + [ab]' calc.py || {flood}")
    done = study.run("check", "bad", "--json", env={"TMPDIR": str(left)})
    (row,) = done.json("checks")
    assert (row["tests"], row["broken"]) == ("fail", ["exit code"])
    assert 1_000 < len(json.dumps(row["tails"])) < 10_000
    assert list(left.iterdir()) == []
