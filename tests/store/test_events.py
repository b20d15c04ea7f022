"""The log as exporters and importers see it."""

from pathlib import Path

import pytest

from workbench.domain.errors import UsageError
from workbench.domain.event import Event
from workbench.domain.label import Act
from workbench.domain.outcome import Outcome
from workbench.domain.record import Record
from workbench.store.store import Store, open_store

from .kit import EDITED, EFFORT, MERGED, NOW, at, ids_of, label, make_study


def test_order_and_currency(store: Store) -> None:
    """Records come by ticket, output and event; the current ones are one per reviewer."""
    store.ensure_reviewer("bob", NOW)
    ids = ids_of(store)
    for output_id in ids[:4]:
        label(store, output_id, EDITED)
        label(store, output_id, MERGED, "bob")
        label(store, output_id, MERGED)
    everything = list(store.events(current_only=False))
    keys = [(r.ticket.ticket_id, r.output.output_id, event_of(r).event_id) for r in everything]
    assert keys == sorted(keys)
    assert len(keys) == 12
    current = list(store.events())
    assert len(current) == 8
    assert {r.outcome for r in current} == {Outcome.MERGED}
    everyone = list(store.events(with_unlabelled=True))
    assert len(everyone) == 12
    assert sum(r.event is None for r in everyone) == 4


def event_of(record: Record) -> Event:
    assert record.event is not None
    return record.event


def test_keys_name_events_beyond_the_database(store: Store) -> None:
    """An event's key is the beginning of its hash; what it supersedes is named the same way."""
    first = ids_of(store)[0]
    one, two = label(store, first, EDITED), label(store, first, MERGED)
    found = list(store.events(current_only=False))
    assert [r.event_key for r in found] == [one.event.hash[:16], two.event.hash[:16]]
    assert [r.supersedes_key for r in found] == ["", one.event.hash[:16]]
    assert event_of(found[1]) == two.event
    assert (found[0].study_id, found[0].source, found[0].tool_version) == ("study-1", "rater", "1")


def test_an_export_holds_back_nobody(tmp_path: Path) -> None:
    """A slow reader of an export never keeps a label from being saved, nor sees a later one."""
    path = make_study(tmp_path, n_tickets=150)
    with open_store(path, busy_ms=200) as store:
        ids = [summary.output_id for summary in store.list_outputs()]
        label(store, ids[0])
        label(store, ids[-1])
        stream = store.events(current_only=False, with_unlabelled=True)
        first = next(stream)
        assert first.ticket.ticket_id == "t0"
        label(store, ids[-1], EDITED)
        rest = list(stream)
        assert 1 + len(rest) == len(ids) == 300
        assert sum(record.event is not None for record in [first, *rest]) == 2
        summaries = store.list_outputs()
        next(summaries)
        label(store, ids[0], EDITED)


def imported(output_id: str, origin: str = '{"event_id": "k1", "source": "rater"}') -> Event:
    return Event(
        event_id=0,
        output_id=output_id,
        reviewer="ann",
        seq=0,
        act=Act.IMPORT,
        judgement=EDITED,
        supersedes=None,
        undoes=None,
        back=None,
        below=None,
        undo=None,
        redo=None,
        effort=EFFORT,
        rubric_version="old",
        app_version="0.9",
        at=at(3),
        prev_hash="",
        origin=origin,
    )


def test_imported_events(store: Store) -> None:
    """An imported event keeps its time, versions and key, comes once, and cannot be undone."""
    first, second = ids_of(store)[:2]
    added = store.add_imported_event(imported(first))
    assert added is not None
    assert (added.act, added.judgement, added.at) == (Act.IMPORT, EDITED, at(3))
    assert store.add_imported_event(imported(first)) is None
    assert store.add_imported_events([imported(first), imported(second)]) == 1
    assert store.undo("ann", EFFORT, NOW) is None
    record = next(r for r in store.events() if r.output.output_id == first)
    assert (record.event_key, record.source) == ("k1", "rater")
    assert store.progress("ann").labelled == 2
    assert store.verify() == []
    with pytest.raises(UsageError, match="where it is from"):
        store.add_imported_event(imported(first, ""))
    with pytest.raises(UsageError, match="no output"):
        store.add_imported_events([imported(ids_of(store)[3]), imported("zz")])
    assert store.progress("ann").labelled == 2


def test_events_of_another_study_come_back_equal(store: Store, tmp_path: Path) -> None:
    """What is exported, imported and exported again has the same keys, times and judgements."""
    for output_id in ids_of(store)[:3]:
        label(store, output_id, EDITED)
    before = list(store.events())
    path = make_study(tmp_path, name="again.db")
    with open_store(path) as again:
        for record in before:
            origin = f'{{"event_id": "{record.event_key}", "source": "rater"}}'
            again.add_imported_event(event_of(record)._replace(origin=origin))
        after = list(again.events())
    assert [r.event_key for r in after] == [r.event_key for r in before]
    assert [event_of(r).at for r in after] == [event_of(r).at for r in before]
    assert [event_of(r).judgement for r in after] == [event_of(r).judgement for r in before]
