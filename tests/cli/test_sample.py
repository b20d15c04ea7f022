"""`workbench tickets sample`: stratified, the same every time, and it says what it drew from."""

import json
import sqlite3
from contextlib import closing

import pytest

from workbench.domain.errors import InputRefused, UsageError
from workbench.domain.spec import Spec
from workbench.domain.ticket import Ticket
from workbench.services.samples import draw

from .kit import Cli, ticket, write_lines


def backlog(n: int) -> list[Ticket]:
    specs = (Spec.CLEAR, Spec.VAGUE, Spec.UNSET)
    return [Ticket(f"t{k}", f"T{k}", "b", "", "c" * 40, specs[k % 3]) for k in range(n)]


def test_a_draw_is_the_same_in_any_order_and_grows_with_its_backlog() -> None:
    """So many of each spec; another seed is another draw; old picks stay as far as they can."""
    tickets = backlog(90)
    drawn = draw(tickets, 12, 5, 7)
    ids = {t.ticket_id for t in drawn.tickets}
    assert [t.spec for t in drawn.tickets].count(Spec.VAGUE) == 5
    assert (len(ids), drawn.n_by_spec[Spec.UNSET]) == (12, 30)
    assert {t.ticket_id for t in draw(tickets[::-1], 12, 5, 7).tickets} == ids
    assert {t.ticket_id for t in draw(tickets, 12, 5, 8).tickets} != ids
    assert ids <= {t.ticket_id for t in draw(tickets, 24, 10, 7).tickets}


@pytest.mark.parametrize(("n", "vague"), [(0, 0), (5, 6), (3, -1)])
def test_what_cannot_be_meant(n: int, vague: int) -> None:
    """A usage error, before anything is drawn."""
    with pytest.raises(UsageError):
        draw(backlog(30), n, vague, 1)


def test_a_stratum_that_is_too_small_is_named() -> None:
    """With how many are there, and how many nobody marked."""
    with pytest.raises(InputRefused, match=r"10 tickets are marked vague, wanted: 11 "):
        draw(backlog(30), 20, 11, 1)


def test_keep_leaves_the_sample_and_how_it_was_drawn(fresh: Cli) -> None:
    """Nothing changes without it; once frozen, or with outputs, nothing can."""
    specs = ("clear", "vague")
    rows = [ticket(f"t{n}", specs[n % 2]) for n in range(12)]
    fresh.ok("tickets", "import", write_lines(fresh.folder / "t.jsonl", rows))
    options = ("tickets", "sample", "--n", "4", "--vague", "1", "--json")
    drawn = json.loads(fresh.ok(*options).out)
    assert drawn["drawn_from"] == {"clear": 6, "vague": 6, "unset": 0}
    assert len(fresh.ok("tickets", "list", "--json").json("tickets")) == 12
    assert json.loads(fresh.ok(*options, "--keep").out)["removed"] == 8
    kept = fresh.ok("tickets", "list", "--json").json("tickets")
    assert [t["id"] for t in kept] == [t["id"] for t in drawn["tickets"]]
    with closing(sqlite3.connect(fresh.folder / ".workbench" / "study.db")) as connection:
        (told,) = connection.execute("SELECT value FROM meta WHERE key = 'sample'").fetchone()
    assert json.loads(told)["backlog_digest"] == drawn["backlog_digest"]
    assert "sound" in fresh.ok("verify").out
    fresh.ok("tickets", "freeze")
    done = fresh.quick("tickets", "sample", "--n", "1", "--vague", "0", "--keep")
    assert done.code == 3
    assert "the tickets are frozen" in done.err


def test_tickets_with_outputs_stay(cli: Cli) -> None:
    """A sample is drawn before any run."""
    done = cli.quick("tickets", "sample", "--n", "1", "--vague", "0", "--keep")
    assert done.code == 3
    assert "has outputs: draw a sample before any run" in done.err
