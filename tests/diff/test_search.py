"""Search runs over the text of the model and finds what a reader sees."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.diff.document import build_document
from workbench.diff.rows import Kind
from workbench.diff.search import SearchError, search

DIFF = (
    b"diff --git a/src/app.py b/src/app.py\n--- a/src/app.py\n+++ b/src/app.py\n"
    b"@@ -1,3 +1,3 @@\n def run(value):\n-    return value\n+    return Value + value\n # end\n"
    b"@@ -50,2 +50,3 @@ class Later:\n x = 1\n+\ty = '\x1b[2J'\n z = 3\n"
)


def found(query: str, **options: bool) -> list[tuple[str, str, str]]:
    document = build_document(DIFF, key="k")
    matches = search(document, query, **options)
    rows = [document.model.row(hit.row) for hit in matches.hits]
    return [
        (row.kind.value, hit.side, row.text[hit.start : hit.end])
        for row, hit in zip(rows, matches.hits, strict=True)
    ]


def test_hits_come_from_top_to_bottom_on_both_sides() -> None:
    """A removed line is the old side, everything else the new one."""
    assert found("value") == [
        ("context", "new", "value"),
        ("removed", "old", "value"),
        ("added", "new", "Value"),
        ("added", "new", "value"),
    ]


def test_a_capital_makes_case_count() -> None:
    """As in tools that readers know."""
    assert found("Value") == [("added", "new", "Value")]


def test_a_sign_of_the_diff_is_no_text() -> None:
    """The plus in front of a line is not found, the plus inside is."""
    assert found("+") == [("added", "new", "+")]
    assert found("-") == []


def test_shown_text_is_searched() -> None:
    """What is drawn for a control character or a tab is what is found."""
    assert found("␛[2J") == [("added", "new", "␛[2J")]
    assert found("    y") == [("added", "new", "    y")]


def test_paths_are_found() -> None:
    """The header of a file is text as well."""
    assert found("src/app") == [("file-header", "new", "src/app")]


def test_expressions_stay_within_a_line() -> None:
    """No match crosses a line end, and empty matches are no hits."""
    assert found(r"value\W+return", regex=True) == []
    assert found("x*", regex=True) == [("context", "new", "x")]
    assert found(r"^x", regex=True) == [("context", "new", "x")]


def test_added_lines_only() -> None:
    """The filter asks what the patch itself brings in."""
    assert [kind for kind, _, _ in found("value", added_only=True)] == [Kind.ADDED, Kind.ADDED]


def test_a_broken_expression_is_an_error_with_a_reason() -> None:
    """The reader is told, and nothing else changes."""
    with pytest.raises(SearchError, match="not a regular expression"):
        found("(", regex=True)


@given(st.text(max_size=5))
def test_the_quick_way_finds_what_the_slow_way_finds(query: str) -> None:
    """One search over a whole hunk equals a search line by line."""
    import re

    document = build_document(DIFF, key="k")
    quick = search(document, query).hits
    slow = search(document, re.escape(query), regex=True).hits
    assert quick == slow
    spans = search(document, query).spans
    assert sum(map(len, spans.values())) == len(quick)
