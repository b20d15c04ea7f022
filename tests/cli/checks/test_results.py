"""`workbench check`: what it says of each output, and that it says it once."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from cli.kit import Cli, change, prediction, write_lines

from .kit import CHECK, check, make_study, results, set_settings


def test_results_are_recorded_and_kept(study: Cli) -> None:
    """Red and green against base by the exit code alone, said so; the second time nothing runs."""
    rows = check(study)
    assert {key: row["tests"] for key, row in rows.items()} == {
        ("t0000", "good"): "pass",
        ("t0000", "bad"): "fail",
        ("t0001", "good"): "pass",
    }
    assert all(row["is_new"] for row in rows.values())
    assert rows["t0000", "bad"]["broken"] == ["exit code"]
    assert "wrong sum" in json.dumps(rows["t0000", "bad"]["tails"])
    assert {str(row["kind"]) for row in rows.values()} == {"exit code alone"}
    assert results(study)["t0000", "bad"] == "fail"
    assert not any(row["is_new"] for row in check(study).values())
    assert check(study, "--changed") == {}
    assert "nothing to run" in study.ok("check", "--changed").out
    assert "sound" in study.ok("verify").out


def test_what_a_result_depends_on_makes_it_new(study: Cli) -> None:
    """Another command is another result; one candidate can be named, and what is known redone."""
    check(study)
    assert [key[1] for key in check(study, "bad", "--again")] == ["bad"]
    set_settings(study, test_command=f"{CHECK} && true")
    assert set(check(study, "bad", "--changed")) == {("t0000", "bad")}
    assert len(check(study, "--changed")) == 2


def test_one_output_in_full(study: Cli) -> None:
    """The drill-down: which test, and the end of its failure."""
    rows = check(study)
    told = study.ok("check", "--output", str(rows["t0000", "bad"]["id"])[:8]).out
    assert "\nFAIL: breaks 1\n" in told
    assert "newly failing (1)\n  exit code" in told
    assert "wrong sum" in told
    table = study.ok("check").out
    assert "3 checked: 2 pass, 1 fail, 0 not run" in table
    assert "read from: exit code alone · sandbox: bubblewrap" in table


HIDDEN = {
    "test_patch": "diff --git a/test_h.py b/test_h.py\nnew file mode 100644\n--- /dev/null\n"
    "+++ b/test_h.py\n@@ -0,0 +1,7 @@\n+from calc import add, sub\n+\n+def test_old():\n"
    "+    assert sub(3, 1) == 2\n+\n+def test_new():\n+    assert add('x', 'y') == 'yx'\n",
    "FAIL_TO_PASS": ["test_h.py::test_new"],
    "PASS_TO_PASS": ["test_h.py::test_old"],
}


def test_hidden_tests_are_told_after_the_label(tmp_path: Path) -> None:
    """They are run and kept apart; in full they are told to one who has decided."""
    study = make_study(tmp_path, {"m": [change()]}, HIDDEN, test_command="pytest")
    (row,) = check(study).values()
    assert (row["tests"], row["hidden"], row["kept"]) == ("pass", "pass", 1)
    output = str(row["id"])
    told = study.ok("check", "--output", output).out
    assert "hidden tests: shown after the label" in told
    assert "test_new" not in told
    study.ok("label", output, "merged")
    told = study.ok("check", "--output", output).out
    assert "hidden tests that pass (1)\n  test_h.py::test_new" in told


def test_no_output_to_test_is_no_error(study: Cli) -> None:
    """Said in a line, or as an empty list to a script."""
    write_lines(study.folder / "ask.jsonl", [prediction("t0000", "shy", "", message="Which?")])
    study.ok("outputs", "import", "ask.jsonl")
    assert study.ok("check", "shy").out == "no output with a tree to test\n"
    assert check(study, "shy") == {}


def test_a_wrong_name_is_a_usage_error(study: Cli) -> None:
    """Candidates are named as they are known."""
    done = study.quick("check", "nobody")
    assert (done.code, done.out) == (2, "")
    assert "no candidate nobody in this study (known: bad, good)" in done.err


def test_a_result_from_elsewhere_is_not_lost_to_a_check_that_could_not_run(study: Cli) -> None:
    """What proves nothing does not replace what does; what proves something does."""
    write_lines(
        study.folder / "tests.jsonl",
        [{"ticket": "t0000", "candidate": "bad", "tests": "pass"}],
    )
    study.ok("outputs", "tests", "tests.jsonl")
    set_settings(study, test_command="false")
    check(study)
    assert results(study)["t0000", "bad"] == "pass"
    set_settings(study, test_command=CHECK)
    check(study)
    assert results(study)["t0000", "bad"] == "fail"


@pytest.mark.slow
def test_the_demo_agrees_with_its_recorded_results(tmp_path: Path) -> None:
    """The sample's tests are run for real: every result is the one that travels with it."""
    cli = Cli(tmp_path)
    cli.quick("demo")
    demo = Cli(tmp_path / "data" / "workbench" / "demo")
    recorded = results(demo)
    rows = check(demo)
    assert len(rows) == 31
    assert {key: row["tests"] for key, row in rows.items()} == {
        key: tests for key, tests in recorded.items() if key in rows
    }
    assert results(demo) == recorded
    assert rows["led-07", "sparrow-1"]["summary"] == "breaks 11"
    assert rows["led-18", "heron-2"]["deleted"] == ["tests/test_fmt.py"]
    assert {str(row["kind"]) for row in rows.values()} == {"pytest, JUnit"}


def test_the_repository_is_not_needed_once_it_was_copied(study: Cli) -> None:
    """Checks run on our own clone."""
    (study.folder / "repo").rename(study.folder / "moved")
    assert len(check(study)) == 3


def test_a_tree_that_is_gone_is_one_output_not_run(study: Cli) -> None:
    """The others are checked; a store that lost an object is `verify`'s to find."""
    with closing(sqlite3.connect(study.folder / ".workbench" / "study.db")) as connection:
        sql = "UPDATE output SET tree = ? WHERE candidate = 'bad'"
        connection.execute(sql, ("0" * 39 + "1",))
        connection.commit()
    rows = check(study)
    assert rows["t0000", "bad"]["tests"] == "not_run"
    assert {row["tests"] for key, row in rows.items() if key[1] == "good"} == {"pass"}
