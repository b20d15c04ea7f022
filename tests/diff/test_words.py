"""Pairs of lines and changed words: what a reader would have drawn by hand."""

import random
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from workbench.diff.words import MAX_CHANGED, pair_lines, word_spans

TEXT = st.text(st.sampled_from("ab_ (=.漢\t"), max_size=40)


def marked(line: str, spans: list[tuple[int, int]]) -> list[str]:
    return [line[start:end] for start, end in spans]


def test_only_the_changed_words_are_marked() -> None:
    """A new argument is marked and the rest of the call is not."""
    old, new = "    def pause(self) -> None:", "    def pause(self, reason: str) -> None:"
    spans = word_spans(old, new)
    assert marked(old, spans[0]) == []
    assert marked(new, spans[1]) == [", reason: str"]


def test_an_underscore_parts_words() -> None:
    """What was appended to a name is marked, not the whole name."""
    old, new = "yield self._interval", "yield self._interval_seconds"
    assert marked(new, word_spans(old, new)[1]) == ["_seconds"]


def test_no_marks_when_most_of_a_line_changed() -> None:
    """Above seventy percent the line's own tint says it better."""
    assert word_spans("alpha beta gamma(delta)", "return [x for x in y]") == ([], [])


def test_field_d13_a_rewrapped_comment_is_no_wall() -> None:
    """Two comment lines wrapped anew keep their common words unmarked."""
    old = "# The quick brown fox jumps over the lazy dog and runs away from"
    new = "# The quick brown fox jumps over the lazy dog and runs"
    assert pair_lines([old], [new]) == [(0, 0)]
    assert marked(old, word_spans(old, new)[0]) == ["away from"] or marked(
        old, word_spans(old, new)[0]
    ) == [" away from"]
    assert word_spans(old, new)[1] == []


@given(TEXT, TEXT)
def test_what_is_unmarked_is_the_same_on_both_sides(old: str, new: str) -> None:
    """Without the marked words both lines read alike, but for the blanks that join marks."""
    old_spans, new_spans = word_spans(old, new)
    if not old_spans and not new_spans:
        return

    def unmarked(line: str, spans: list[tuple[int, int]]) -> str:
        keep = [c for i, c in enumerate(line) if not any(a <= i < b for a, b in spans)]
        return "".join(keep).replace(" ", "").replace("\t", "")

    assert unmarked(old, old_spans) == unmarked(new, new_spans)
    for line, spans in ((old, old_spans), (new, new_spans)):
        assert all(0 <= a < b <= len(line) for a, b in spans)
        assert spans == sorted(spans)


def test_field_d10_similar_lines_of_an_unequal_block_are_paired() -> None:
    """Three removed and five added: the two that were edited find each other."""
    removed = ["    total = compute(a, b)", "    import os", "    return total"]
    added = [
        "    log.info('start')",
        "    total = compute(a, b, c)",
        "    while waiting():",
        "        sleep(1)",
        "    return total + 1",
    ]
    assert pair_lines(removed, added) == [(0, 1), (2, 4)]


@given(st.lists(TEXT, max_size=8), st.lists(TEXT, max_size=8))
def test_pairs_rise_on_both_sides(removed: list[str], added: list[str]) -> None:
    """Lines never cross, and none is used twice."""
    pairs = pair_lines(removed, added)
    for (i, j), (k, m) in pairwise(pairs):
        assert i < k
        assert j < m
    assert all(i < len(removed) and j < len(added) for i, j in pairs)


def test_a_large_block_is_paired_in_order() -> None:
    """No block may cost more than its cap, whatever its lines."""
    rng = random.Random(3)
    removed = [f"{rng.random()}" for _ in range(300)]
    assert pair_lines(removed, removed[:200]) == [(i, i) for i in range(200)]


def test_field_d8_a_very_long_line_marks_its_middle() -> None:
    """One changed word in a megabyte is found by its common ends, without an alignment."""
    old = "x" * 500_000 + " old " + "y" * 500_000
    new = old.replace(" old ", " new ")
    assert marked(old, word_spans(old, new)[0]) == ["old"]
    assert MAX_CHANGED < 1
