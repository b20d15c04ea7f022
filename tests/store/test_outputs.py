"""Tickets and outputs come in once, whole, and keep what they are."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from workbench.domain.check import CheckResult, CheckStatus
from workbench.domain.delivery import Delivery, Rung
from workbench.domain.errors import InputRefused, UsageError
from workbench.domain.label import Label
from workbench.domain.output import Applied, Delivered, NewOutput
from workbench.domain.spec import Spec
from workbench.domain.ticket import Ticket, suite_digest
from workbench.store.store import Repository, Store, create_store, open_store

from .kit import (
    ABSTAINED,
    EDITED,
    MERGED,
    NOW,
    at,
    ids_of,
    label,
    make_output,
    make_outputs,
    make_ticket,
    mark,
    query,
)


def test_an_output_comes_back_as_it_came(store: Store) -> None:
    """T9: bytes stay bytes, and every field survives."""
    delivered = Delivered(
        ticket_id="t1",
        candidate="m9",
        patch=b"\xff\x00 not text \r\n",
        message="it said \N{SNOWMAN}\u202e",
        self_flagged=("may break",),
        questions=("which?",),
        run_id="r",
        extra='{"a": 1}',
    )
    applied = Applied(Rung.FAILED, "", "error: no", ("bidi 1",), b"", 0, 0, 0)
    store.add_outputs([NewOutput(delivered, applied)])
    found = next(s for s in store.list_outputs(candidate="m9"))
    output = store.get_output(found.output_id)
    assert output.applied == applied
    assert (output.patch, output.message) == (delivered.patch, delivered.message)
    assert (output.self_flagged, output.questions) == (("may break",), ("which?",))
    assert (output.run_id, output.extra, output.trial) == ("r", '{"a": 1}', 1)
    assert output.content_digest == delivered.content_digest
    assert output.delivery is Delivery.PATCH
    item = store.get_review_item("ann", output.output_id)
    assert (item.patch, item.detail, item.badges) == (delivered.patch, "error: no", ("bidi 1",))


def test_same_content_adds_nothing(store: Store, path: Path) -> None:
    """The same rows again are counted as the same; other content of a pair is the next trial."""
    before = query(path, "SELECT * FROM output")
    counts = store.add_outputs(make_outputs())
    assert (counts.added, counts.same) == (0, 8)
    assert query(path, "SELECT * FROM output") == before
    counts = store.add_outputs(
        [
            make_output("t0", "m1", b"two"),
            make_output("t0", "m1", b"two"),
            make_output("t0", "m1", b"three"),
        ]
    )
    assert (counts.added, counts.same) == (2, 1)
    trials = [s.trial for s in store.list_outputs(ticket="t0", candidate="m1")]
    assert trials == [1, 2, 3]
    digest = make_output("t0", "m1", b"two").delivered.content_digest
    assert store.has_output("t0", "m1", digest)
    assert not store.has_output("t0", "m2", digest)
    assert ("m1", digest) in store.known_digests("t0")
    assert store.count_outputs() == 10


def test_an_import_is_all_or_nothing(store: Store, path: Path) -> None:
    """D5: one bad row, or an end that comes as an exception, leaves the study as it was."""
    before = query(path, "SELECT * FROM output UNION ALL SELECT * FROM output")

    def rows() -> Iterator[NewOutput]:
        yield make_output("t0", "m5", b"x")
        yield make_output("t77", "m5", b"x")

    with pytest.raises(InputRefused, match="ticket t77"):
        store.add_outputs(rows())
    with pytest.raises(InputRefused, match="name of its candidate"):
        store.add_outputs([make_output("t0", "m5", b"x"), make_output("t0", "", b"x")])
    with pytest.raises(InputRefused, match="surrogate"):
        store.add_outputs([make_output("t0", "m5", message="\ud800")])
    after = query(path, "SELECT * FROM output UNION ALL SELECT * FROM output")
    assert after == before
    assert [c.name for c in store.list_candidates()] == ["m1", "m2"]
    assert store.verify() == []


def test_an_import_keeps_ids_and_trials(store: Store) -> None:
    """A canonical import brings its own ids and trials; one that is taken is refused."""
    delivered = make_output("t0", "m7", b"p").delivered
    new = NewOutput(delivered, Applied(Rung.PLAIN), "feedbeef0123", 4)
    store.add_outputs([new])
    assert store.get_output("feed").trial == 4
    other = NewOutput(make_output("t0", "m7", b"q").delivered, Applied(Rung.PLAIN), "", 4)
    with pytest.raises(InputRefused, match=r"trial 4 or id .* belongs to another output"):
        store.add_outputs([other])
    assert store.verify() == []


def test_id_by_its_beginning(store: Store) -> None:
    """An output is found by four or more characters of its id, when they fit one."""
    for i, output_id in enumerate(("abcd00000001", "abcd00000002", "abcd")):
        delivered = make_output("t0", "m7", b"p%d" % i).delivered
        store.add_outputs([NewOutput(delivered, Applied(Rung.PLAIN), output_id)])
    assert store.get_output("abcd").output_id == "abcd"
    assert store.get_output("abcd00000002").output_id == "abcd00000002"
    with pytest.raises(UsageError, match="fits several outputs"):
        store.get_output("abcd0000000")
    with pytest.raises(UsageError, match="at least 4"):
        store.get_output("abc")
    with pytest.raises(UsageError, match="no output zzzz"):
        store.get_output("zzzz")


def test_lists(store: Store) -> None:
    """A list is in the order of ticket, candidate and trial, and takes filters."""
    ids = ids_of(store)
    store.ensure_reviewer("bob", NOW)
    label(store, ids[0], MERGED)
    label(store, ids[1], EDITED, "bob")
    label(store, ids[2], ABSTAINED)
    listed = list(store.list_outputs())
    keys = [(s.ticket_id, s.candidate, s.trial) for s in listed]
    assert keys == sorted(keys)
    assert len(listed) == 8
    labels = {s.output_id: s.label for s in listed if s.label}
    assert labels == {ids[0]: Label.MERGED, ids[1]: Label.EDITED, ids[2]: Label.ABSTAINED}
    assert [s.output_id for s in store.list_outputs(reviewer="bob", labels=[Label.EDITED])] == [
        ids[1]
    ]
    assert len(list(store.list_outputs(labels=[None]))) == 5
    assert {s.ticket_id for s in store.list_outputs(ticket="t2")} == {"t2"}
    assert len(list(store.list_outputs(tests=[CheckStatus.PASS]))) == 0
    assert len(list(store.list_outputs(deliveries=[Delivery.PATCH]))) == 8


def test_aliases(store: Store) -> None:
    """K3: aliases are unique, stable, and say nothing of the name."""
    store.add_outputs(make_output("t0", f"n{i}", b"x") for i in range(30))
    candidates = store.list_candidates()
    assert len({c.alias for c in candidates}) == 32
    assert store.list_candidates() == candidates


def test_checks_are_kept(store: Store, path: Path) -> None:
    """Every different result is a record; the latest one counts."""
    first = store.get_output(ids_of(store)[0])
    key = (first.ticket_id, first.candidate, first.trial)
    red = CheckResult(CheckStatus.FAIL, "timeout", CheckStatus.FAIL, "junit")
    green = CheckResult(CheckStatus.PASS, "", CheckStatus.PASS, "report")
    for result in (red, green, green, red):
        store.record_checks([(*key, result)], NOW)
    assert store.get_check(first.output_id) == red
    assert len(query(path, "SELECT * FROM check_result")) == 3
    assert store.verify() == []


def test_tickets_until_the_freeze(tmp_path: Path) -> None:
    """Tickets come once, are marked, and after the freeze nothing about them changes."""
    path = tmp_path / "s.db"
    create_store(path, study_id="s", created_at=NOW, tool_version="1")
    changed = Ticket("a", "other", "", "", "c" * 40, source="file.md")
    with open_store(path) as store:
        with pytest.raises(InputRefused, match="no tickets to freeze"):
            store.freeze(NOW)
        tickets = [make_ticket("b"), make_ticket("a", Spec.UNSET)]
        assert store.add_tickets(tickets).added == 2
        counts = store.add_tickets([*tickets, changed])
        assert (counts.added, counts.same) == (0, 2)
        assert [(r.file, r.where) for r in counts.refused] == [("file.md", "a")]
        assert store.list_tickets() == tickets
        mark(store, "a", Spec.VAGUE)
        assert store.get_ticket("a").spec is Spec.VAGUE
        assert store.frozen_at is None
        entries = store.freeze(at(1))
        assert store.is_frozen
        assert store.frozen_at == at(1)
        assert store.frozen_digest == suite_digest(entries)
        assert store.freeze(at(2)) == entries
        assert store.frozen_at == at(1)
        assert store.add_tickets(tickets).same == 2
        for again in ([changed], [make_ticket("c")]):
            with pytest.raises(InputRefused, match=f"ticket {again[0].ticket_id}: .* frozen"):
                store.add_tickets(again)
        with pytest.raises(InputRefused, match="ticket a: the tickets are frozen"):
            mark(store, "a", Spec.CLEAR)
        mark(store, "a", Spec.VAGUE)


def test_study_and_repositories(store: Store) -> None:
    """Small things are kept by key; an identity is adopted only by an empty study."""
    store.set_repository("core", "/src/core", "clones/core")
    store.set_repository("core", "/src/other", "clones/core")
    assert store.list_repositories() == [Repository("core", "/src/other", "clones/core")]
    assert store.get_meta("gate") is None
    store.set_meta("gate", "{}")
    assert store.get_meta("gate") == "{}"
    with pytest.raises(UsageError, match="not empty"):
        store.adopt_study_id("other", NOW)


def test_empty_study_adopts(tmp_path: Path) -> None:
    """An import into an empty study takes over the identity, so ids and aliases stay the same."""
    path = tmp_path / "s.db"
    create_store(path, study_id="s", created_at=NOW, tool_version="1")
    with open_store(path) as store:
        store.adopt_study_id("other", at(7))
    with open_store(path) as store:
        assert (store.study_id, store.created_at) == ("other", at(7))
