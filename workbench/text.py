"""The one gate through which text written by others reaches a terminal.

A model's patch, a file name or an error of git may hold control sequences, characters that
reorder a line, or characters nobody sees. `display` makes each of them visible and harmless and
never removes one. The net in `tui/net.py` catches what a widget forgets to send through here.
"""

import re
from functools import lru_cache
from textwrap import TextWrapper
from typing import NamedTuple
from unicodedata import category, combining, east_asian_width

TAB = 4
LINE_LIMIT = 10_000
MARKS_PER_CELL = 4
ELLIPSIS = "…"
_SECOND = "\0"  # never in shown text

_BAD_RANGES = (
    "\x00-\x1f\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160"
    "\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff"
    "\ufe00-\ufe0e\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U000110bd\U000110cd"
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_EMOJI = "[\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
# A joiner is kept between two parts of an emoji, a tag sequence after a black flag when closed.
_KEEP = (
    f"(?<={_EMOJI})\ufe0f?\u200d(?={_EMOJI})"
    f"|(?<=[\U0001f3fb-\U0001f3ff\ufe0f])\u200d(?={_EMOJI})"
    "|(?<=\U0001f3f4)[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,6}\U000e007f"
)
_BAD = re.compile(f"[{_BAD_RANGES}]")
_KEEP_OR_BAD = re.compile(f"(?P<keep>{_KEEP})|(?P<bad>[{_BAD_RANGES}])")
# Where combining marks live; five neighbours from here may be a flood.
_MARK_RUN = re.compile(
    "[\u0300-\u1fff\u20d0-\u20ff\u2c80-\u302f\u3099\u309a\ua66f-\uabff\ufe20-\ufe2f"
    "\U00010000-\U0001efff]{5,}"
)
_UNSTEADY = re.compile(
    "[\u200d\ufe0f\U0001f1e6-\U0001f1ff\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]"
)


def decode(data: bytes) -> str:
    r"""Bytes as text, without an exception and without loss: a bad byte becomes `\xNN`."""
    return data.decode("utf-8", "backslashreplace")


def display(text: str) -> str:
    """One line, safe to draw: every control, format and invisible character made visible."""
    if text.isascii() and text.isprintable() and len(text) <= LINE_LIMIT:
        return text
    if len(text) <= LINE_LIMIT and not _MARK_RUN.search(text):
        shown = _KEEP_OR_BAD.sub(_visible, text.expandtabs(TAB))
        if len(shown) <= LINE_LIMIT:
            return shown
    return _shape(text)[0]


def display_lines(data: bytes | str) -> list[str]:
    """Lines safe to draw; a line ends at LF and nowhere else, as for git."""
    text = decode(data) if isinstance(data, bytes) else data
    return [display(line) for line in text.split("\n")]


def offsets(text: str) -> list[int] | None:
    """Where each shown character of one line begins in `display(text)`; the last item is the end.

    None says that the two are the same, which spares the table for nearly every line.
    """
    if text.isascii() and text.isprintable() and len(text) <= LINE_LIMIT:
        return None
    return _shape(text)[1]


def net(text: str) -> tuple[str, int]:
    """The last net: one character for one character, and how many had to be replaced."""
    if not _BAD.search(text):
        return text, 0
    hits = 0

    def replace(match: re.Match[str]) -> str:
        nonlocal hits
        if match["keep"]:
            return match.group()
        hits += 1
        code = ord(match.group())
        return chr(0x2400 + code) if code < 0x20 else "\u2421" if code == 0x7F else "\ufffd"

    return _KEEP_OR_BAD.sub(replace, text), hits


def steady(text: str) -> str:
    """Shown text in characters whose width all terminals agree on, so that columns hold.

    Terminals disagree on joined emoji, flags, skin tones and U+FE0F: the parts are drawn singly,
    a flag as its letters, a skin tone as a shaded cell.
    """
    if text.isascii() or not _UNSTEADY.search(text):
        return text
    return _UNSTEADY.sub(_steady_one, text)


def cells(text: str) -> int:
    """How many terminal cells the shown text takes."""
    return len(text) if text.isascii() else sum(map(_width, steady(text)))


def clip(text: str, width: int) -> str:
    """At most `width` cells of shown text; an ellipsis says that something is missing."""
    if len(text) <= width and text.isascii():
        return text
    text = steady(text)
    if cells(text) <= width:
        return text
    if width < 1:
        return ""
    room, end = width - 1, 0
    for end, character in enumerate(text):  # noqa: B007  the position is needed after the loop
        room -= _width(character)
        if room < 0:
            break
    return text[:end] + ELLIPSIS


def fold(line: str, width: int) -> list[str]:
    """One shown line in parts of at most `width` cells, each with the line's indent.

    It breaks at blanks, and blanks at a break go; nothing else does.
    """
    line = steady(line)
    if cells(line) <= width:
        return [line]
    text = line.lstrip(" ")
    indent = " " * min(len(line) - len(text), width // 2)
    if not text.isascii():  # wrap() counts characters: a wide one is given a second
        text = "".join(c + _SECOND * (_width(c) - 1) for c in text)
        width -= 1
    how = TextWrapper(max(width, 2), indent, indent, replace_whitespace=False)
    return [part.replace(_SECOND, "") for part in how.wrap(text)] or [""]


def _shape(text: str) -> tuple[str, list[int]]:
    """The shown text and the table of `offsets`, which ends where the text is cut off."""
    return _shape_head(text[:LINE_LIMIT], len(text))


@lru_cache(256)  # a line is asked for its text and for its columns, one after the other
def _shape_head(text: str, whole: int) -> tuple[str, list[int]]:
    table: list[int] = []
    pieces: list[str] = []
    at = column = last = 0
    for start, end, shown in _replacements(text):
        plain = text[last:start]
        pieces += [plain, shown]
        table += range(at, at + len(plain))
        at += len(plain)
        column += len(plain)
        if shown == "\t":
            shown = pieces[-1] = " " * (TAB - column % TAB)  # noqa: PLW2901
        table += [at] * (end - start)
        at += len(shown)
        column = 0 if text[start] in "\r\n" else column + (len(shown) if text[start] == "\t" else 1)
        last = end
    pieces.append(text[last:])
    table += range(at, at + len(text) - last + 1)
    return _cut("".join(pieces), table, whole)


def _replacements(text: str) -> list[tuple[int, int, str]]:
    """What stands in for what, in order: (start, end, shown); a TAB stands for itself."""
    found = [
        (match.start(), match.end(), _picture(match.group()))
        for match in _KEEP_OR_BAD.finditer(text)
        if not match["keep"]
    ]
    if not text.isascii():
        found += [run for match in _MARK_RUN.finditer(text) for run in _flood(match)]
        found.sort()
    return found


def _visible(match: re.Match[str]) -> str:
    return match.group() if match["keep"] else _picture(match.group())


def _picture(character: str) -> str:
    code = ord(character)
    if character == "\t":
        return character
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else f"<U+{code:04X}>"


def _flood(match: re.Match[str]) -> list[tuple[int, int, str]]:
    """Combining marks beyond the few that one cell can carry, as their number."""
    runs, start, count = [], 0, 0
    for position, character in enumerate(match.group() + " ", match.start()):
        if category(character) in {"Mn", "Me"}:
            start = start if count else position
            count += 1
            continue
        if count > MARKS_PER_CELL:
            runs.append((start + MARKS_PER_CELL, position, f"+{count - MARKS_PER_CELL}"))
        count = 0
    return runs


def _cut(shown: str, table: list[int], whole: int) -> tuple[str, list[int]]:
    """A line nobody reads to its end is cut, and says by how many characters."""
    kept = len(table) - 1
    if len(shown) > LINE_LIMIT:
        while table[kept] > LINE_LIMIT:
            kept -= 1
        shown = shown[: table[kept]]
    missing = whole - kept
    if missing:
        table = table[: kept + 1]
        shown += f"{ELLIPSIS} +{missing}"
    return shown, table


def _steady_one(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code in (0x200D, 0xFE0F, 0xE007F):
        return ""
    if code >= 0xE0020:
        return chr(code - 0xE0000)
    return "▒" if code >= 0x1F3FB else chr(code - 0x1F1E6 + 0x1F130)


@lru_cache(4096)
def _width(character: str) -> int:
    if combining(character) or category(character) in {"Mn", "Me", "Cf", "Cc"}:
        return 0
    return 2 if east_asian_width(character) in "WF" else 1


class Marks(NamedTuple):
    """How many characters could deceive a reader: the badge in a header."""

    bidi: int = 0
    invisible: int = 0
    mixed_script: int = 0

    def __add__(self, other: object) -> "Marks":
        if not isinstance(other, Marks):
            return NotImplemented
        return Marks(*(a + b for a, b in zip(self, other, strict=True)))

    @property
    def badge(self) -> str:
        """`bidi 3 · invisible 5 · mixed-script 1`, without zeros."""
        names = ("bidi", "invisible", "mixed-script")
        return " · ".join(f"{name} {n}" for name, n in zip(names, self, strict=True) if n)


_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufff9-\ufffb\ufffe\uffff]")
_WORD = re.compile(r"[^\W\d]\w*")
_LATIN = re.compile("[A-Za-z\xc0-\xd6\xd8-\xf6\xf8-\u024f\u1e00-\u1eff]")
_CYRILLIC = re.compile("[\u0400-\u052f\u1c80-\u1c8f\ua640-\ua69f]")
# Of Greek, Armenian, Cherokee and Coptic only look-alikes: λx and Δt are honest names.
_LOOKALIKE = re.compile(
    "[\u0391\u0392\u0395-\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u03bf\u03f2"
    "\u03f3\u03f9\u0578\u057d\u0585\u0561\u0566\u0570\u13a0-\u13f5\u2c80-\u2cb1]"
)


def count_marks(text: str) -> Marks:
    """Count what may deceive; LF separates lines and is no mark. Prose in any one script is none.

    Mixed script counts identifiers in which look-alikes of two scripts meet (CVE-2021-42694).
    """
    if text.isascii():
        return Marks()
    bidi = len(_BIDI.findall(text))
    hidden = sum(
        1
        for match in _KEEP_OR_BAD.finditer(text)
        if match["bad"] and not _CONTROL.match(match["bad"]) and not _BIDI.match(match["bad"])
    )
    return Marks(bidi, hidden, len(mixed_words(text)))


def mixed_words(text: str) -> list[tuple[int, int]]:
    """Where identifiers stand in which look-alikes of two scripts meet."""
    if text.isascii() or not (_CYRILLIC.search(text) or _LOOKALIKE.search(text)):
        return []
    words = _WORD.finditer(text)
    return [w.span() for w in words if not w[0].isascii() and _is_mixed(w[0])]


def _is_mixed(word: str) -> bool:
    cyrillic, lookalike = _CYRILLIC.search(word), _LOOKALIKE.search(word)
    if _LATIN.search(word):
        return bool(cyrillic or lookalike)
    return bool(cyrillic and lookalike)
