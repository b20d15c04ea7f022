"""Pairs: sides balanced in blocks and stable, an order that is the same whenever asked for."""

import time
from collections import Counter

import pytest

from workbench.domain.pair import Preference, Said, Side, Vote, make_vote, parse_vote, put_vote
from workbench.domain.schedule import BLOCK, Entry, Planned, Schedule, schedule_pairs


def make_entries(n_tickets: int, candidates: tuple[str, ...] = ("a", "b")) -> list[Entry]:
    """As imports leave them: one candidate after the other."""
    names = [(f"t{i}", who) for who in candidates for i in range(n_tickets)]
    return [
        Entry(row, f"{row:012x}", ticket, who, 1, f"{ticket} {who}")
        for row, (ticket, who) in enumerate(names)
    ]


def stands_left(schedule: Schedule, entries: list[Entry]) -> Counter[tuple[str, str]]:
    """How often which candidate stands left, by pair of candidates."""
    names = {entry.output_id: entry.candidate for entry in entries}
    return Counter(("-".join(pair.between), names[pair.left]) for pair in schedule.pairs)


@pytest.mark.parametrize("seed", ["one", "two", "three"])
def test_sides_are_balanced_in_every_block(seed: str) -> None:
    """Of each four pairs in the order they came, two have the same candidate on the left."""
    entries = make_entries(40, ("a", "b", "c"))
    found = schedule_pairs(entries, seed)
    assert len(found.pairs) == 120
    assert set(stands_left(found, entries).values()) == {20}
    names = {entry.output_id: entry.candidate for entry in entries}
    rows = {entry.output_id: entry.row for entry in entries}
    of_ab = sorted(
        (pair for pair in found.pairs if pair.between == ("a", "b")),
        key=lambda pair: max(map(rows.__getitem__, pair.outputs)),
    )
    for at in range(0, 40, BLOCK):
        block = of_ab[at : at + BLOCK]
        assert sum(names[pair.left] == "a" for pair in block) == BLOCK // 2


def test_k3_sides_over_four_hundred_pairs_differ_from_seed_to_seed() -> None:
    """50 % of 400 within 10, for either candidate, and two reviewers see other sides."""
    entries = make_entries(400)
    one, two = schedule_pairs(entries, "one"), schedule_pairs(entries, "two")
    assert 160 <= stands_left(one, entries)["a-b", "a"] <= 240
    lefts = {pair.pair_id: pair.left for pair in one.pairs}
    same = sum(lefts[pair.pair_id] == pair.left for pair in two.pairs)
    assert 120 <= same <= 280
    assert [pair.pair_id for pair in one.pairs] != [pair.pair_id for pair in two.pairs]


def test_an_import_moves_no_pair_that_was_there() -> None:
    """Sides and positions stay, whatever comes later: tickets, trials or a third candidate."""
    entries = make_entries(10)
    before = {pair.pair_id: pair for pair in schedule_pairs(entries, "s").pairs}
    later = [
        entry._replace(row=entry.row + 100, output_id=f"{entry.row + 100:012x}", candidate=who)
        for entry in make_entries(10)
        for who in ("c",)
        if entry.candidate == "a"
    ]
    after = {pair.pair_id: pair for pair in schedule_pairs([*entries, *later], "s").pairs}
    assert len(after) == 30
    assert {key: after[key] for key in before} == before


def test_what_has_no_partner_is_counted_by_reason() -> None:
    """A ticket with one output, and an output whose harness failed."""
    entries = make_entries(3)
    entries = [entries[0], entries[1], entries[3], entries[4]._replace(is_void=True)]
    found = schedule_pairs(entries, "s")
    assert [pair.ticket_id for pair in found.pairs] == ["t0"]
    assert found.left_out == {"harness failed": 1, "no partner on the ticket": 1}


def test_two_candidates_are_chosen_by_name_and_trials_keep_to_themselves() -> None:
    """`between` leaves others out; the second trial of one is compared with the second."""
    entries = make_entries(2, ("a", "b", "c"))
    entries += [
        entry._replace(row=entry.row + 50, output_id=f"{entry.row + 50:012x}", trial=2)
        for entry in entries
    ]
    found = schedule_pairs(entries, "s", between=("a", "c"))
    trials = {entry.output_id: entry.trial for entry in entries}
    assert len(found.pairs) == 4
    assert {pair.between for pair in found.pairs} == {("a", "c")}
    assert all(trials[pair.left] == trials[pair.right] for pair in found.pairs)


def test_the_same_content_is_known_and_a_teaching_order_comes_first() -> None:
    """Identical outputs are told; taught pairs come in the order that teaches."""
    entries = [entry._replace(content=entry.ticket_id) for entry in make_entries(6)]
    first = {entries[4].output_id: 0, entries[2].output_id: 1}
    found = schedule_pairs(entries, "s", first)
    assert all(pair.is_identical for pair in found.pairs)
    assert [pair.ticket_id for pair in found.pairs[:2]] == ["t4", "t2"]


def test_ten_thousand_pairs_are_drawn_within_a_second() -> None:
    """From ids alone, in the processor's time."""
    entries = make_entries(10_000)
    begun = time.process_time()
    found: tuple[Planned, ...] = schedule_pairs(entries, "s").pairs
    assert len(found) == 10_000
    assert time.process_time() - begun < 1


def test_a_vote_names_an_output_and_knows_its_sides() -> None:
    """The same answer on swapped sides prefers the other output; ties prefer none."""
    vote = make_vote("o1", "o2", Preference.LEFT)
    swapped = make_vote("o2", "o1", Preference.RIGHT)
    assert (vote.preferred, swapped.preferred) == ("o1", "o1")
    assert vote.pair_id == swapped.pair_id
    assert swapped.preference is Preference.RIGHT
    assert make_vote("o1", "o2", Preference.BOTH_BAD).preferred == ""
    assert Side.LEFT.other is Side.RIGHT
    assert put_vote((vote,), swapped) == (swapped,)
    assert not Vote("o1", "o2", Said.SKIPPED).is_answer


@pytest.mark.parametrize(
    "raw",
    [
        {"left": "o1", "right": "o1", "said": "both_good"},
        {"left": "o1", "right": "o2", "said": "preferred"},
        {"left": "o1", "right": "o2", "said": "both_bad", "preferred": "o1"},
        {"left": "o1", "right": "o2", "said": "preferred", "preferred": "o3"},
        {"left": "o1", "right": "o2", "said": "both_good", "strength": 4},
        {"left": "o1", "right": "o2", "said": "both_good", "why": "because"},
        {"left": "o1", "right": "o2", "said": "winner"},
    ],
)
def test_a_vote_that_does_not_hold_together_is_refused(raw: dict[str, object]) -> None:
    """Whatever a file says."""
    with pytest.raises(ValueError, match=r"vote|valid Said|strength"):
        parse_vote(raw)
