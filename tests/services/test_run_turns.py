"""Turns: who may run, in what order, and within what ceiling."""

import threading
from dataclasses import replace

from workbench.domain.harness import RunSettings
from workbench.domain.run import Ending, ExitClass, Job
from workbench.services.run_state import Pace, RunState
from workbench.services.run_turns import Turn, Turns

JOB = Job("k", "t", "title", "body", "repo", "0" * 40, "a", 1)
VOID = Ending(ExitClass.PROVIDER)


class Impatient(threading.Event):
    """Asks whoever waits to stop at the third look."""

    def __init__(self) -> None:
        """Nobody has looked."""
        super().__init__()
        self.n_looks = 0

    def is_set(self) -> bool:
        """As an event that somebody sets."""
        self.n_looks += 1
        return self.n_looks > 2


IMPATIENT = Impatient()


def may_run(turn: Turn) -> bool:
    """Whether it gets its turn at once."""
    IMPATIENT.n_looks = 0
    return turn.wait()


def make_turns(n_slots: int, total: float = 0.0, cap: float = 0.0) -> tuple[RunState, Turns]:
    settings = RunSettings(max_total_cost_usd=total)
    state = RunState(settings, {"a": Pace("a", 9)}, {"a": cap, "b": cap})
    return state, Turns(state, n_slots, (IMPATIENT, threading.Event()), lambda: None)


def fill(turns: Turns, begun: list[Turn]) -> list[Turn]:
    while turns.has_room:
        begun = [*begun, turns.open(job(len(begun)))]
    return begun


def is_full(turns: Turns) -> bool:
    return turns.is_full


def job(n: int) -> Job:
    return replace(JOB, key=f"k{n}")


def test_turns_go_by_the_order_in_which_jobs_began() -> None:
    """Whoever is ready first waits for those before it; one that came to nothing holds nobody."""
    _, turns = make_turns(n_slots=2)
    first, second, third = (turns.open(job(n)) for n in range(3))
    assert not may_run(second)
    assert may_run(first)
    assert may_run(second)
    assert turns.running == [first, second]
    assert not may_run(third)
    first.give_back(None)
    assert may_run(third)
    assert turns.running == [second, third]
    fourth, fifth = turns.open(job(3)), turns.open(job(4))
    turns.close(second)
    fourth.end_try(VOID)
    assert may_run(fifth)


def test_only_a_few_are_made_ready() -> None:
    """As many as there are free slots and two more; what is still taken in counts as well."""
    _, turns = make_turns(n_slots=2)
    begun = fill(turns, [])
    assert len(begun) == 4
    while len(begun) < 6:
        turn = begun[len(begun) - 4]
        assert may_run(turn)
        turn.give_back(None)
        begun = fill(turns, begun)
    for turn in begun[2:4]:
        assert may_run(turn)
        turn.give_back(None)
    assert fill(turns, begun) == begun
    turns.close(begun[0])
    assert len(fill(turns, begun)) == 7


def test_what_a_turn_cost_counts_before_the_next_begins() -> None:
    """Also while it is taken in; where nothing can leave room any more all that wait end."""
    state, turns = make_turns(n_slots=1, total=1.0)
    first, second, third = (turns.open(job(n)) for n in range(3))
    assert may_run(first)
    first.give_back(1.0)
    assert not may_run(second)
    assert not is_full(turns)
    state.paces["a"].spend(1.0)
    turns.close(first)
    assert not may_run(second)
    assert is_full(turns)
    assert not may_run(third)
    assert state.take(turns) is None


def test_what_runs_or_cannot_tell_its_cost_counts_at_its_cap() -> None:
    """Once its cost is known that counts, and the next may have the rest."""
    _, turns = make_turns(n_slots=2, total=3.0, cap=2.0)
    first, second = turns.open(job(0)), turns.open(job(1))
    assert may_run(first)
    assert not may_run(second)
    first.give_back(None)
    assert not may_run(second)
    assert turns.reserved == 4.0
    _, turns = make_turns(n_slots=2, total=3.0, cap=2.0)
    first, second = turns.open(job(0)), turns.open(job(1))
    assert may_run(first)
    first.give_back(0.5)
    assert may_run(second)


def test_what_is_tried_again_keeps_its_slot_and_counts_all_it_cost() -> None:
    """Nobody begins beside a provider that asks us to wait."""
    _, turns = make_turns(n_slots=1, total=2.0)
    first, second = turns.open(job(0)), turns.open(job(1))
    first.begin_try()
    assert may_run(first)
    first.end_try(replace(VOID, spent_usd=1.5))
    first.begin_try()
    assert turns.running == [first]
    assert not may_run(second)
    assert may_run(first)
    first.give_back(0.5)
    assert first.spent_usd == 2.0
    assert not may_run(second)


def test_nobody_begins_once_a_candidate_cannot_go_on() -> None:
    """At once, whoever has a slot then; those of another candidate are not held up."""
    _, turns = make_turns(n_slots=3)
    first, second = turns.open(job(0)), turns.open(job(1))
    other = turns.open(replace(job(2), candidate="b"))
    assert may_run(first)
    first.end_try(Ending(ExitClass.QUOTA))
    assert not may_run(second)
    second.end_try(Ending(ExitClass.CANCELLED))
    assert may_run(other)
