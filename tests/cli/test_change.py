"""A study run again on the command line: within one study, and against an earlier one."""

import json
import shutil
from pathlib import Path

import workbench.services.leaderboards
import workbench.store.store  # noqa: F401 - every command below is a fork: it finds them loaded

from .kit import Cli, ticket, write_lines


def test_two_candidates_of_one_study(cli: Cli) -> None:
    """What changed, in words, in eighty columns, and as JSON; 1 where it is not shown."""
    done = cli.quick("change", "m2", "--since", "m1")
    assert done.code == 1
    assert "m2 against m1 on 6 tickets: better on 0, worse on 1, 0 the same, 5 not" in " ".join(
        done.out.split()
    )
    assert max(map(len, done.out.splitlines())) <= 80
    assert "not settled for both: " in done.out
    answer = json.loads(cli.quick("change", "m2", "--since", "m1", "--json").out)
    assert answer["not_inferior"] is False
    assert (answer["margin"], len(answer["rates"])) == (0.15, 6)
    row = next(one for one in answer["better"] + answer["worse"] if one["ticket"] == "t1")
    assert (row["before"], row["after"]) == ("merged", "caught")


def test_an_earlier_study_with_the_same_suite(cli: Cli, fresh: Cli, tmp_path: Path) -> None:
    """Its digest decides: frozen and the same is compared, anything else is refused."""
    other = Cli(tmp_path / "other")
    shutil.copytree(cli.folder, other.folder, symlinks=True)
    since = ("change", "m2", "--since", "m1", "--in")
    told = cli.quick(*since, other.folder)
    assert (told.code, "its tickets are not frozen" in told.err) == (3, True)
    cli.ok("tickets", "freeze")
    other.ok("tickets", "freeze")
    done = cli.quick(*since, other.folder)
    assert done.out == cli.quick("change", "m2", "--since", "m1").out
    assert done.err == ""

    write_lines(fresh.folder / "tickets.jsonl", [ticket("t1"), ticket("t2", "vague")])
    fresh.ok("tickets", "import", "tickets.jsonl")
    fresh.ok("tickets", "freeze")
    told = cli.quick(*since, fresh.folder)
    assert (told.code, "another suite" in told.err) == (3, True)

    (other.folder / "mine.md").write_text("# Labels\n")
    settings = other.folder / "workbench.toml"
    settings.write_text('rubric = "mine.md"\n' + settings.read_text())
    assert "differ in their rubric" in cli.quick(*since, other.folder).err


def test_wrong_names_are_refused(cli: Cli) -> None:
    """Who is not there, where nothing is, and what is no margin."""
    for arguments, code, told in (
        (("m9", "--since", "m1"), 2, "no outputs of a candidate m9"),
        (("m1", "--since", "m9"), 2, "no outputs of a candidate m9 in this study (known: m1, m2)"),
        (("m1", "--since", "m2", "--in", "nowhere"), 2, "no such folder"),
        (("m1", "--since", "m2", "--margin", "15"), 2, "--margin 15.0"),
        (("m1",), 2, "--since"),
    ):
        done = cli.quick("change", *arguments)
        assert (done.code, told in done.err) == (code, True), done.err
    cli.ok("seal")
    done = cli.quick("change", "m2", "--since", "m1")
    assert (done.code, "first `workbench reveal`" in done.err) == (3, True)
    assert "m1" not in done.err
