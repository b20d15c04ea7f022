"""Seal and reveal: kept once, logged, and what comes later is told apart; votes in the log."""

from dataclasses import replace
from pathlib import Path

import pytest

from workbench.domain.errors import UsageError
from workbench.domain.finding import Finding, FindingKind, FoundBy
from workbench.domain.label import Act, Judgement, Label
from workbench.domain.pair import Preference, make_vote, put_vote
from workbench.domain.seal import POOLED, make_seal, open_seal, parse_seal, render_seal
from workbench.store.store import Store, open_store

from .kit import EDITED, EFFORT, ESCAPED, MERGED, NOW, at, ids_of, label, query

NAMES = ["m1", "m2"]


def seal(store: Store) -> None:
    store.set_seal(make_seal(store.study_id, "salt", NAMES, NOW))


def test_a_seal_fits_one_list_of_names_alone() -> None:
    """Another name, or one fewer, does not open it; one that joined later is told apart."""
    made = make_seal("study", "salt", NAMES, NOW)
    assert parse_seal(render_seal(made)) == made
    assert open_seal("study", made, NAMES).holds
    assert sorted(open_seal("study", made, NAMES).names.values()) == NAMES
    later = open_seal("study", made, [*NAMES, "m3"])
    assert (later.holds, later.joined) == (True, ("m3",))
    assert not open_seal("study", made, ["m1", "m9"]).holds
    assert not open_seal("study", made, ["m1"]).holds
    assert make_seal("study", "other", NAMES, NOW).digest != made.digest
    assert not set(NAMES) & set(made.codes)


def test_sealing_happens_once_and_reveals_once(store: Store) -> None:
    """The first seal stands; a second reveal is refused and says when the first was."""
    with pytest.raises(UsageError, match="nothing is sealed"):
        store.reveal("ann", NOW)
    seal(store)
    again = store.set_seal(make_seal(store.study_id, "pepper", NAMES, NOW))
    assert again.salt == "salt"
    before = store.is_sealed
    store.reveal("ann", at(9))
    assert (before, store.is_sealed) == (True, False)
    with pytest.raises(UsageError, match=r"revealed already, by ann at 2026-01-02"):
        store.reveal("ann", at(10))
    assert store.verify() == []


def test_while_sealed_counts_are_pooled(store: Store) -> None:
    """No candidate has a name in a case, and none can be asked for by name."""
    seal(store)
    label(store, ids_of(store)[0])
    assert {case.candidate for case in store.cases()} == {POOLED}
    assert {case.candidate for case in store.cases("", POOLED)} == {POOLED}
    with pytest.raises(UsageError, match="sealed: figures are pooled"):
        list(store.cases("", "m1"))
    store.reveal("ann", at(9))
    assert {case.candidate for case in store.cases()} == set(NAMES)


def test_what_changes_after_the_reveal_is_marked_and_left_out(store: Store) -> None:
    """The blind label stays in the numbers; the change is in the log, and counts when asked."""
    seal(store)
    first, second, *_ = ids_of(store)
    label(store, first, MERGED)
    store.reveal("ann", at(9))
    saved = label(store, first, EDITED)
    assert saved.event.judgement == replace(EDITED, post_reveal=True)
    label(store, second, ESCAPED)
    counted = {case.output_id: case.counted.judgement.label for case in store.cases()}
    assert (counted[first], counted[second]) == (Label.MERGED, None)
    late = {
        case.output_id: case.counted.judgement.label for case in store.cases(with_post_reveal=True)
    }
    assert (late[first], late[second]) == (Label.EDITED, Label.ESCAPED)
    assert store.verify() == []


def test_undo_after_the_reveal_is_a_change_too(store: Store) -> None:
    """The undone label stays in the numbers; the reveal itself is never undone."""
    seal(store)
    first = ids_of(store)[0]
    label(store, first, MERGED)
    store.reveal("ann", at(9))
    undone = store.undo("ann", EFFORT, at(10))
    assert undone is not None
    assert undone.event.output_id == first
    assert undone.event.judgement == Judgement(post_reveal=True)
    assert {case.output_id for case in store.cases() if case.counted.judgement.label} == {first}
    assert store.undo("ann", EFFORT, at(11)) is None
    assert not store.is_sealed


def test_a_leak_found_after_merge_is_no_change_of_mind(store: Store) -> None:
    """It comes up long after the names are known, and counts."""
    seal(store)
    first = ids_of(store)[0]
    label(store, first, MERGED)
    store.reveal("ann", at(9))
    leak = Finding(FindingKind.FUNCTIONAL, found_by=FoundBy.POST_MERGE, found_on="2026-01-01")
    held = store.get_judgement("ann", first)
    judgement = replace(held, findings=(leak,))
    saved = store.record("ann", first, Act.FINDING, judgement, EFFORT, at(10), held=held)
    assert not saved.event.judgement.post_reveal


def test_one_output_opened_early_is_in_no_number(store: Store) -> None:
    """With a reason, in the log; the others stay sealed."""
    with pytest.raises(UsageError, match="nothing is sealed"):
        store.break_glass("ann", ids_of(store)[0], "needed", NOW)
    seal(store)
    first, second, *_ = ids_of(store)
    for output_id in (first, second):
        label(store, output_id)
    with pytest.raises(UsageError, match="say why"):
        store.break_glass("ann", first, " ", NOW)
    saved = store.break_glass("ann", first, "the author asked", at(5))
    assert saved.event.act is Act.REVEAL
    assert saved.event.judgement.unblinded == "the author asked"
    assert first not in {case.output_id for case in store.cases()}
    assert second in {case.output_id for case in store.cases()}
    assert store.is_sealed
    assert store.verify() == []


def test_votes_are_events_that_undo_and_redo(store: Store) -> None:
    """A preference lies in the judgement of the pair's anchor, hashed with it."""
    entries = [entry for entry in store.pair_entries() if entry.ticket_id == "t0"]
    left, right = (entry.output_id for entry in entries)
    anchor = min(left, right)
    label(store, left)
    label(store, right)
    held = store.get_judgement("ann", anchor)
    vote = make_vote(left, right, Preference.RIGHT)
    judgement = replace(held, votes=put_vote(held.votes, vote))
    store.record("ann", anchor, Act.PREFER, judgement, EFFORT, at(3), held=held)
    assert store.pair_states("ann")[anchor].votes == (vote,)
    assert [cast.vote for cast in store.pair_votes()] == [vote]
    undone = store.undo("ann", EFFORT, at(4))
    assert undone is not None
    assert undone.turned is Act.PREFER
    assert undone.event.judgement.label is Label.MERGED
    assert list(store.pair_votes()) == []
    store.redo("ann", EFFORT, at(5))
    assert [cast.vote for cast in store.pair_votes()] == [vote]
    changed = label(store, anchor, replace(EDITED, votes=(vote,)))
    assert changed.event.judgement.votes == (vote,)
    assert store.verify() == []


def test_votes_after_the_reveal_do_not_count_unless_asked(store: Store) -> None:
    """The one before it stands."""
    seal(store)
    left, right = (e.output_id for e in store.pair_entries() if e.ticket_id == "t1")
    anchor = min(left, right)

    def vote(preference: Preference) -> None:
        held = store.get_judgement("ann", anchor)
        votes = put_vote(held.votes, make_vote(left, right, preference))
        store.record("ann", anchor, Act.PREFER, replace(held, votes=votes), EFFORT, NOW, held=held)

    vote(Preference.LEFT)
    store.reveal("ann", at(9))
    vote(Preference.RIGHT)
    assert [cast.vote.preferred for cast in store.pair_votes()] == [left]
    assert [c.vote.preferred for c in store.pair_votes(with_post_reveal=True)] == [right]


def test_a_restored_database_is_not_blind_again(path: Path) -> None:
    """What a copy from before the reveal does not know is told to it."""
    before = path.with_name("before.db")
    with open_store(path) as store:
        seal(store)
    before.write_bytes(path.read_bytes())
    with open_store(path) as store:
        revealed = store.reveal("ann", at(9))
    with open_store(before) as store:
        sealed = store.is_sealed
        store.keep_revealed(revealed)
        assert (sealed, store.is_sealed) == (True, False)
        assert label(store, ids_of(store)[0]).event.judgement.post_reveal


def test_the_seal_tells_no_name(path: Path) -> None:
    """What is kept of it is codes, a salt and a digest."""
    with open_store(path) as store:
        seal(store)
    ((text,),) = query(path, "SELECT value FROM meta WHERE key = 'seal'")
    assert not any(name in str(text) for name in NAMES)


def test_verify_computes_the_digest_again(path: Path) -> None:
    """Other names, another seal, or none at all: each is told, by its row."""
    with open_store(path) as store:
        store.set_seal(make_seal(store.study_id, "salt", ["m1", "m2"], NOW))
        seal = store.get_seal()
        assert seal is not None
        judgement = Judgement(label=Label.MERGED, blind=seal.short)
        store.ensure_reviewer("ann", NOW)
        store.record("ann", ids_of(store)[0], Act.LABEL, judgement, EFFORT, NOW)
        assert store.verify() == []
        text = render_seal(seal)
        forged = render_seal(make_seal(store.study_id, "other", ["m1", "m2"], NOW))
        for found, sentence in (
            (text.replace('"salt": "salt"', '"salt": "pepper"'), "does not fit"),
            (forged, f"was given behind seal {seal.short}, the study's is"),
            ("{}", "cannot be read"),
        ):
            store.set_meta("seal", found)
            faults = [fault for fault in store.verify() if fault.kind == "seal"]
            assert sentence in faults[0].sentence
        store.set_meta("seal", text)
        assert store.verify() == []
