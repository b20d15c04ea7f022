"""Published scores on the command line: a CSV in, a table out, bad rows named."""

from pathlib import Path

import pytest

import workbench.services.leaderboards
import workbench.store.store  # noqa: F401 - every command below is a fork: it finds them loaded

from .kit import Cli

HEAD = "model,benchmark,score,n,source,as_of\n"


def write(cli: Cli, text: str | bytes) -> Path:
    path = cli.folder / "scores.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_good_rows_go_in_and_bad_ones_are_named(cli: Cli) -> None:
    """By file and line; what is in is in the table."""
    assert "no published scores yet" in cli.ok("scores").out
    file = write(
        cli,
        "\ufeff" + HEAD + 'm1,"Bench, one",88.7%,500,vendor,2026-02-20\n'
        'm2,"Bench, one",0.5,,,\nm1,B,887,,,\n,B,0.5,,,\nm1,,0.5,,,\nm1,B,0.5,many,,\n'
        "m1,B,0.5,0,,\nm1,B,0.5,,,yesterday\nm1,B,nan,,,\nm1,B,,,,\n",
    )
    done = cli.quick("scores", "import", file)
    assert (done.code, done.out) == (3, "10 scores read: 2 taken, 2 kept in all\n")
    for line, told in ((4, "score '887'"), (5, "model is empty"), (6, "benchmark is empty"),
                       (7, "n 'many'"), (8, "n '0'"), (9, "as_of 'yesterday'"), (10, "score 'nan'"),
                       (11, "score ''")):  # fmt: skip
        assert f"scores.csv: line {line}: {told}" in done.err
    out = cli.ok("scores").out
    assert out.startswith("Bench, one; here candidates rank by escape rate")
    assert "88.7% (86-91)" in out
    assert max(map(len, out.splitlines())) <= 80
    [row] = cli.ok("scores", "--json").json("benchmarks")
    standings = row["standings"]
    assert isinstance(standings, list)
    assert [(one["candidate"], one["score_n"]) for one in standings] == [("m1", 500), ("m2", None)]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "no column model"),
        (b"model,score\nm1,0.5\n", "no column benchmark"),
        (b"\xff\xfe", "it is not UTF-8"),
        (b'model,benchmark,score\n"m1', "not CSV"),
        (b"x" * (2 << 20), "larger than"),
    ],
)
def test_a_file_of_another_kind_is_refused(cli: Cli, content: bytes, told: str) -> None:
    """Nothing of it goes in."""
    done = cli.quick("scores", "import", write(cli, content))
    assert done.code == 3
    assert told in done.err
    assert "no published scores yet" in cli.ok("scores").out


def test_hostile_names_are_shown_as_they_are(cli: Cli) -> None:
    """A name that would steer a terminal is text."""
    write(cli, HEAD + "m1,B\x1b[2J[@click=x]\u202e,0.5,,,\nm\x1b]0;x\x07,B,0.5,,,\n")
    cli.ok("scores", "import", "scores.csv")
    for command in (("scores",), ("scores", "--json")):
        out = cli.ok(*command).out
        assert "\x1b" not in out
        assert "\u202e" not in out
        assert "\x07" not in out


def test_a_sealed_study_compares_nobody(cli: Cli) -> None:
    """Scores go by name."""
    cli.ok("scores", "import", write(cli, HEAD + "m1,B,0.5,,,\n"))
    cli.ok("seal")
    done = cli.quick("scores")
    assert (done.code, "first `workbench reveal`" in done.err) == (3, True)


def test_the_gate_names_scores_too(cli: Cli) -> None:
    """[[capability]] is read; what was imported is the newer statement."""
    yes = ("--reversible", "yes", "--reviewed", "yes", "--cheap-check", "yes")
    cli.ok("gate", "init", *yes)
    path = cli.folder / "gate.toml"
    row = '[[capability]]\nmodel = "m1"\nbenchmark = "B"\nscore = 0.25\n'
    path.write_text(path.read_text() + row)
    assert "25.0%" in cli.ok("scores").out
    cli.ok("scores", "import", write(cli, HEAD + "m1,B,0.75,,,\n"))
    assert "75.0%" in cli.ok("scores").out
