r"""A strict parser of the diffs that git itself writes.

Bytes go in and bytes stay: a CR, a bad encoding and a missing newline are what a reviewer must be
able to see. Every refusal is a `PatchError` that names the line; a patch that git did not write
belongs to `raw_document`. The bodies of hunks are read by `hunk.py`.
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from workbench.diff.hunk import Hunk, PatchError, first_bytes, read_hunk

__all__ = ["FilePatch", "Hunk", "PatchError", "Status", "parse", "unquote"]

_QUOTED = re.compile(rb'"((?:[^"\\]|\\.)*)"')
_ESCAPE = re.compile(rb"\\([0-3][0-7]{2}|.)", re.DOTALL)
_ESCAPES = {b"a": b"\a", b"b": b"\b", b"t": b"\t", b"n": b"\n", b"v": b"\v", b"f": b"\f"}
_ESCAPES |= {b"r": b"\r", b'"': b'"', b"\\": b"\\"}
_MODE = re.compile(rb"[0-7]{6}")
_INDEX = re.compile(rb"[0-9a-f]{4,64}\.\.[0-9a-f]{4,64}(?: ([0-7]{6}))?")
_PERCENT = re.compile(rb"(\d{1,3})%")
_BLOB = re.compile(rb"(literal|delta) (\d{1,15})")
_SIDES_DISAGREE = "/dev/null and the status of the file contradict each other"
_NOTHING = b"/dev/null"


class Status(StrEnum):
    ADDED = "added"
    DELETED = "deleted"
    MODIFIED = "modified"
    RENAMED = "renamed"
    COPIED = "copied"
    MODE = "mode"
    UNTOUCHED = "untouched"  # no diff says so: a file shown beside what a patch did


@dataclass(slots=True)
class FilePatch:
    """One file of a diff. The path of a side that does not exist is None.

    `sizes` are those of a binary file, as far as the patch tells; `similarity` is in percent.
    """

    old_path: bytes | None
    new_path: bytes | None
    status: Status = Status.MODIFIED
    old_mode: str | None = None
    new_mode: str | None = None
    similarity: int | None = None
    binary: bool = False
    sizes: tuple[int | None, int | None] = (None, None)
    hunks: list[Hunk] = field(default_factory=list)

    @property
    def path(self) -> bytes:
        """The name to show: the new one, or the old one of a file that is gone."""
        return self.new_path or self.old_path or b""

    @property
    def added(self) -> int:
        return sum(hunk.added for hunk in self.hunks)

    @property
    def removed(self) -> int:
        return sum(hunk.removed for hunk in self.hunks)


def parse(diff: bytes) -> list[FilePatch]:
    """All files in git's order. Raises PatchError for anything git would not have written."""
    lines = diff.split(b"\n")
    if lines.pop():
        raise PatchError("the last line has no end: the diff is cut off", len(lines) + 1)
    return _Reader(lines).files()


def unquote(name: bytes) -> bytes:
    """A C-style quoted name without its quotes; raises ValueError for an unknown escape."""

    def plain(match: re.Match[bytes]) -> bytes:
        code = match[1]
        if len(code) == 3:
            return bytes([int(code, 8)])
        if code not in _ESCAPES:
            raise ValueError("unknown escape in a quoted name")
        return _ESCAPES[code]

    return _ESCAPE.sub(plain, name)


class _Reader:
    def __init__(self, lines: list[bytes]) -> None:
        self.lines = lines
        self.kinds = first_bytes(lines)
        self.at = 0

    def files(self) -> list[FilePatch]:
        found = []
        while self.at < len(self.lines):
            found.append(self._file())
        return found

    def _error(self, message: str) -> PatchError:
        """About the line that comes next."""
        return PatchError(message, self.at + 1)

    def _bad(self, message: str) -> PatchError:
        """About the line just taken."""
        return PatchError(message, self.at)

    def _take(self, prefix: bytes) -> bytes | None:
        """The rest of the current line if it begins so; moves on."""
        if self.at < len(self.lines) and self.lines[self.at].startswith(prefix):
            self.at += 1
            return self.lines[self.at - 1][len(prefix) :]
        return None

    def _file(self) -> FilePatch:
        rest = self._take(b"diff --git ")
        if rest is None:
            word = self.lines[self.at][:7]
            combined = word in (b"diff --", b"@@@ -1,") or word.startswith(b"@@@")
            kind = "a combined diff" if combined else "neither a file header nor a hunk"
            raise self._error(kind)
        file = FilePatch(None, None)
        names = self._same_name(rest)
        self._extended(file)
        if file.status in (Status.RENAMED, Status.COPIED):
            if file.old_path is None or file.new_path is None:
                raise self._error("a rename or copy without both its names")
        elif names:
            file.old_path = None if file.status is Status.ADDED else names
            file.new_path = None if file.status is Status.DELETED else names
        self._content(file)
        if file.old_path is None and file.new_path is None:
            raise self._error("the name of the file cannot be told")
        return file

    def _same_name(self, rest: bytes) -> bytes | None:
        """The name in `a/NAME b/NAME`; None where the two differ, as in a rename."""
        if rest.startswith(b'"'):
            match = _QUOTED.match(rest)
            if match is None:
                raise self._bad("a quoted name without its end")
            old, new = match.group(), rest[match.end() + 1 :]
        else:
            middle = len(rest) // 2
            old, new = rest[:middle], rest[middle + 1 :]
        if not old.startswith((b"a/", b'"a/')):
            return None
        same = old.replace(b"a/", b"b/", 1) == new and len(rest) % 2 == 1
        return self._name(old, b"a/") if same else None

    def _name(self, text: bytes, prefix: bytes) -> bytes:
        if text.startswith(b'"'):
            match = _QUOTED.fullmatch(text)
            if match is None:
                raise self._bad("a quoted name without its end")
            try:
                text = unquote(match[1])
            except ValueError as error:
                raise self._bad(str(error)) from None
        if not text.startswith(prefix) or len(text) == len(prefix):
            raise self._bad(f"a name that does not begin with {prefix.decode()}")
        return text[len(prefix) :]

    def _mode(self, text: bytes) -> str:
        if not _MODE.fullmatch(text):
            raise self._bad("a mode that is no mode")
        return text.decode()

    def _extended(self, file: FilePatch) -> None:  # noqa: C901  one branch for each word of git's
        while self.at < len(self.lines):
            if (rest := self._take(b"old mode ")) is not None:
                file.old_mode, file.status = self._mode(rest), Status.MODE
            elif (rest := self._take(b"new mode ")) is not None:
                file.new_mode = self._mode(rest)
            elif (rest := self._take(b"new file mode ")) is not None:
                file.new_mode, file.status = self._mode(rest), Status.ADDED
            elif (rest := self._take(b"deleted file mode ")) is not None:
                file.old_mode, file.status = self._mode(rest), Status.DELETED
            elif (rest := self._take(b"similarity index ")) is not None:
                file.similarity = self._percent(rest)
            elif (rest := self._take(b"dissimilarity index ")) is not None:
                file.similarity = 100 - self._percent(rest)
            elif (rest := self._take(b"rename from ")) is not None:
                file.old_path, file.status = self._name(rest, b""), Status.RENAMED
            elif (rest := self._take(b"copy from ")) is not None:
                file.old_path, file.status = self._name(rest, b""), Status.COPIED
            elif (rest := self._take(b"rename to ")) is not None or (
                rest := self._take(b"copy to ")
            ) is not None:
                file.new_path = self._name(rest, b"")
            elif (rest := self._take(b"index ")) is not None:
                self._index(file, rest)
            else:
                return

    def _percent(self, text: bytes) -> int:
        match = _PERCENT.fullmatch(text)
        if match is None or int(match[1]) > 100:
            raise self._bad("a similarity that is no percentage")
        return int(match[1])

    def _index(self, file: FilePatch, rest: bytes) -> None:
        match = _INDEX.fullmatch(rest)
        if match is None:
            raise self._bad("an index line without two object names")
        if match[1]:
            file.old_mode = file.old_mode or match[1].decode()
            file.new_mode = file.new_mode or match[1].decode()

    def _content(self, file: FilePatch) -> None:
        if self._take(b"GIT binary patch") == b"":
            file.binary = True
            new, old = self._blob(), self._blob()
            file.sizes = (old, new)
        elif (rest := self._take(b"Binary files ")) is not None:
            if not rest.endswith(b" differ"):
                raise self._bad("a line on binary files that has no end")
            file.binary = True
        elif (rest := self._take(b"--- ")) is not None:
            self._sides(file, rest)
            self._hunks(file)
            if not file.hunks:
                raise self._error("a file with names and no hunk")
        if file.status is Status.MODE and (file.hunks or file.binary):
            file.status = Status.MODIFIED

    def _blob(self) -> int | None:
        """Skips one half of a binary patch; its size where the patch tells it."""
        match = _BLOB.fullmatch(self.lines[self.at]) if self.at < len(self.lines) else None
        if match is None:
            return None
        while self.at < len(self.lines) and self.lines[self.at]:
            self.at += 1
        if self.at == len(self.lines):
            raise self._error("a binary patch that is cut off")
        self.at += 1
        return int(match[2]) if match[1] == b"literal" else None

    def _sides(self, file: FilePatch, old: bytes) -> None:
        sides = [self._side(old, b"a/")]
        new = self._take(b"+++ ")
        if new is None:
            raise self._error("--- without +++")
        sides.append(self._side(new, b"b/"))
        if sides == [None, None]:
            raise self._bad("both sides are /dev/null")
        for known, side in zip((file.old_path, file.new_path), sides, strict=True):
            if known is not None and side != known:
                raise self._bad("--- and +++ name another file than the header")
        said = (sides[0] is None, sides[1] is None)
        if said != (file.status is Status.ADDED, file.status is Status.DELETED):
            raise self._bad(_SIDES_DISAGREE)
        file.old_path, file.new_path = sides

    def _side(self, text: bytes, prefix: bytes) -> bytes | None:
        text = text.removesuffix(b"\t")
        return None if text == _NOTHING else self._name(text, prefix)

    def _hunks(self, file: FilePatch) -> None:
        """The hunks of a file, whose line numbers must follow from one to the next."""
        old_end = new_end = 1
        while self.at < len(self.lines) and self.lines[self.at].startswith(b"@@ "):
            hunk, end = read_hunk(self.lines, self.kinds, self.at)
            old, new = hunk.old_first, hunk.new_first
            if old - old_end != new - new_end or old < old_end:
                raise self._error("a hunk whose line numbers do not follow from the one before")
            old_end, new_end = old + hunk.old_count, new + hunk.new_count
            file.hunks.append(hunk)
            self.at = end
