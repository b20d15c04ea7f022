"""A label without a screen: the same act, the same rules, the same undo."""

import json
import subprocess
import sys

import pytest

from .kit import Cli, environment, prediction, write_lines


def label_of(cli: Cli, output_id: str) -> object:
    rows = cli.ok("outputs", "list", "--json").json("outputs")
    return next(row["label"] for row in rows if row["id"] == output_id)


def find(cli: Cli, ticket: str, candidate: str, trial: int = 1) -> str:
    rows = cli.ok("outputs", "list", "--json").json("outputs")
    wanted = (ticket, candidate, trial)
    return next(str(r["id"]) for r in rows if (r["ticket"], r["candidate"], r["trial"]) == wanted)


def test_everything_that_a_label_can_carry(cli: Cli) -> None:
    """Edit class, defects with places, self-flags, reason, note: all in the export."""
    output = find(cli, "t5", "m1", 2)
    done = cli.run(
        *("label", output, "edited", "--edit", "rejected", "--reason", "scope"),
        *("--defect", "security:3:calc.py:2", "--defect", "quality:1:a:b.py"),
        *("--self-flag", "I did not test it", "--note", "no", "--reviewer", "eve"),
    )
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"saved: {output} is edited (rejected)")
    cli.ok("export", "jsonl", "-o", "out.jsonl", "--text", "verbatim")
    rows = map(json.loads, (cli.folder / "out.jsonl").read_text("utf-8").splitlines())
    row = next(row for row in rows if row["reviewer_id"] == "eve")
    assert (row["label"], row["sublabel"], row["reason"]) == ("edited", "rejected", "scope")
    assert [(f["kind"], f["severity"], f["file"], f["line"]) for f in row["findings"]] == [
        ("security", 3, "calc.py", 2),
        ("quality", 1, "a:b.py", 0),
    ]
    assert [flag["quote"] for flag in row["flags"]] == ["I did not test it"]
    assert row["rationale"] == "no"


def test_a_label_against_the_tests_is_saved_and_said(cli: Cli) -> None:
    """Saved as pressed; one line says what came of it."""
    output = find(cli, "t1", "m2")
    done = cli.ok("label", output, "merged")
    assert done.out == f"saved: {output} is merged; tests caught this: not a merge\n"
    done = cli.ok("label", find(cli, "t5", "m1"), "escaped", "--defect", "functional:2")
    assert done.out.endswith("is escaped\n")


def test_a_label_against_the_delivery_asks_first(cli: Cli) -> None:
    """Exit 3 with the question; --yes answers it, or --quote where words are asked for."""
    question, silence, patch = (
        find(cli, "t2", "m1"),
        find(cli, "t4", "m1"),
        find(cli, "t5", "m1"),
    )
    for output, label, sentence in (
        (question, "merged", "there is no patch to merge"),
        (patch, "abstained", "there is a patch: is it only a stub beside a question?"),
        (silence, "abstained", "nothing was said: which words name what is missing?"),
    ):
        done = cli.quick("label", output, label)
        assert (done.code, f"{output}: {sentence}" in done.err) == (3, True)
        assert "say --yes" in done.err
    done = cli.quick("label", silence, "abstained", "--yes")
    assert (done.code, "--quote the words that name what is missing" in done.err) == (3, True)
    assert cli.quick("label", silence, "abstained", "--quote", "which file?").code == 0
    assert cli.quick("label", patch, "abstained", "--yes").code == 0
    assert cli.quick("label", question, "edited", "--reason", "not_a_question").code == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["edited"], "edited needs --edit minor, major or rejected"),
        (["merged", "--edit", "minor"], "--edit goes with edited, not with merged"),
        (["escaped"], "escaped needs a defect of severity 2 or 3"),
        (["escaped", "--defect", "quality:3"], "escaped needs a defect of severity 2 or 3"),
        (["escaped", "--defect", "bug:2"], "--defect bug:2: expected KIND:SEVERITY"),
        (["escaped", "--defect", "functional:4"], "SEVERITY 1 to 3"),
        (["great"], "great"),
        ([], "which label? merged, edited, abstained or escaped"),
        (["merged", "--reviewer", "\u202e"], "a reviewer cannot be called"),
    ],
)
def test_what_a_label_lacks_is_a_usage_error(
    cli: Cli, output_id: str, arguments: list[str], sentence: str
) -> None:
    """Exit 2, one line, nothing recorded."""
    done = cli.quick("label", output_id, *arguments)
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert sentence in done.err
    assert label_of(cli, output_id) == "merged"


def test_an_unknown_output_makes_no_reviewer(cli: Cli) -> None:
    """A slip of the keyboard leaves no queue behind."""
    assert cli.quick("label", "ffffffffffff", "merged", "--reviewer", "zoe").code == 2
    assert cli.ok("label", "undo", "--reviewer", "zoe").out == "nothing to undo\n"
    done = cli.quick("metrics", "--reviewer", "zoe")
    assert (done.code, "(known: ann, bob é)" in done.err) == (2, True)


def test_undo_takes_the_last_act_back_and_no_more(cli: Cli, output_id: str) -> None:
    """Any number, each its own step, until nothing is left; the log keeps everything."""
    for word in ("merged", "abstained"):
        cli.ok("label", output_id, word, "--yes", "--reviewer", "eve")
    undo = ("label", "undo", "--reviewer", "eve")
    assert cli.ok(*undo).out == f"saved: {output_id} is merged\n"
    assert cli.ok(*undo).out == f"saved: {output_id} is no label\n"
    assert cli.ok(*undo).out == "nothing to undo\n"
    assert cli.quick("label", "undo", "merged").code == 2
    cli.ok("verify")


def test_two_programs_on_one_study(fresh: Cli, cli: Cli, output_id: str) -> None:
    """One labels without a pause while another imports: both finish, nothing is lost."""
    del fresh
    script = (
        "import sys, threading\n"
        "from pathlib import Path\n"
        "from workbench.bootstrap import open_workbench\n"
        "from workbench.domain.draft import Decision\n"
        "from workbench.domain.label import EditClass, Label\n"
        "from workbench.study import find_study\n"
        "done = threading.Event()\n"
        "threading.Thread(target=lambda: (sys.stdin.read(), done.set())).start()\n"
        "both = (Decision(Label.MERGED), Decision(Label.EDITED, EditClass.MINOR))\n"
        "with open_workbench(find_study(Path(sys.argv[1]))) as bench:\n"
        "    reviews, n = bench.reviews('eve'), 0\n"
        "    print('ready', flush=True)\n"
        "    while not done.is_set() and n < 60:\n"
        "        reviews.decide(sys.argv[2], both[n % 2])\n"
        "        n += 1\n"
        "print(n)\n"
    )
    found = [prediction(f"t{n % 6 + 1}", f"new-{n}", None, message=f"{n}?") for n in range(300)]
    write_lines(cli.folder / "p.jsonl", found)
    with subprocess.Popen(
        [sys.executable, "-c", script, str(cli.folder), output_id],
        env=environment(cli.folder),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as labeller:
        assert labeller.stdout is not None
        assert labeller.stdout.readline() == "ready\n"
        imported = cli.quick("outputs", "import", "p.jsonl")
        told, _ = labeller.communicate()

    assert (labeller.returncode, imported.code, imported.err) == (0, 0, "")
    assert "300 added" in imported.out
    assert len(cli.ok("outputs", "list", "--json").json("outputs")) == 310
    cli.ok("export", "csv", "-o", "out.csv", "--all")
    table = (cli.folder / "out.csv").read_text("utf-8").splitlines()
    assert sum(",eve," in line for line in table) == int(told) > 0
    cli.ok("verify")
