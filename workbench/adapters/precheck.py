"""Refusals on the bytes of a patch, before any git process starts.

The first line of defence: sizes, modes, and the names that stand in headers. What hides from it
is caught by git itself and by the rules on the tree that comes of a patch.
"""

import re
from collections.abc import Iterator

from workbench.adapters import names
from workbench.domain.errors import PatchRefused
from workbench.text import decode, display

MAX_PATCH = 20 << 20
MAX_BINARY = 10 << 20
MAX_BINARY_SUM = 64 << 20
MAX_FILES = 5_000
BOM = b"\xef\xbb\xbf"

_MODES = frozenset((b"100644", b"100755", b"120000", b"160000"))
_MODE = re.compile(
    rb"^(?:(?:new file|deleted file|old|new) mode (\S+)|index [0-9a-f]+\.\.[0-9a-f]+ (\S+))\s*$",
    re.MULTILINE,
)
_BINARY = re.compile(rb"^(?:literal|delta) (\d+)\s*$", re.MULTILINE)
_FILE = re.compile(rb"^diff --git (.*?)\r?$", re.MULTILINE)
_MOVE = re.compile(rb"^(?:copy|rename) (?:from|to) (.*?)\r?$", re.MULTILINE)
_QUOTED = re.compile(rb'"((?:[^"\\]|\\.)*)"')
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_LETTERS = dict(zip(b"abfnrtv", b"\a\b\f\n\r\t\v", strict=True))


def check_bytes(patch: bytes) -> None:
    """Raise PatchRefused, with the rule and where there is one the file, or return."""
    if len(patch) > MAX_PATCH:
        raise PatchRefused(f"the patch is larger than {MAX_PATCH >> 20} MB")
    if patch[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        raise PatchRefused("the patch is UTF-16 text, not UTF-8 or plain bytes")
    _check_files(patch)
    for match in _MODE.finditer(patch):
        mode = match[1] or match[2]
        if mode not in _MODES:
            raise PatchRefused(f"file mode {display(decode(mode))[:20]} is not one git stores")
    sizes = [int(match[1][:20]) for match in _BINARY.finditer(patch)]
    if sizes and (max(sizes) > MAX_BINARY or sum(sizes) > MAX_BINARY_SUM):
        raise PatchRefused(f"binary data unpacks to more than {MAX_BINARY >> 20} MB")
    for path in header_names(patch):
        if rule := names.broken_rule(path):
            raise PatchRefused(rule)


def header_names(patch: bytes) -> Iterator[bytes]:
    """Every path that a header line names, unquoted, without a/ and b/."""
    for match in _FILE.finditer(patch):
        yield from _git_line_names(match[1])
    for match in _MOVE.finditer(patch):
        yield _unquote(match[1])


def _check_files(patch: bytes) -> None:
    n_files = sum(1 for _ in _FILE.finditer(patch.removeprefix(BOM)))
    if n_files > MAX_FILES:
        raise PatchRefused(f"the patch touches more than {MAX_FILES:,} files")
    if not n_files:
        raise PatchRefused("there is no git diff in it, no line starts with 'diff --git'")


def _git_line_names(line: bytes) -> Iterator[bytes]:
    quoted = [_unquote(match.group()) for match in _QUOTED.finditer(line)]
    rest = _QUOTED.sub(b"", line).strip(b" ")
    half = len(rest) // 2
    if rest and rest[half : half + 1] == b" " and rest[2:half] == rest[half + 3 :]:
        plain = [rest[:half]]
    else:
        plain = [part if at == 0 else b"b/" + part for at, part in enumerate(rest.split(b" b/"))]
    for name in (*quoted, *plain):
        if name and name != b"/dev/null":
            yield name[2:] if name[:2] in {b"a/", b"b/"} else name


def _unquote(name: bytes) -> bytes:
    """Git's C-style quoting undone; a name without quotes is returned as it stands."""
    if not name.startswith(b'"'):
        return name
    return _ESCAPE.sub(_plain, name[1:-1] if name.endswith(b'"') else name[1:])


def _plain(match: re.Match[bytes]) -> bytes:
    code = match[1]
    if code.isdigit():
        return bytes([int(code, 8) & 0xFF])
    return bytes([_LETTERS.get(code[0], code[0])])
