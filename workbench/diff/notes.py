"""What a reader must be told about a file and no changed line says by itself.

A changed mode, a rename, a binary, a missing newline, other line endings: each becomes one
sentence, so that no such change can pass unseen.
"""

from workbench.diff.patch import FilePatch, Status

_KINDS = {"120000": "symbolic link", "160000": "submodule", "040000": "folder"}
_BINARY_HEAD = 8_000  # git looks for a NUL in so many bytes


def notes_of(
    patch: FilePatch,
    old: bytes | None = None,
    new: bytes | None = None,
    *,
    has_cr: bool = True,
    has_tab: bool = True,
    is_ascii: bool = False,
) -> list[str]:
    """Sentences about one file; the blobs, where known, give the sizes of a binary.

    `has_cr=False` spares the look at every line end, `has_tab=False` that at every beginning,
    `is_ascii` that at every byte.
    """
    found = [*_status(patch), *_mode(patch)]
    if patch.binary:
        found.append(_binary(patch, old, new))
    elif not patch.hunks and patch.status in {Status.ADDED, Status.DELETED}:
        found.append("Empty file")
    elif is_binary_text(patch):
        found.append("Binary: holds NUL bytes" + _sizes(_length(old), _length(new)))
    if not is_ascii:
        found += _encoding(patch)
    if has_cr:
        found += _line_ends(patch)
    if has_tab:
        found += _indents(patch)
    return found + _last_newline(patch)


def is_binary_text(patch: FilePatch) -> bool:
    """Whether git was made to print a binary as text."""
    return any(
        b"\0" in b"\n".join(hunk.lines[:_BINARY_HEAD])[:_BINARY_HEAD] for hunk in patch.hunks[:1]
    )


def _status(patch: FilePatch) -> list[str]:
    alike = "" if patch.similarity is None else f", {patch.similarity} % alike"
    mode = patch.new_mode if patch.status is Status.ADDED else patch.old_mode
    what = _KINDS.get(mode or "", "executable file" if mode == "100755" else "file")
    edited = "" if patch.hunks or patch.binary else ", content unchanged"
    match patch.status:
        case Status.ADDED:
            return [f"New {what}"]
        case Status.DELETED:
            return [f"Deleted {what}"]
        case Status.RENAMED:
            return [f"Renamed{alike}{edited}"]
        case Status.COPIED:
            return [f"Copied{alike}{edited}"]
        case _:
            kind = _KINDS.get(patch.new_mode or "")
            return [f"Changed {kind}"] if kind else []


def _mode(patch: FilePatch) -> list[str]:
    old, new = patch.old_mode, patch.new_mode
    if old is None or new is None or old == new:
        return []
    meaning = {("100644", "100755"): ", now executable", ("100755", "100644"): ", not executable"}
    return [f"Mode {old} → {new}{meaning.get((old, new), '')}"]


def _binary(patch: FilePatch, old: bytes | None, new: bytes | None) -> str:
    before = patch.sizes[0] if old is None else len(old)
    after = patch.sizes[1] if new is None else len(new)
    return "Binary file, not shown" + _sizes(before, after)


def _length(data: bytes | None) -> int | None:
    return None if data is None else len(data)


def _sizes(old: int | None, new: int | None) -> str:
    if old is None and new is None:
        return ""
    before, after = (("?" if size is None else f"{size:,}") for size in (old, new))
    return f": {before} → {after} bytes"


def _last_newline(patch: FilePatch) -> list[str]:
    """The last hunk alone can hold the end of a side."""
    if not patch.hunks:
        return []
    hunk = patch.hunks[-1]
    kinds = {hunk.kinds[i : i + 1] for i in hunk.unended}
    if b" " in kinds or kinds == {b"-", b"+"}:
        return ["No newline at the end of the file, before and after"]
    if kinds == {b"-"}:
        gone = patch.status is Status.DELETED
        return [f"No newline at the end of the {'' if gone else 'old '}file"]
    if kinds == {b"+"}:
        born = patch.status is Status.ADDED
        return [f"No newline at the end of the {'' if born else 'new '}file"]
    return []


_WIDE = {b"\xff\xfe": "UTF-16, little end first", b"\xfe\xff": "UTF-16, big end first"}


def _encoding(patch: FilePatch) -> list[str]:
    """What cannot be read as UTF-8 is shown byte by byte, and said to be."""
    for hunk in patch.hunks:
        data = b"\n".join([line[1:] for line in hunk.lines])
        try:
            data.decode()
        except UnicodeDecodeError as error:
            what = _WIDE.get(data[:2]) or _WIDE.get(data[error.start : error.start + 2])
            return [f"Not UTF-8{f' but {what}' if what else ''}: odd bytes are shown as \\xNN"]
    return []


def _line_ends(patch: FilePatch) -> list[str]:
    """CRLF against LF, counted over the lines removed and added."""
    crlf, total = {0x2D: 0, 0x2B: 0}, {0x2D: patch.removed, 0x2B: patch.added}
    for hunk in patch.hunks:
        for kind, line in zip(hunk.kinds, hunk.lines, strict=True):
            if kind != 0x20 and line.endswith(b"\r"):
                crlf[kind] += 1
    (old, n_old), (new, n_new) = ((crlf[side], total[side]) for side in (0x2D, 0x2B))
    if n_old and n_new and old == n_old and not new:
        return [f"Line endings: CRLF → LF ({count_lines(old)})"]
    if n_old and n_new and new == n_new and not old:
        return [f"Line endings: LF → CRLF ({count_lines(new)})"]
    if new and patch.status is Status.ADDED:
        return [f"Line endings: CRLF ({new:,} of {count_lines(n_new)})"]
    return []


def count_lines(count: int, what: str = "") -> str:
    """`1 line`, `2,000 unchanged lines`."""
    return f"{count:,} {what}line{'' if count == 1 else 's'}"


def _indents(patch: FilePatch) -> list[str]:
    """Tabs against blanks before the code, which look alike: lines that begin with either."""
    if patch.status in {Status.ADDED, Status.DELETED}:
        return []
    tabs, blanks = {0x2D: 0, 0x2B: 0}, {0x2D: 0, 0x2B: 0}
    for hunk in patch.hunks:
        if not any(line[1:2] == b"\t" for line in hunk.lines if line[:1] != b" "):
            continue
        for kind, line in zip(hunk.kinds, hunk.lines, strict=True):
            if kind != 0x20 and line[1:2] in {b"\t", b" "}:
                (tabs if line[1:2] == b"\t" else blanks)[kind] += 1
    if tabs[0x2D] and blanks[0x2B] and not tabs[0x2B]:
        return [f"Indentation: tabs → blanks ({count_lines(tabs[0x2D])})"]
    if blanks[0x2D] and tabs[0x2B] and not tabs[0x2D]:
        return [f"Indentation: blanks → tabs ({count_lines(tabs[0x2B])})"]
    return []
