"""Search runs over the text of the model and finds what a reader sees."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.diff.document import DiffDocument, build_document
from workbench.diff.globs import match_files
from workbench.diff.rows import Kind
from workbench.diff.search import AT_ONCE, PART, Query, Run, SearchError, search

DIFF = (
    b"diff --git a/src/app.py b/src/app.py\n--- a/src/app.py\n+++ b/src/app.py\n"
    b"@@ -1,3 +1,3 @@\n def run(value):\n-    return value\n+    return Value + value\n # end\n"
    b"@@ -50,2 +50,3 @@ class Later:\n x = 1\n+\ty = '\x1b[2J'\n z = 3\n"
)


def found(
    query: str, *, regex: bool = False, added_only: bool = False
) -> list[tuple[str, str, str]]:
    document = build_document(DIFF, key="k")
    matches = search(document, query, regex=regex, added_only=added_only)
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


def test_the_files_that_are_shown_are_searched() -> None:
    """What a reader hides from the eye is not found."""
    document = build_document(DIFF + DIFF.replace(b"app.py", b"lib.py"), key="k")
    whole = search(document, "value")
    assert len(search(document, "value", files=frozenset({1})).hits) * 2 == len(whole.hits)
    assert search(document, "value", files=frozenset()).hits == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("*.py", ["a.py", "src/b.py", "tests/test_a.py"]),
        ("src/", ["src/b.py", "src/c.txt"]),
        ("src/*", ["src/b.py", "src/c.txt"]),
        ("!tests", ["a.py", "src/b.py", "src/c.txt", "README.md"]),
        ("*.py !test_*", ["a.py", "src/b.py"]),
        ("readme", ["README.md"]),
        ("Readme", []),
        ("a.py *.txt", ["a.py", "src/c.txt", "tests/test_a.py"]),
        ("", ["a.py", "src/b.py", "src/c.txt", "tests/test_a.py", "README.md"]),
        ("[", []),
    ],
)
def test_r14_files_by_glob(text: str, names: list[str]) -> None:
    """Whole paths, names alone, parts of a path, and what to leave out."""
    paths = ["a.py", "src/b.py", "src/c.txt", "tests/test_a.py", "README.md"]
    diff = b"".join(DIFF.replace(b"src/app.py", path.encode()) for path in paths)
    files = build_document(diff, key="k").files
    chosen = match_files(files, text)
    assert sorted(e.path for e in files if e.index in chosen) == sorted(names)


N_LINES = 3 * PART


def added(lines: list[str]) -> DiffDocument:
    body = "".join(f"+{line}\n" for line in lines)
    head = "diff --git a/f b/f\nnew file mode 100644\n--- /dev/null\n+++ b/f\n"
    return build_document(f"{head}@@ -0,0 +1,{len(lines)} @@\n{body}".encode(), key="k")


def steps_of(run: Run) -> Iterator[int]:
    """How many hits came with each step."""
    before = 0
    while not run.step():
        yield len(run.matches.hits) - before
        before = len(run.matches.hits)


@pytest.mark.parametrize(
    ("text", "regex", "at_most"),
    [("plain", False, PART), ("caf\xe9", False, AT_ONCE), ("plain", True, AT_ONCE)],
)
def test_r8_a_step_looks_at_a_handful_of_lines(text: str, regex: bool, at_most: int) -> None:
    """Also where nothing is found: the keyboard is looked at in between."""
    run = Run(added([f"{text} {n}" for n in range(N_LINES)]), Query("nowhere", regex))
    assert sum(1 for _ in steps_of(run)) >= N_LINES // at_most


@pytest.mark.parametrize("text", ["x" * 5_000, "x\xe9" * 5_000])
def test_r8_a_step_finds_a_handful_of_hits(text: str) -> None:
    """Of a line that is nothing but hits."""
    found = list(steps_of(Run(added([text] * 3), Query("x"))))
    assert max(found) <= AT_ONCE
    assert sum(found) == 3 * 5_000


def test_r8_hits_across_parts_stand_where_they_are() -> None:
    """A part ends between two lines, whichever way it is searched."""
    document = added([f"line {n} end" for n in range(N_LINES)])
    quick, slow = search(document, "end"), search(document, "end", regex=True)
    assert quick.hits == slow.hits
    assert len(quick.hits) == N_LINES
    assert quick.hits[PART].start == len(f"line {PART} ")
