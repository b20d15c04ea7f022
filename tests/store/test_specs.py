"""What people call tickets: a log of its own, and a spec that follows from it by rule."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.clarity import (
    NO_CALL,
    SpecAct,
    SpecCall,
    decide_spec,
    find_kept,
    find_standing,
    grade,
)
from workbench.domain.errors import InputRefused, UsageError
from workbench.domain.spec import Spec
from workbench.store.store import Store, open_store

from .kit import NOW, at, mark, query

CLEAR, VAGUE, UNSET = Spec.CLEAR, Spec.VAGUE, Spec.UNSET


def spec_of(store: Store, ticket_id: str = "t1") -> Spec:
    return store.get_ticket(ticket_id).spec


def settle(store: Store, spec: Spec, who: str = "cat") -> Spec:
    call = SpecCall(settles=spec)
    return store.record_spec(who, "t1", SpecAct.SETTLE, call, NOW).spec


@pytest.mark.parametrize(
    ("held", "wanted"),
    [
        ([], VAGUE),  # as it came
        ([SpecCall(CLEAR)], CLEAR),
        ([SpecCall(CLEAR), SpecCall(CLEAR)], CLEAR),
        ([SpecCall(CLEAR), SpecCall(VAGUE)], UNSET),
        ([SpecCall(CLEAR), SpecCall(VAGUE), SpecCall(settles=CLEAR)], CLEAR),
        ([SpecCall(CLEAR, settles=CLEAR), SpecCall(VAGUE, settles=VAGUE)], VAGUE),  # the later one
        ([SpecCall(UNSET), SpecCall(CLEAR)], CLEAR),
    ],
)
def test_the_rule(held: list[SpecCall], wanted: Spec) -> None:
    """One person's call counts; two that differ leave it unset until somebody settles it."""
    assert decide_spec(VAGUE, held) is wanted


def test_a_severity_is_a_call() -> None:
    """0 and 1 are clear, 2 and 3 vague."""
    assert [grade(n).spec for n in range(4)] == [CLEAR, CLEAR, VAGUE, VAGUE]


def test_each_person_has_a_record_and_the_spec_follows(store: Store) -> None:
    """Calls stay when something is settled; all of it taken back leaves what the ticket was."""
    assert spec_of(store) is VAGUE
    assert mark(store, "t1", CLEAR, "ann").spec is CLEAR
    assert store.record_spec("bob", "t1", SpecAct.CALL, grade(3), NOW).spec is UNSET
    assert settle(store, CLEAR) is CLEAR
    assert store.spec_calls()["t1"] == {
        "ann": SpecCall(CLEAR),
        "bob": SpecCall(VAGUE, 3),
        "cat": SpecCall(settles=CLEAR),
    }
    assert not mark(store, "t1", CLEAR, "ann").is_new
    assert len(store.spec_events()) == 3
    for who, wanted in (("cat", UNSET), ("bob", CLEAR), ("ann", VAGUE)):
        undone = store.undo_spec(who, NOW)
        assert undone is not None
        assert undone.spec is wanted
        assert spec_of(store) is wanted
    assert store.undo_spec("ann", NOW) is None
    assert store.verify() == []


def test_undo_goes_back_over_tickets_any_number_of_times(store: Store) -> None:
    """The last thing a person did, wherever it was; nobody else's."""
    for ticket, spec in (("t1", CLEAR), ("t2", VAGUE), ("t1", VAGUE)):
        mark(store, ticket, spec)
    mark(store, "t2", VAGUE, "bob")
    found = [store.undo_spec("ann", NOW) for _ in range(3)]
    assert [(f.event.ticket_id, f.event.call.spec) for f in found if f] == [
        ("t1", CLEAR),
        ("t2", UNSET),
        ("t1", UNSET),
    ]
    mark(store, "t3", CLEAR)
    again = store.undo_spec("ann", NOW)
    assert again is not None
    assert again.event.ticket_id == "t3"
    assert store.verify() == []


def test_nothing_is_recorded_of_unknown_or_frozen_tickets(store: Store) -> None:
    """Refused by name; undo too."""
    with pytest.raises(UsageError, match="no ticket t99"):
        mark(store, "t99", CLEAR)
    mark(store, "t1", CLEAR)
    store.freeze(NOW)
    with pytest.raises(InputRefused, match="ticket t1: the tickets are frozen"):
        mark(store, "t1", VAGUE)
    with pytest.raises(InputRefused, match="ticket t1: the tickets are frozen"):
        store.undo_spec("ann", NOW)
    assert len(store.spec_events()) == 1


@pytest.mark.parametrize("sql", ["UPDATE spec_event SET spec = 'x'", "DELETE FROM spec_event"])
def test_the_log_only_grows(store: Store, path: Path, sql: str) -> None:
    """The database itself refuses."""
    mark(store, "t1", CLEAR)
    with closing(sqlite3.connect(path)) as db, pytest.raises(sqlite3.Error, match="append-only"):
        db.execute(sql)


@pytest.mark.parametrize(
    ("sql", "kind", "said"),
    [
        ("UPDATE ticket SET spec = 'unset' WHERE ticket_id = 't1'", "spec", "ticket t1 is unset"),
        ("UPDATE spec_event SET severity = 0 WHERE event_id = 1", "hash", "spec_event 1 was"),
        ("DELETE FROM spec_event WHERE event_id = 2", "gap", "spec_event 3 follows 1"),
        ("UPDATE spec_event SET spec = 'x' WHERE event_id = 2", "unreadable", "spec_event 2"),
    ],
)
def test_verify_finds_what_was_changed(
    store: Store, path: Path, sql: str, kind: str, said: str
) -> None:
    """By row, whoever went around the triggers."""
    for who in ("ann", "bob", "cat"):
        mark(store, "t1", CLEAR, who)
    texts = query(path, "SELECT name, sql FROM sqlite_master WHERE name LIKE 'spec_event_no_%'")
    with closing(sqlite3.connect(path)) as db:
        db.executescript("".join(f"DROP TRIGGER {name};" for name, _ in texts) + sql)
        db.executescript(";".join(str(text) for _, text in texts))
    faults = store.verify()
    assert kind in {fault.kind for fault in faults}
    assert any(said in fault.sentence for fault in faults)


def test_a_sample_keeps_the_calls_of_what_it_leaves_out(path: Path) -> None:
    """They are agreement that was measured; what is gone is no longer to be called."""
    with open_store(path) as store:
        store.add_tickets([store.get_ticket("t1")._replace(ticket_id="new")])
        mark(store, "new", CLEAR)
        store.keep_tickets(["t0", "t1", "t2", "t3"], "{}")
        assert set(store.spec_calls()) == {"new"}
        assert store.undo_spec("ann", NOW) is None
        assert store.verify() == []


def test_imported_events_come_once_in_order_and_never_over_newer_ones(store: Store) -> None:
    """An event of another study keeps its time, person and name; what is left out is said."""
    mark(store, "t1", CLEAR)
    (mine,) = store.spec_events()
    other = mine._replace(reviewer="bob", call=SpecCall(VAGUE, 2), origin='{"event_id": "b1"}')
    gone = other._replace(ticket_id="t99", origin='{"event_id": "b2"}')
    old = other._replace(reviewer="ann", at=at(-9), origin='{"event_id": "b3"}')
    added, left_out = store.add_imported_spec_events([other, gone, old, mine])
    assert (added, len(left_out)) == (1, 2)
    assert "older than the call of ann here" in left_out[0]
    assert "t99 is not in the study" in left_out[1]
    assert spec_of(store) is UNSET
    assert store.add_imported_spec_events([other]) == (0, [])
    assert [event.key for event in store.spec_events()] == [mine.hash[:16], "b1"]
    assert store.undo_spec("bob", NOW) is None
    assert store.verify() == []


_STEPS = st.tuples(
    st.sampled_from(("ann", "bob")),
    st.sampled_from(("t0", "t1")),
    st.sampled_from(("clear", "vague", "settle", "undo")),
)


@given(steps=st.lists(_STEPS, max_size=12))
def test_whatever_people_do_verify_finds_it_sound(
    steps: list[tuple[str, str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The spec that the transaction wrote is the one that a recount finds.

    And what is kept of the log without what was taken back ends with what each person holds.
    """
    from .kit import make_study

    path = make_study(tmp_path_factory.mktemp("specs"), n_tickets=2)
    with open_store(path) as store:
        for who, ticket, what in steps:
            if what == "undo":
                store.undo_spec(who, NOW)
            elif what == "settle":
                call = SpecCall(settles=CLEAR)
                store.record_spec(who, ticket, SpecAct.SETTLE, call, NOW)
            else:
                mark(store, ticket, Spec(what), who)
        assert store.verify() == []
        log = store.spec_events()
    undone = {event.undoes for event in log}
    for name in ("t0", "t1"):
        events = [event for event in log if event.ticket_id == name]
        for who, mine in find_kept(events).items():
            assert (mine[-1].call if mine else NO_CALL) == find_standing(events)[who]
            assert not [e for e in mine if e.act is SpecAct.UNDO or e.event_id in undone]
