"""Colours of code as abstract words (keyword, string, ...), always from the whole file.

A hunk that begins inside a docstring looks like code when lexed alone, so nothing here ever sees
a hunk: a whole blob goes in, and spans of single lines come out. Python is parsed once by
tree-sitter and asked for the lines in sight; other languages are lexed once by Pygments, by name.
Above the limits a file stays plain, and `reason` says so.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple, Protocol

from workbench.text import decode

if TYPE_CHECKING:
    from tree_sitter import Language, Node, Query

MAX_BYTES = 1 << 20
MAX_LINES = 20_000
MAX_COLUMNS = 2_000
MAX_MEAN = 1_000  # bytes a line: what somebody reads is shorter
TOKENS = (
    "keyword",
    "string",
    "comment",
    "number",
    "function",
    "type",
    "operator",
    "constant",
    "builtin",
    "decorator",
    "escape",
    "tag",
    "attribute",
    "heading",
)

_BUCKET = 64  # lines asked for at once: about a screen
_PYTHON = {".py", ".pyi", ".pyw"}
# What tree-sitter's query calls it -> (our word, rank); the higher rank wins on the same text.
_CAPTURES = {
    "string": ("string", 1),
    "embedded": ("", 2),
    "constructor": ("type", 3),
    "constant": ("constant", 4),
    "constant.builtin": ("constant", 5),
    "type": ("type", 5),
    "property": ("", 3),
    "function": ("function", 6),
    "function.method": ("function", 6),
    "function.builtin": ("builtin", 7),
    "number": ("number", 5),
    "comment": ("comment", 5),
    "escape": ("escape", 5),
    "operator": ("operator", 5),
    "keyword": ("keyword", 5),
}
# Operators spelled as words read as keywords.
_WORD_OPERATORS = {b"and", b"in", b"is", b"not", b"or", b"is not", b"not in"}
_PYGMENTS = (
    ("Token.Keyword.Constant", "constant"),
    ("Token.Keyword.Type", "type"),
    ("Token.Keyword", "keyword"),
    ("Token.Literal.String.Escape", "escape"),
    ("Token.Literal.String", "string"),
    ("Token.Literal.Number", "number"),
    ("Token.Comment", "comment"),
    ("Token.Name.Function", "function"),
    ("Token.Name.Class", "type"),
    ("Token.Name.Builtin", "builtin"),
    ("Token.Name.Decorator", "decorator"),
    ("Token.Name.Tag", "tag"),
    ("Token.Name.Attribute", "attribute"),
    ("Token.Name.Constant", "constant"),
    ("Token.Operator.Word", "keyword"),
    ("Token.Operator", "operator"),
    ("Token.Generic.Heading", "heading"),
    ("Token.Generic.Subheading", "heading"),
)


class Colour(NamedTuple):
    """Characters start..end of one decoded line are of this kind."""

    start: int
    end: int
    token: str


class Highlight(Protocol):
    """Colours of one whole file; lines count from 0."""

    def line(self, number: int) -> Sequence[Colour]: ...


class Coloured(NamedTuple):
    """A file's colours, or why it has none."""

    highlight: Highlight | None
    reason: str = ""


def highlight(name: str, data: bytes) -> Coloured:
    """The colours of one whole file by its name. Slow for long files: run it in a worker."""
    if len(data) > MAX_BYTES:
        return Coloured(None, f"not coloured: {len(data) / MAX_BYTES:.1f} MiB")
    n_lines = data.count(b"\n") + 1
    if n_lines > MAX_LINES:
        return Coloured(None, f"not coloured: {n_lines:,} lines")
    if len(data) > MAX_MEAN * n_lines:
        return Coloured(None, f"not coloured: {len(data) // n_lines:,} bytes a line")
    if PurePosixPath(name).suffix in _PYTHON:
        return Coloured(_Tree(data))
    lexed = lex(name, data)
    return Coloured(_Lexed(lexed) if lexed else None)


def lex(name: str, data: bytes) -> list[list[Colour]]:
    """Pygments' colours for each line; an empty list for a file name that it does not know."""
    from pygments.lexers import get_lexer_for_filename
    from pygments.util import ClassNotFound

    try:
        lexer = get_lexer_for_filename(PurePosixPath(name).name)
    except ClassNotFound:
        return []
    lines = [line[:MAX_COLUMNS] for line in decode(data).split("\n")]
    found: list[list[Colour]] = [[] for _ in lines]
    number, begin = 0, 0  # the line that `begin` starts
    for at, kind, value in lexer.get_tokens_unprocessed("\n".join(lines)):
        token = _word_for(str(kind))
        for part in value.split("\n") if token else ():
            while begin + len(lines[number]) < at:
                begin += len(lines[number]) + 1
                number += 1
            if part:
                found[number].append(Colour(at - begin, at - begin + len(part), token))
            at += len(part) + 1  # noqa: PLW2901  walks over the lines of one token
    return found


@lru_cache(512)
def _word_for(kind: str) -> str:
    for prefix, word in _PYGMENTS:
        if kind == prefix or kind.startswith(prefix + "."):
            return word
    return ""


class _Lexed:
    def __init__(self, lines: list[list[Colour]]) -> None:
        self._lines = lines

    def line(self, number: int) -> Sequence[Colour]:
        return self._lines[number] if number < len(self._lines) else ()


class _Tree:
    """A parsed Python file; colours are worked out for the lines that somebody looks at."""

    def __init__(self, data: bytes) -> None:
        from tree_sitter import Parser

        language, self._query = _python()
        self._tree = Parser(language).parse(data)
        self._lines = data.split(b"\n")
        self._ready: dict[int, list[list[Colour]]] = {}

    def line(self, number: int) -> Sequence[Colour]:
        bucket, row = divmod(number, _BUCKET)
        if bucket not in self._ready:
            self._ready[bucket] = self._ask(bucket * _BUCKET)
        lines = self._ready[bucket]
        return lines[row] if row < len(lines) else ()

    def _ask(self, first: int) -> list[list[Colour]]:
        from tree_sitter import QueryCursor

        raw = [line[:MAX_COLUMNS] for line in self._lines[first : first + _BUCKET]]
        painted = [bytearray(len(line)) for line in raw]
        spans = []
        for asked in _ranges(self._lines[first : first + _BUCKET], first):
            cursor = QueryCursor(self._query)
            cursor.set_point_range(*asked)
            for capture, nodes in cursor.captures(self._tree.root_node).items():
                if capture in _CAPTURES:
                    word, rank = _CAPTURES[capture]
                    spans += [_span(node, word, rank, capture) for node in nodes]
        # Outer before inner, and among equals the lower rank first: the last painter wins.
        for start, end, _, token in sorted(spans, key=_paint_order):
            for row in range(max(start[0], first), min(end[0] + 1, first + len(raw))):
                begin = start[1] if row == start[0] else 0
                cells = painted[row - first]
                stop = end[1] if row == end[0] else len(cells)
                stop = min(stop, len(cells))
                if begin < stop:
                    cells[begin:stop] = bytes([token]) * (stop - begin)
        return [_runs(cells, line) for cells, line in zip(painted, raw, strict=True)]


_Place = tuple[int, int]  # line and column, in bytes


def _ranges(lines: Sequence[bytes], first: int) -> Iterator[tuple[_Place, _Place]]:
    """What is asked for of these lines: neighbours at once, of a long line its head alone."""
    begin = 0
    for nth, line in enumerate(lines):
        if len(line) > MAX_COLUMNS:
            if begin < nth:
                yield (first + begin, 0), (first + nth, 0)
            yield (first + nth, 0), (first + nth, MAX_COLUMNS)
            begin = nth + 1
    if begin < len(lines):
        yield (first + begin, 0), (first + len(lines), 0)


_Painted = tuple[tuple[int, int], tuple[int, int], int, int]


def _span(node: "Node", word: str, rank: int, capture: str) -> _Painted:
    if capture == "operator" and node.type.encode() in _WORD_OPERATORS:
        word = "keyword"
    elif capture == "function" and node.type == "decorator":
        word, rank = "decorator", 0
    token = TOKENS.index(word) + 1 if word else 0
    start, end = node.start_point, node.end_point
    return (start.row, start.column), (end.row, end.column), rank, token


def _paint_order(span: _Painted) -> tuple[tuple[int, int], tuple[int, int], int]:
    return span[0], (-span[1][0], -span[1][1]), span[2]


def _runs(cells: bytearray, line: bytes) -> list[Colour]:
    """Equal neighbours as spans, in characters of the decoded line."""
    colours, at = [], 0
    column = _columns(line)
    for token, run in groupby(cells):
        end = at + len(list(run))
        if token:
            colours.append(Colour(column(at), column(end), TOKENS[token - 1]))
        at = end
    return colours


def _columns(line: bytes) -> Callable[[int], int]:
    """From a place in bytes to a place in characters."""
    if line.isascii():
        return int
    return lambda at: len(decode(line[:at]))


@lru_cache(1)
def _python() -> tuple["Language", "Query"]:
    import tree_sitter_python
    from tree_sitter import Language, Query

    language = Language(tree_sitter_python.language())
    return language, Query(language, tree_sitter_python.HIGHLIGHTS_QUERY)
