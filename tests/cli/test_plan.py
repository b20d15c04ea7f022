"""What a study of some size can show, told before there is one."""

import pytest

from workbench.services.plans import make_plan

from .kit import Cli


def test_a_plan_needs_no_study(empty: Cli) -> None:
    """Twenty tickets, eight vague: what they prove, what a gate can do, what they never tell."""
    told = empty.ok("plan").out
    for line in (
        "20 tickets: 8 vague, 12 clear",
        "  0 escapes in 12 green: at most 22.1%",
        "A gate: escape rate at most 25%",
        "  passes with at most 0 escapes in 12 green outputs",
        "  fails from 7 escapes on; in between it is inconclusive",
        "  6 of 8 vague ones: at least 40.0%",
        "  fewer than 6 tickets on which they differ never decide, 6 all one way do",
        "  30% / 5%                         32%                             45",
    ):
        assert f"\n{line}\n" in f"\n{told}"
    assert max(map(len, told.splitlines())) <= 80


def test_a_plan_for_a_script(empty: Cli) -> None:
    """The same numbers, every one by a name."""
    made = empty.ok("plan", "--tickets", "30", "--vague", "10", "--json").json("plan")[0]
    assert (made["tickets"], made["vague"], made["green"], made["limit"]) == (30, 10, 20, 0.25)
    assert made["needed"] == [
        {"escapes": 0, "green": 11, "green_with_looks": 16},
        {"escapes": 1, "green": 18, "green_with_looks": 25},
        {"escapes": 2, "green": 23, "green_with_looks": 32},
    ]
    assert made["max_escapes"] == 1
    chances = made["chances"]
    assert isinstance(chances, list)
    assert chances[0] == {"rate": 0.02, "passes": pytest.approx(0.94, abs=5e-3)}
    assert made["out_of_reach"] == [
        {"limit": 0.1, "green": 29},
        {"limit": 0.05, "green": 59},
        {"limit": 0.02, "green": 149},
        {"limit": 0.01, "green": 299},
    ]


def test_sizes_at_the_edge(empty: Cli) -> None:
    """No vague ticket, no clear one, no green output: said, not computed."""
    told = empty.ok("plan", "--vague", "0").out
    assert "whether a candidate asks when it should cannot be seen" in told
    told = empty.ok("plan", "--vague", "20").out
    assert "a candidate that always asks looks perfect" in told
    assert "cannot be passed with 0 green outputs" in told
    told = empty.ok("plan", "--green", "1", "--max", "0.05").out
    assert "never fails: even if all of them escape it is inconclusive" in told


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--tickets", "0"), "--tickets 0: expected 1 to 5000"),
        (("--vague", "21"), "--vague 21: expected 0 to 20"),
        (("--green", "-1"), "--green -1: expected 0 to 20"),
        (("--max", "25"), "--max 25.0: expected a rate"),
        (("--max", "nan"), "--max nan: expected a rate"),
        (("--confidence", "95"), "--confidence 95.0: expected 0.5 to 0.999"),
    ],
)
def test_sizes_that_cannot_be(empty: Cli, arguments: tuple[str, ...], words: str) -> None:
    """Exit 2 and what was expected."""
    done = empty.quick("plan", *arguments)
    assert (done.code, words in done.err) == (2, True), done.err


@pytest.mark.parametrize("limit", [0.05, 0.15, 0.25, 0.4])
@pytest.mark.parametrize("green", [0, 1, 12, 40])
def test_a_gate_never_passes_and_fails_at_once(limit: float, green: int) -> None:
    """Passing ends before failing begins, and finer limits take more outputs."""
    made = make_plan(60, 20, green, limit)
    if made.max_escapes is not None and made.fails_from is not None:
        assert made.max_escapes < made.fails_from
    assert (made.max_escapes is None) == (made.needed[0].green > green)
    assert [reach.green for reach in made.out_of_reach] == sorted(
        reach.green for reach in made.out_of_reach
    )
    assert all(reach.green > green for reach in made.out_of_reach)
