"""The demo: the right numbers in ten seconds, whole or not there, and never in the way."""

import stat
from pathlib import Path

import pytest

from .kit import Cli


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """A home in which the demo was opened and filled."""
    cli = Cli(tmp_path_factory.mktemp("demo"))
    done = cli.quick("demo", "--filled")
    assert (done.code, done.err) == (0, "")
    assert "Queue of key: 0 left of 40" in done.out
    return cli


def study_of(cli: Cli) -> Path:
    return cli.folder / "data" / "workbench" / "demo"


def test_the_key_gives_the_four_numbers(filled: Cli) -> None:
    """Forty outputs, two candidates; a second run changes nothing."""
    told = filled.ok("demo", "--filled").out
    for line in (
        "merge rate              10/13    76.9%",
        "merge rate              6/19     31.6%",
        "abstention rate, vague  6/10     60.0%",
        "escape rate             4/15     26.7%",
        "total 6/15 40% (20-64)",
    ):
        assert line in told
    assert f"The study is in {study_of(filled)}." in told
    assert "Run `workbench demo --filled` in a terminal to review it." in told
    assert "sound" in filled.ok("verify", "--study", study_of(filled)).out


def test_the_demo_goes_on_where_it_was(filled: Cli) -> None:
    """Labels stay until --reset; a fill that was cut short is completed."""
    study = study_of(filled)
    for _ in range(3):
        filled.ok("label", "undo", "--reviewer", "key", "--study", study)
    assert "Queue of key: 0 left of 40" in filled.ok("demo", "--filled").out
    assert "Queue of ann: 36 left of 36" in filled.ok("demo").out
    assert "merge rate              10/13" in filled.ok("demo").out
    assert "merge rate              0/1 " in filled.ok("demo", "--reset").out
    filled.ok("demo", "--filled")


def test_its_first_five_outputs_teach(filled: Cli) -> None:
    """A clean merge, an honest question, an escape, a touch-up, a red test is not in the queue."""
    lines = filled.ok("demo").out.splitlines()[2:7]
    assert [line.split()[1] for line in lines][:4] == ["led-10", "led-07", "led-16", "led-14"]


def test_the_key_is_printed(filled: Cli) -> None:
    """Forty decisions, each with its reason."""
    told = filled.ok("demo", "--key").out.splitlines()
    assert len(told) == 41
    assert told[0].split() == ["ticket", "candidate", "label", "edit", "why"]


def test_a_damaged_demo_says_how_to_start_over(filled: Cli) -> None:
    """Exit 4, and --reset does it."""
    (study_of(filled) / ".workbench" / "study.db").write_bytes(b"")
    done = filled.quick("demo")
    assert (done.code, "`workbench demo --reset` starts it over" in done.err) == (4, True)
    filled.ok("demo", "--reset")


def test_a_killed_demo_is_made_again(tmp_path: Path) -> None:
    """Killed while it is made: no half demo, no rubbish after the next start."""
    cli, data = Cli(tmp_path), tmp_path / "data" / "workbench"
    with cli.start("demo") as process:
        while process.poll() is None and not list(data.glob(".workbench-tmp-*")):
            pass
        process.kill()
    assert not (data / "demo").exists()
    cli.ok("demo")
    assert [path.name for path in data.iterdir()] == ["demo"]
    assert stat.S_IMODE((data / "demo").stat().st_mode) == 0o700
    assert [path.name for path in tmp_path.iterdir()] == ["data"]
