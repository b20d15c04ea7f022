"""Which function or class a line stands in: for the header that stays on the first line.

A guess from indentation and from the words by which languages begin a definition, good for any of
them and made once for a file. It never claims more than the line that it shows.
"""

import re
from bisect import bisect_right
from functools import cache
from typing import NamedTuple

_BEFORE = rb"(?:(?:export|default|public|private|protected|internal|static|async|abstract|final"
_BEFORE += rb"|inline|virtual|unsafe|override|sealed|partial|pub(?:\([\w ]+\))?)[ \t]+)*"
_WORDS = rb"(?:def|class|func|fn|function|interface|impl|trait|struct|enum|module|namespace|sub)\b"
_WORD_LINE = rb"(?=[acdefimnopstuv])" + _BEFORE + _WORDS + rb"[^\n]*"  # first letters: for speed
_AT_MARGIN = rb"(?=[A-Za-z_$])[^\n;=#]*\([^\n;]*\{[ \t]*"  # C and its kin: a name, a list, a brace
_LONGEST = 400  # bytes of a line
_FURTHEST = 2_000  # definitions looked back


class Definition(NamedTuple):
    line: int
    indent: int
    text: bytes


class Scopes:
    """The definitions of one file; made in a worker."""

    def __init__(self, data: bytes) -> None:
        self._found: list[Definition] = []
        line, last = 1, 0
        for match in _pattern(has_braces=b"{\n" in data).finditer(data):
            line += data.count(b"\n", last, match.start())
            last = match.start()
            text = match.group()[:_LONGEST]
            self._found.append(Definition(line, _width(match[1]), text.strip()))
        self._lines = [found.line for found in self._found]

    def at(self, line: int, raw: bytes) -> list[bytes]:
        """The definitions around a line, the outermost first; the line's own among them."""
        indent = _width(raw[: len(raw) - len(raw.lstrip(b" \t"))]) if raw.strip() else 1 << 30
        nth = bisect_right(self._lines, line) - 1
        around: list[bytes] = []
        for at in range(nth, max(nth - _FURTHEST, -1), -1):
            found = self._found[at]
            if found.indent < indent or found.line == line:
                around.append(found.text)
                indent = found.indent
            if not indent:
                break
        return around[::-1]


@cache
def _pattern(*, has_braces: bool) -> re.Pattern[bytes]:
    """Made in the worker that needs it: a start need not wait for it."""
    lines = _WORD_LINE + (rb"|" + _AT_MARGIN if has_braces else b"")
    return re.compile(rb"^([ \t]*)(?:" + lines + rb")$", re.MULTILINE)


def _width(blanks: bytes) -> int:
    return len(blanks.expandtabs(4))
