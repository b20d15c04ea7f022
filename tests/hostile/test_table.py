"""The table of safety tests notices what is missing, what shrank and what was skipped."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

CONFTEST = Path(__file__).parents[1] / "conftest.py"
Suite = Callable[..., pytest.RunResult]


@pytest.fixture
def ids(pytestconfig: pytest.Config) -> list[str]:
    """All rules, as the plugin of this very run knows them."""
    table = pytestconfig.pluginmanager.get_plugin("safety-table")
    assert table is not None
    return list(table.lines())


@pytest.fixture
def suite(
    pytester: pytest.Pytester, ids: list[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., pytest.RunResult]:
    """Runs pytest on a suite with one passing test for each rule, but for the changes given."""
    monkeypatch.delenv("WORKBENCH_NO_SKIPS", raising=False)
    folder = pytester.path / "tests"
    (folder / "hostile").mkdir(parents=True)
    (folder / "conftest.py").write_text(CONFTEST.read_text("utf-8"), "utf-8")
    markers = "needs_root: x\n  needs_tmpfs: x\n  needs_strace: x\n  realdata: x\n"
    pytester.makeini(f"[pytest]\ntestpaths = tests\nmarkers =\n  {markers}")

    def run(*options: str, **bodies: str) -> pytest.RunResult:
        tests = dict.fromkeys(ids, "pass") | bodies
        text = "import pytest\n" + "".join(
            f"def test_{name.lower()}_x(record_property):\n    {body}\n"
            for name, body in tests.items()
            if body
        )
        (folder / "test_rules.py").write_text(text, "utf-8")
        return pytester.runpytest_inprocess(*options, "-p", "no:cacheprovider")

    return run


def count(n: int) -> str:
    """The body of a test that tried so many cases."""
    return f"record_property('cases', {n})"


@pytest.fixture
def readme(pytester: pytest.Pytester) -> Path:
    """The file with the table in it, some words before and after."""
    path = pytester.path / "tests" / "hostile" / "README.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    opening, closing = "<!-- table: written by the tests -->", "<!-- end of table -->"
    path.write_text(f"before\n{opening}\n{closing}\nafter\n", "utf-8")
    return path


def test_a_written_table_holds_until_something_is_missing(
    suite: Suite, readme: Path, ids: list[str]
) -> None:
    """Written by a whole run; then the same run agrees, and one test less is a failure."""
    other = readme.parent / "test_other.py"
    other.write_text("def test_of_no_rule():\n    assert False\n", "utf-8")
    assert suite("--write-safety-table", T1=count(40)).ret == 0
    other.unlink()
    text = readme.read_text("utf-8")
    assert text.startswith("before\n<!--")
    assert text.endswith("-->\nafter\n")
    assert "| T1 | escapes in any text that is shown | 40 | 40 | 0 |" in text
    again = suite(T1=count(40))
    assert again.ret == 0
    again.stdout.fnmatch_lines([f"safety: {39 + len(ids):,} cases, {39 + len(ids):,} held, 0 *"])
    again.stdout.no_fnmatch_line("safety: the table*")
    without = suite(T1=count(40), K1="")
    assert without.ret == 1
    without.stdout.fnmatch_lines(["safety: K1 has no test"])


def test_far_fewer_cases_than_the_table_claims_are_a_failure_and_others_a_note(
    suite: Suite, readme: Path
) -> None:
    """Nobody may go on reading that forty were tried when it was nine."""
    suite("--write-safety-table", G1=count(40))
    assert readme.exists()
    few = suite(G1=count(9))
    assert few.ret == 1
    few.stdout.fnmatch_lines(["safety: G1: 9 cases, the table claims 40"])
    for body in (count(39), count(400), "pytest.skip('not here')"):
        nearly = suite(G1=body)
        assert nearly.ret == 0
        nearly.stdout.fnmatch_lines(["safety: the table in * has other figures for G1: *"])


def test_a_table_that_nobody_wrote_is_a_failure(suite: Suite, readme: Path) -> None:
    """Empty, or with a rule in other words."""
    empty = suite()
    assert empty.ret == 1
    empty.stdout.fnmatch_lines(["safety: the table names other rules than the tests"])
    suite("--write-safety-table")
    readme.write_text(readme.read_text("utf-8").replace("| power cuts |", "| cuts |"), "utf-8")
    assert suite().ret == 1


def test_nothing_is_written_by_a_run_that_did_not_hold(suite: Suite, readme: Path) -> None:
    """A failing test, a missing one, or a part of the tests."""
    before = readme.read_text("utf-8")
    failed = suite("--write-safety-table", D1="assert False")
    assert failed.ret == 1
    failed.stdout.fnmatch_lines(["safety: * cases, * held, 0 skipped", "*was not written*"])
    assert suite("--write-safety-table", D1="").ret == 1
    part = suite("--write-safety-table", "-k", "d1")
    assert part.ret == pytest.ExitCode.USAGE_ERROR
    assert readme.read_text("utf-8") == before


def test_a_part_of_the_tests_is_counted_and_not_judged(suite: Suite) -> None:
    """Without a table, and with most rules out of sight."""
    part = suite("-k", "d1_ or d3_", D3=count(5))
    assert part.ret == 0
    part.stdout.fnmatch_lines(["safety: 6 cases, 6 held, 0 skipped"])


def test_a_skip_for_want_of_a_tool_fails_on_ci(
    suite: Suite, readme: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is counted anywhere, and forbidden where WORKBENCH_NO_SKIPS is set."""
    suite("--write-safety-table")
    assert readme.exists()
    skipping = {"D5": "pytest.skip('no mount here')"}
    here = suite(**skipping)
    assert here.ret == 0
    here.stdout.fnmatch_lines(["safety: * held, 1 skipped"])
    monkeypatch.setenv("WORKBENCH_NO_SKIPS", "1")
    there = suite(**skipping)
    assert there.ret == 1
    there.stdout.fnmatch_lines(["safety: *test_d5_x was skipped: *no mount here"])


def test_what_no_tool_can_help_may_be_skipped(
    suite: Suite, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Published data that is not here; what needs root where nobody is root."""
    monkeypatch.setenv("WORKBENCH_NO_SKIPS", "1")
    more = "import pytest\n" + "".join(
        f"@pytest.mark.{mark}\ndef test_d6_{mark}():\n    pytest.skip('not here')\n"
        for mark in ("realdata", "needs_tmpfs")
    )
    (pytester.path / "tests" / "test_more.py").write_text(more, "utf-8")
    done = suite("tests/test_more.py")
    done.stdout.fnmatch_lines(["safety: 0 cases, 0 held, 2 skipped"])
    assert done.ret == (os.geteuid() == 0)


def test_ids_are_those_before_the_words_and_not_those_of_another_list(
    suite: Suite, pytester: pytest.Pytester
) -> None:
    """Two ids are two rules, one case; a trap of the field is no rule."""
    names = ("d3_d7_flip", "field_d3_shown", "t6_field_d14_marks", "d20_too_large", "g_nothing")
    text = "".join(f"def test_{name}():\n    pass\n" for name in names)
    (pytester.path / "tests" / "test_names.py").write_text(text, "utf-8")
    done = suite("tests/test_names.py")
    done.stdout.fnmatch_lines(["safety: 2 cases, 2 held, 0 skipped"])
