"""Hunks by what they hold: which of them were on the screen, and which a reader has reviewed.

A key is a digest of a hunk's path and lines without their numbers, so that a mark stays on what was
read and lapses once that is another. A file without hunks (a mode, a rename) has a key of its own.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from hashlib import blake2b

from workbench.diff.document import DiffDocument
from workbench.diff.patch import FilePatch, Status
from workbench.diff.rows import HEAD, NOTHING, Body, Head, place, row_id

_CONTEXT = 0x20


def hunk_keys(document: DiffDocument) -> Mapping[int, str]:
    """The key of every hunk by its segment, of a file without one by that of its header.

    Made once; a raw document has none. Two hunks alike in one file are told apart by their order.
    """
    if document.keys is None:
        document.keys = {} if document.model.raw else _make_keys(document)
    return document.keys


def _make_keys(document: DiffDocument) -> dict[int, str]:
    keys: dict[int, str] = {}
    before: Counter[str] = Counter()
    for number, segment in enumerate(document.model.segments):
        patch = document.files[segment.file].patch
        if isinstance(segment, Body):
            content = [segment.hunk.kinds, *segment.hunk.lines]
        elif isinstance(segment, Head) and not patch.hunks and patch.status is not Status.UNTOUCHED:
            content = [_describe(patch)]
        else:
            continue
        digest = blake2b(b"\n".join([patch.path, *content]), digest_size=8).hexdigest()
        keys[number] = f"{digest}.{before[digest]}" if before[digest] else digest
        before[digest] += 1
    return keys


def _describe(patch: FilePatch) -> bytes:
    return repr((patch.old_path, patch.status, patch.old_mode, patch.new_mode)).encode()


def keys_of(document: DiffDocument, file: int) -> dict[int, str]:
    """Those of one file."""
    segments = document.model.segments
    return {n: key for n, key in hunk_keys(document).items() if segments[n].file == file}


def keys_in(document: DiffDocument, rows: Iterable[int]) -> set[str]:
    """The keys of hunks that have a changed line among these rows, of files by any of theirs."""
    keys, segments = hunk_keys(document), document.model.segments
    found = set()
    for row in rows:
        number, offset = place(row)
        if row == NOTHING or number not in keys:
            continue
        segment = segments[number]
        if isinstance(segment, Body) and (offset == HEAD or segment.hunk.kinds[offset] == _CONTEXT):
            continue
        found.add(keys[number])
    return found


def hunk_near(document: DiffDocument, row: int) -> int:
    """The segment of the hunk a row is in, or of the next one in its file; NOTHING without one."""
    number = place(row)[0]
    segments, keys = document.model.segments, hunk_keys(document)
    file = segments[number].file
    below = (n for n in range(number, len(segments)) if segments[n].file == file)
    above = (n for n in range(number, -1, -1) if segments[n].file == file)
    return next((n for way in (below, above) for n in way if n in keys), NOTHING)


def first_change(document: DiffDocument, number: int) -> int:
    """The row of the first changed line of a hunk, or that of a file's header."""
    segment = document.model.segments[number]
    if not isinstance(segment, Body):
        return row_id(number, 0)
    kinds = segment.hunk.kinds
    return row_id(number, len(kinds) - len(kinds.lstrip(b" ")))


def next_unreviewed(document: DiffDocument, number: int, reviewed: Collection[str]) -> int:
    """The segment of the next hunk that is not reviewed, around the end; NOTHING if all are."""
    left = [n for n, key in hunk_keys(document).items() if key not in reviewed]
    return next((n for n in left if n > number), left[0] if left else NOTHING)


def reviewed_files(document: DiffDocument, reviewed: Collection[str]) -> frozenset[int]:
    """The ordinals of files of which every hunk is reviewed."""
    segments, keys = document.model.segments, hunk_keys(document)
    open_files = {segments[n].file for n, key in keys.items() if key not in reviewed}
    return frozenset({segments[n].file for n in keys} - open_files)


def reviewed_segments(document: DiffDocument, reviewed: Collection[str]) -> frozenset[int]:
    """What a view leaves out that hides what is reviewed: hunks, and whole files."""
    files = reviewed_files(document, reviewed)
    keys = hunk_keys(document)
    return frozenset(
        number
        for number, segment in enumerate(document.model.segments)
        if segment.file in files or keys.get(number) in reviewed
    )
