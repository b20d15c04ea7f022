"""A file that the patch does not touch, at the end of the diff: what it should have changed.

It is a file of the document like any other, without a hunk, so that cursor, search, folds and
findings address its lines as they do all lines. No count of the patch knows of it.
"""

from workbench.diff.document import MAX_BLOB, DiffDocument
from workbench.diff.entries import make_blob, make_entry
from workbench.diff.folds import CAP
from workbench.diff.patch import FilePatch, Status
from workbench.diff.places import segments_of
from workbench.diff.rows import Gap, Head

NOTE = "The patch does not touch this file"
_BINARY_HEAD = 8_000


class NotShown(ValueError):
    """The file is no text, or too large; the message says which."""


def add_untouched(document: DiffDocument, path: bytes, data: bytes) -> int:
    """Puts a file behind all others, if it is not there already; its ordinal. Raises NotShown.

    For a worker: the file is parsed for its colours.
    """
    for entry in document.files:
        if path in {entry.patch.old_path, entry.patch.new_path}:
            return entry.index
    if b"\0" in data[:_BINARY_HEAD]:
        raise NotShown("it is a binary file")
    if len(data) > MAX_BLOB:
        raise NotShown("it is too large")
    model = document.model
    entry = make_entry(FilePatch(path, path, Status.UNTOUCHED), len(model.files))
    entry.notes = [NOTE] if data else [NOTE, "Empty file"]
    entry.old = entry.new = make_blob(entry, data)
    lines = Gap(entry.index, 1, 1, len(entry.new.lines) if entry.new else 0, is_last=True)
    lines.above = min(lines.count or 0, CAP)
    model.files.append(entry)
    model.segments += [Head(entry.index), lines]
    model.forget_notes(segments_of(model, entry.index))
    return entry.index
