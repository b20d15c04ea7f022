"""What an output changed in the tests: known failures, flaky ones, and what proves nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.check import CheckStatus
from workbench.domain.delta import (
    Baseline,
    Ending,
    SuiteRun,
    compare,
    dotted,
    establish,
    judge_hidden,
    needs_second_run,
)

P, F, S = Ending.PASSED, Ending.FAILED, Ending.SKIPPED
BASE = Baseline(
    passing=frozenset({"t.py::a", "t.py::b"}),
    failing=frozenset({"t.py::red"}),
    flaky=frozenset({"t.py::dice"}),
    skipped=frozenset({"t.py::win"}),
)
GREEN = {"t.py::a": P, "t.py::b": P, "t.py::red": F, "t.py::dice": F, "t.py::win": S}


def run(**changes: Ending | None) -> SuiteRun:
    """The run of base with some tests ended otherwise, or left out."""
    endings = {**GREEN, **{f"t.py::{name}": ending for name, ending in changes.items()}}
    return SuiteRun({test: ending for test, ending in endings.items() if ending is not None})


def test_base_is_known_by_repetition() -> None:
    """What fails each time is known to fail; what differs, or is there at times only, is flaky."""
    first = SuiteRun({"a": P, "b": F, "c": P, "d": S, "e": P})
    second = SuiteRun({"a": P, "b": F, "c": F, "d": S})
    base = establish([first, second])
    assert [*base.passing, *base.failing, *base.skipped] == ["a", "b", "d"]
    assert base.flaky == {"c", "e"}
    assert base.ids == set("abcde")


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (SuiteRun(problem="no report"), "on base: no report"),
        (SuiteRun(), "on base: no tests were found"),
        (SuiteRun(uncollected={"tests.x": "boom"}), "the tests cannot be collected: tests.x"),
    ],
)
def test_a_base_without_result_is_nobodys_failure(bad: SuiteRun, said: str) -> None:
    """Where the tests do not run on base, no output is red or green for it."""
    base = establish([bad])
    assert said in base.problem
    delta = compare(base, [])
    assert (delta.status, delta.reason) == (CheckStatus.NOT_RUN, base.problem)


@pytest.mark.parametrize(
    ("changes", "status", "summary"),
    [
        ({}, CheckStatus.PASS, "flaky 1"),
        ({"red": P}, CheckStatus.PASS, "fixes 1, flaky 1"),
        ({"a": F, "red": P}, CheckStatus.FAIL, "fixes 1, breaks 1, flaky 1"),
        ({"a": None}, CheckStatus.NOT_RUN, "flaky 1, did not run 1"),
        ({"a": S}, CheckStatus.NOT_RUN, "flaky 1, did not run 1"),
        ({"a": None, "b": F}, CheckStatus.FAIL, "breaks 1, flaky 1, did not run 1"),
        ({"dice": P, "win": F, "red": None}, CheckStatus.PASS, "flaky 1"),
    ],
)
def test_status_is_relative_to_base(
    changes: dict[str, Ending | None], status: CheckStatus, summary: str
) -> None:
    """Only a test that passed on base can turn it red, and each of those must run and pass."""
    delta = compare(BASE, [run(**changes)])
    assert (delta.status, delta.summary) == (status, summary)
    assert bool(delta.reason) is (status is not CheckStatus.PASS)


def test_what_breaks_must_break_twice() -> None:
    """A failure that a second run does not show counts for neither side and is named."""
    assert needs_second_run(BASE, run(a=F))
    assert not needs_second_run(BASE, run(red=F, dice=F, a=None))
    once = compare(BASE, [run(a=F, b=F), run(a=F)])
    assert once.broken == ("t.py::a",)
    assert once.flaky == ("t.py::b", "t.py::dice")
    assert compare(BASE, [run(a=F), run()]).status is CheckStatus.PASS


def test_no_test_that_passed_before_proves_nothing() -> None:
    """A suite that is all red on base cannot make anybody green."""
    delta = compare(Baseline(failing=frozenset({"a"})), [SuiteRun({"a": P})])
    assert (delta.status, delta.fixed) == (CheckStatus.NOT_RUN, ("a",))
    assert delta.reason == "no test passes on base"


def test_a_timeout_that_base_does_not_have_is_a_failure() -> None:
    """Slow on base too would have been found there."""
    delta = compare(BASE, [SuiteRun(problem="timeout after 5 s", is_timeout=True)])
    assert (delta.status, delta.reason) == (CheckStatus.FAIL, "timeout after 5 s")
    gone = compare(BASE, [SuiteRun(problem="there is no report", tails={"output": "bye"})])
    assert (gone.status, gone.tails) == (CheckStatus.NOT_RUN, {"output": "bye"})


def test_a_module_that_cannot_be_collected_breaks_its_tests() -> None:
    """An import that fails is a failure of every test in the module, with what was said."""
    broken = SuiteRun({"u.py::c": P}, uncollected={"pkg.t": "ImportError"})
    base = Baseline(passing=frozenset({"pkg/t.py::a", "pkg/t.py::K::b", "u.py::c"}))
    delta = compare(base, [broken])
    assert delta.broken == ("pkg/t.py::K::b", "pkg/t.py::a")
    assert delta.tails["pkg/t.py::a"] == "ImportError"
    assert delta.kept == 1


def test_hidden_tests_are_found_by_either_spelling() -> None:
    """The ids of a ticket against those of a report; one that is not there is no pass."""
    ran = SuiteRun({"t/a.py::K::x[1::2]": P, "t.b.L::y": P, "t/a.py::z": F})
    both = judge_hidden(["t/a.py::K::x[1::2]", "t/b.py::L::y"], ran)
    assert both.status is CheckStatus.PASS
    assert judge_hidden(["t/a.py::z"], ran).status is CheckStatus.FAIL
    lost = judge_hidden(["t/b.py::L::y", "t/a.py::gone"], ran)
    assert (lost.status, lost.missing) == (CheckStatus.NOT_RUN, ("t/a.py::gone",))
    assert judge_hidden(["t/a.py::z"], SuiteRun(problem="x")).status is CheckStatus.NOT_RUN
    assert dotted("t/a.py::K::x[a/b.py::c]") == "t.a.K::x[a/b.py::c]"


TESTS = st.sampled_from("abcdef")
RUNS = st.dictionaries(TESTS, st.sampled_from(Ending)).map(SuiteRun)


@given(st.lists(RUNS, min_size=1, max_size=3), RUNS)
def test_green_only_where_every_steady_test_passed(base: list[SuiteRun], ran: SuiteRun) -> None:
    """Whatever ran: green means that each test that passed in every run on base passed again."""
    delta = compare(establish(base), [ran])
    steady = {t for t in "abcdef" if all(run.endings.get(t) is P for run in base)}
    is_green = bool(steady) and all(ran.endings.get(t) is P for t in steady)
    assert (delta.status is CheckStatus.PASS) is is_green
    assert (delta.status is CheckStatus.FAIL) is any(ran.endings.get(t) is F for t in steady)
