"""A plain patch on plain files, applied in memory: byte for byte what `git apply --cached` does.

Ten times as fast as a git process, and taken only where there is nothing to decide: each hunk
fits exactly at the line it names. Every other case is git's, so this may give up at any point.
"""

from workbench.adapters.sections import Kind, Section, apply_hunks, read_hunks, read_sections
from workbench.adapters.tree_check import Change, Changes
from workbench.adapters.trees import Draft, Entry, Reader

_MAX_FILE = 16 << 20
_FILE_MODES = frozenset((b"100644", b"100755"))


def apply_directly(reader: Reader, root: str, patch: bytes, draft: Draft) -> Changes | None:
    """What `patch` changes in the tree `root`, its new blobs in `draft`; None: ask git."""
    sections = read_sections(patch)
    if sections is None:
        return None
    changes: dict[bytes, Change] = {}
    for section in sections:
        change = _apply_section(reader, root, section, draft)
        if change is None:
            return None
        if change.old != change.new:
            changes[section.path] = change
    return changes


def _apply_section(reader: Reader, root: str, section: Section, draft: Draft) -> Change | None:
    if section.kind is Kind.NEW:
        return _create(reader, root, section, draft)
    old = reader.find(root, section.path)
    if old is None or old.mode not in _FILE_MODES or section.mode not in {b"", old.mode}:
        return None
    hunks = read_hunks(section)
    if hunks is None:
        return None
    before = reader.blob(old.oid)
    content = apply_hunks(before, hunks) if len(before) <= _MAX_FILE else None
    if content is None:
        return None
    if section.kind is Kind.DELETE:
        is_whole = len(hunks) <= 1 and not any(hunk.new for hunk in hunks)
        return Change(old, None) if is_whole and not content else None
    return Change(old, Entry(old.mode, draft.add_blob(content)))


def _create(reader: Reader, root: str, section: Section, draft: Draft) -> Change | None:
    if reader.is_taken(root, section.path):
        return None
    hunks = read_hunks(section)
    if hunks is None or len(hunks) > 1:
        return None
    if any(hunk.old or (hunk.old_start, hunk.new_start) != (0, 1) for hunk in hunks):
        return None
    content = apply_hunks(b"", hunks)
    if content is None:
        return None
    return Change(None, Entry(section.mode, draft.add_blob(content)))
