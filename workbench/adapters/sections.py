"""The bytes of a patch as sections and hunks, for the plain cases only.

This reader is stricter than git on purpose: whatever it does not take word for word (renames,
copies, binary data, modes, quoted names, text between hunks) it returns as None, and git decides.
So a mistake here can cost time, never a wrong tree; a property test holds the two together.
"""

import re
from dataclasses import dataclass
from enum import Enum

_HUNK = re.compile(rb"@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@(?: [^\n]*)?")
_INDEX = re.compile(rb"index [0-9a-f]{4,64}\.\.[0-9a-f]{4,64}(?: (100644|100755))?")
_NAME = re.compile(rb"[^\x00-\x20\x7f\"\\]+")
_MARK = re.compile(rb"^diff --git ", re.MULTILINE)
_NO_NEWLINE = b"\\ No newline at end of file"
_NOTHING = b"/dev/null"


class Kind(Enum):
    """What a section does to its file."""

    MODIFY = "modify"
    NEW = "new"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Hunk:
    """Old and new lines without their newline; `*_open` says that the last one has none."""

    old_start: int
    new_start: int
    old: list[bytes]
    new: list[bytes]
    old_open: bool
    new_open: bool
    has_trailing_context: bool


@dataclass(frozen=True, slots=True)
class Section:
    """One file of a patch: its name, what happens to it, and the raw text of its hunks."""

    path: bytes
    kind: Kind
    mode: bytes
    body: bytes


def read_sections(data: bytes) -> list[Section] | None:
    """The sections of a patch of plain files, or None where git has to look."""
    starts = [match.start() for match in _MARK.finditer(data)]
    if not starts or data[: starts[0]].strip():
        return None
    sections = []
    for start, end in zip(starts, [*starts[1:], len(data)], strict=True):
        section = _read_section(data[start:end])
        if section is None:
            return None
        sections.append(section)
    paths = {section.path for section in sections}
    if len(paths) != len(sections) or _is_nested(paths):
        return None
    return sections


def read_hunks(section: Section) -> list[Hunk] | None:
    """The hunks of a section, each line accounted for, or None."""
    if not section.body:
        return []
    lines = section.body.split(b"\n")
    if lines.pop():
        return None  # the last line has no newline: git calls it corrupt
    hunks = []
    at = 0
    while at < len(lines):
        read = _read_hunk(lines, at)
        if read is None:
            return None
        hunk, at = read
        hunks.append(hunk)
    return hunks


def _read_section(text: bytes) -> Section | None:
    cut = text.find(b"\n@@ ")
    head, body = (text, b"") if cut < 0 else (text[: cut + 1], text[cut + 1 :])
    lines = head.split(b"\n")
    if lines.pop():
        return None
    path = _git_line_path(lines[0])
    if path is None:
        return None
    rest = lines[1:]
    kind, mode = Kind.MODIFY, b""
    for word, meant in ((b"new file mode ", Kind.NEW), (b"deleted file mode ", Kind.DELETE)):
        if rest and rest[0].startswith(word):
            kind, mode = meant, rest.pop(0)[len(word) :]
    index = _INDEX.fullmatch(rest[0]) if rest else None
    if index is not None:
        rest = rest[1:]
        mode = index[1] or mode if kind is Kind.MODIFY else mode
    if (mode and mode not in {b"100644", b"100755"}) or not _names_agree(rest, path, kind, body):
        return None
    return Section(path, kind, mode, body)


def _git_line_path(line: bytes) -> bytes | None:
    names = line.removeprefix(b"diff --git ")
    half = len(names) // 2
    old, new = names[:half], names[half + 1 :]
    if names[half : half + 1] != b" " or old[:2] != b"a/" or new[:2] != b"b/" or old[2:] != new[2:]:
        return None
    return new[2:] if _NAME.fullmatch(new[2:]) else None


def _names_agree(rest: list[bytes], path: bytes, kind: Kind, body: bytes) -> bool:
    if not rest:
        return not body and kind is not Kind.MODIFY
    old = _NOTHING if kind is Kind.NEW else b"a/" + path
    new = _NOTHING if kind is Kind.DELETE else b"b/" + path
    return bool(body) and rest == [b"--- " + old, b"+++ " + new]


def _is_nested(paths: set[bytes]) -> bool:
    """Whether one file stands where another needs a folder."""
    for path in paths:
        parent = path.rpartition(b"/")[0]
        while parent:
            if parent in paths:
                return True
            parent = parent.rpartition(b"/")[0]
    return False


def _read_hunk(lines: list[bytes], at: int) -> tuple[Hunk, int] | None:
    match = _HUNK.fullmatch(lines[at])
    if match is None:
        return None
    left = int(match[2] or 1)
    right = int(match[4] or 1)
    old: list[bytes] = []
    new: list[bytes] = []
    opened = [False, False]
    n_context, trailing = 0, 0
    at += 1
    while at < len(lines):
        line = lines[at]
        sign = line[:1]
        if sign == b"\\":
            if not _close(line, lines[at - 1][:1], (len(old) == left, len(new) == right), opened):
                return None
            at += 1
            continue
        if len(old) == left and len(new) == right:
            break
        if sign == b"+" and not opened[1]:
            new.append(line[1:])
            trailing = 0
        elif sign == b"-" and not opened[0]:
            old.append(line[1:])
            trailing = 0
        elif (sign == b" " or not line) and opened == [False, False]:
            old.append(line[1:])
            new.append(line[1:])
            n_context += 1
            trailing += 1
        else:
            return None
        at += 1
    if (len(old), len(new)) != (left, right) or n_context == max(left, right):
        return None
    starts = int(match[1]), int(match[3])
    return Hunk(*starts, old, new, opened[0], opened[1], trailing > 0), at


def _close(line: bytes, before: bytes, full: tuple[bool, bool], opened: list[bool]) -> bool:
    """Note that the line before has no newline; it must be the last of its side."""
    if line != _NO_NEWLINE or before not in {b" ", b"-", b"+"}:
        return False
    for side, other in ((0, b"+"), (1, b"-")):
        if before != other:
            if not full[side] or opened[side]:
                return False
            opened[side] = True
    return True


def apply_hunks(content: bytes, hunks: list[Hunk]) -> bytes | None:
    """The file after its hunks when each fits exactly where it says, else None."""
    is_closed = not content or content.endswith(b"\n")
    lines = content.split(b"\n")
    if is_closed:
        lines.pop()
    whole = len(lines)
    out: list[bytes] = []
    at = 0
    for hunk in hunks:
        start = max(hunk.old_start - 1, 0)
        end = start + len(hunk.old)
        is_last = end == whole
        if start < at or lines[start:end] != hunk.old or end > whole:
            return None
        out += lines[at:start]
        if len(out) != max(hunk.new_start - 1, 0):
            return None
        if not is_last and (hunk.old_open or hunk.new_open or not hunk.has_trailing_context):
            return None
        if is_last:
            if hunk.old and hunk.old_open is is_closed:
                return None
            is_closed = not hunk.new_open
        out += hunk.new
        at = end
    out += lines[at:]
    if not out:
        return b""
    return b"\n".join(out) + (b"\n" if is_closed else b"")
