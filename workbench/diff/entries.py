"""From a parsed patch to the entries and segments of a row model, and the whole files behind it."""

from workbench.diff.file_lines import FileLines
from workbench.diff.notes import is_binary_text, notes_of
from workbench.diff.order import rank_of
from workbench.diff.patch import FilePatch, Status
from workbench.diff.rows import Blob, Body, FileEntry, Gap, Head, Segment
from workbench.diff.scopes import Scopes
from workbench.diff.syntax import highlight
from workbench.text import Marks, count_marks, decode, display

MAX_BLOB = 32 << 20


def make_entry(
    patch: FilePatch,
    index: int,
    *,
    has_cr: bool = True,
    has_tab: bool = True,
    is_ascii: bool = False,
) -> FileEntry:
    moved = patch.status in {Status.RENAMED, Status.COPIED}
    why = "binary content" if is_binary_text(patch) else rank_of(patch).why_folded
    return FileEntry(
        patch,
        index,
        display(decode(patch.path)),
        decode(patch.path),
        patch.added,
        patch.removed,
        notes_of(patch, has_cr=has_cr, has_tab=has_tab, is_ascii=is_ascii),
        old_path=display(decode(patch.old_path or b"")) if moved else "",
        order=index,
        why_folded=why,
        is_folded=bool(why and patch.hunks),
    )


def make_segments(entry: FileEntry) -> list[Segment]:
    segments: list[Segment] = [Head(entry.index)]
    old = new = 1
    for hunk in entry.patch.hunks:
        segments.append(Gap(entry.index, old, new, hunk.old_first - old))
        segments.append(Body(entry.index, hunk))
        old, new = hunk.old_first + hunk.old_count, hunk.new_first + hunk.new_count
    whole = entry.patch.status in {Status.ADDED, Status.DELETED}
    segments.append(
        Gap(entry.index, old, new, 0 if whole or not entry.patch.hunks else None, is_last=True)
    )
    return segments


def marks_of(patch: FilePatch) -> Marks:
    """Over everything that is drawn: the names and all lines, the unchanged ones as well."""
    names = {patch.old_path, patch.new_path} - {None}
    marks = Marks()
    for text in [*(name for name in names if name), *(b"\n".join(h.lines) for h in patch.hunks)]:
        if not text.isascii():
            marks += count_marks(decode(text))
    return marks


def fits(entry: FileEntry, old: bytes | None, new: bytes | None) -> bool:
    """Whether each hunk's lines stand where the diff says; also false for a side too large."""
    for data, code, side in ((old, b"-", "old"), (new, b"+", "new")):
        if data is None:
            continue
        if len(data) > MAX_BLOB:
            return False
        lines = data.split(b"\n")
        for hunk in entry.patch.hunks:
            start = getattr(hunk, f"{side}_first") - 1
            wanted = [
                line[1:]
                for kind, line in zip(hunk.kinds, hunk.lines, strict=True)
                if kind in (0x20, code[0])
            ]
            if lines[start : start + len(wanted)] != wanted:
                return False
    return True


def make_blob(entry: FileEntry, data: bytes | None) -> Blob | None:
    if data is None:
        return None
    return Blob(data, FileLines(data), highlight(entry.address, data), Scopes(data))


def measure_gaps(entry: FileEntry, segments: list[Segment]) -> None:
    """What is known once the whole file is: how many lines follow the last hunk.

    A single line is shown from the start: its fold would take as much room.
    """
    gaps = [s for s in segments if isinstance(s, Gap) and s.file == entry.index]
    blob, first = (entry.new, "new_first") if entry.new else (entry.old, "old_first")
    if gaps and gaps[-1].count is None and blob is not None:
        gaps[-1].count = max(len(blob.lines) - getattr(gaps[-1], first) + 1, 0)
    if blob is not None:
        for gap in gaps:
            gap.above = max(gap.above, gap.least)
