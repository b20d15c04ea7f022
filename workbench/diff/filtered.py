"""An output as it reads while blanks are left out of account.

Every file of the whole diff stays, in its order and with its own counts; a line that is shown as
unchanged and has other blanks keeps both its texts, so that neither layout hides it.
"""

from dataclasses import replace

from workbench.diff.blanks import Blanks
from workbench.diff.document import DiffDocument
from workbench.diff.entries import make_entry, make_segments, measure_gaps
from workbench.diff.patch import parse
from workbench.diff.rows import FileEntry, Gap, RowModel, Segment

NOTHING_ELSE = "Only blanks differ: they are left out of account here"


def ignore_blanks(plain: DiffDocument, diff: bytes, blanks: Blanks) -> DiffDocument:
    """The document of git's `diff` made with that option; raises PatchError. For a worker."""
    patches = {(patch.old_path, patch.new_path): patch for patch in parse(diff)}
    files: list[FileEntry] = []
    segments: list[Segment] = []
    for whole in plain.files:
        key = (whole.patch.old_path, whole.patch.new_path)
        patch = patches.get(key) or replace(whole.patch, hunks=[])
        entry = replace(
            make_entry(patch, whole.index),
            added=whole.added,
            removed=whole.removed,
            order=whole.order,
        )
        entry.notes, entry.old, entry.new = [*whole.notes], whole.old, whole.new
        is_bare = bool(whole.patch.hunks) and not patch.hunks
        entry.notes += [NOTHING_ELSE] if is_bare else []
        files.append(entry)
        made = make_segments(entry)
        if is_bare and isinstance(made[-1], Gap):
            made[-1].count = None  # its lines can be unfolded
        measure_gaps(entry, made)
        segments += made
    model = RowModel(files, segments)
    model.is_loose = True
    badges = (blanks.badge, *plain.badges)
    document = DiffDocument(model, key=plain.key, badges=badges, marks=plain.marks)
    document.whole, document.blanks = plain, blanks
    return document
