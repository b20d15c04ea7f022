"""The short way to the app reads what typer reads, and leaves everything else to it."""

from pathlib import Path

import pytest

from workbench.cli import review
from workbench.cli.commands import make_app
from workbench.cli.opening import Wanted, read_plain

ARGUMENTS = [
    [],
    ["--open"],
    ["--reviewer", "ann"],
    ["--study", "some where"],
    ["--open", "--study", "a", "--reviewer", "b"],
    ["--reviewer", "a", "--reviewer", "b"],
]
LEFT_TO_TYPER = [
    ["--help"],
    ["--reviewer"],
    ["--reviewer", ""],
    ["--reviewer", "--open"],
    ["--reviewer=ann"],
    ["--nosuch", "x"],
    ["more"],
    ["--open", "-x"],
]


@pytest.mark.parametrize("arguments", ARGUMENTS, ids=" ".join)
def test_both_ways_read_the_same(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """What the short way takes from the arguments is what typer hands to the command."""
    seen: list[Wanted] = []

    def open_review(wanted: Wanted) -> int:
        seen.append(wanted)
        return 0

    monkeypatch.setattr(review, "open_review", open_review)
    make_app("review")(["review", *arguments], standalone_mode=False)
    assert [read_plain(["review", *arguments])] == seen


@pytest.mark.parametrize("arguments", LEFT_TO_TYPER, ids=" ".join)
def test_what_is_not_plain_is_left_to_typer(arguments: list[str]) -> None:
    """Help, mistakes and rare forms: one place words them."""
    assert read_plain(["review", *arguments]) is None


def test_a_study_is_a_path() -> None:
    """The folder comes as a path; without options nothing is asked for."""
    assert read_plain(["review", "--study", "a"]) == Wanted(study=Path("a"))
    assert read_plain(["review"]) == Wanted()
