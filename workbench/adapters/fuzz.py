"""The last rung: GNU patch on the touched files alone, for drifted context and CRLF patches.

Each file is patched by itself under a name of ours in an empty folder, with only the text of its
hunks as input, so that no name, mode or command that a patch holds is ever read by `patch`. A
hunk on an existing file must carry a line of context: without one nothing proves the place.
"""

import re
import tempfile
from itertools import pairwise
from pathlib import Path

from workbench.adapters import names
from workbench.adapters.git import find_program, first_line
from workbench.adapters.processes import Limits, TookTooLong, run_process
from workbench.adapters.sections import Kind, Section, apply_hunks, read_hunks, read_sections
from workbench.adapters.tree_check import Change, Changes
from workbench.adapters.trees import Draft, Entry, Reader
from workbench.domain.errors import GitFailed

_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LC_ALL": "C.UTF-8"}
_LIMITS = Limits(memory=512 << 20, file_size=64 << 20)
_OPTIONS = (
    "--unified",  # never an ed script, whatever the text looks like
    "--batch",
    "--forward",  # with --batch alone a reversed patch would be applied in reverse
    "--fuzz=5",
    "--no-backup-if-mismatch",
    "--reject-file=-",
    "--output=after",
    "before",
)
_FILE_MODES = frozenset((b"100644", b"100755"))
_HUNK_START = re.compile(rb"^@@ -", re.MULTILINE)
_CONTEXT = re.compile(rb"^(?: |\n)", re.MULTILINE)
_SAID = re.compile(rb"^Hunk #.*(?:fuzz|offset|FAILED).*$", re.MULTILINE)


def is_available() -> bool:
    """Whether GNU patch is installed; without it the rung is skipped."""
    return find_program("patch") is not None


def apply_with_fuzz(
    reader: Reader, root: str, patch: bytes, draft: Draft, folder: Path
) -> tuple[Changes, str]:
    """What `patch` changes, and where GNU patch had to guess; raises GitFailed."""
    is_crlf = patch.partition(b"\n")[0].endswith(b"\r")
    sections = read_sections(patch.replace(b"\r\n", b"\n") if is_crlf else patch)
    if sections is None:
        raise GitFailed("not only plain text files: no fuzz")
    remarks = ["CRLF line ends dropped from the patch"] if is_crlf else []
    changes: dict[bytes, Change] = {}
    for section in sections:
        if section.kind is Kind.NEW:
            change = _create(reader, root, section, draft)
        else:
            change, said = _patch(reader, root, section, draft, folder)
            remarks += [f"{names.shown(section.path)}: {said}"] if said else []
        if change.old != change.new:
            changes[section.path] = change
    return changes, "; ".join(remarks[:4])


def _create(reader: Reader, root: str, section: Section, draft: Draft) -> Change:
    hunks = read_hunks(section)
    content = None if hunks is None else apply_hunks(b"", hunks)
    if content is None or reader.is_taken(root, section.path):
        raise GitFailed(f"{names.shown(section.path)}: cannot be created")
    return Change(None, Entry(section.mode, draft.add_blob(content)))


def _patch(
    reader: Reader, root: str, section: Section, draft: Draft, folder: Path
) -> tuple[Change, str]:
    shown = names.shown(section.path)
    old = reader.find(root, section.path)
    if old is None or old.mode not in _FILE_MODES:
        raise GitFailed(f"{shown}: no such regular file")
    is_modified = section.kind is Kind.MODIFY
    hunks = _hunk_texts(section.body)
    if not hunks:
        raise GitFailed(f"{shown}: no hunk begins with @@ -")
    if is_modified and not all(_CONTEXT.search(hunk) for hunk in hunks):
        raise GitFailed(f"{shown}: a hunk without context is not placed by guess")
    content, said = _run(reader.blob(old.oid), section.body, folder)
    if is_modified:
        return Change(old, Entry(old.mode, draft.add_blob(content))), said
    if content:
        raise GitFailed(f"{shown}: to be deleted, but not all of it is in the patch")
    return Change(old, None), said


def _hunk_texts(body: bytes) -> list[bytes]:
    """The lines of each hunk, without its header."""
    starts = [match.start() for match in _HUNK_START.finditer(body)]
    return [
        body[start:end].partition(b"\n")[2].removesuffix(b"\n")
        for start, end in pairwise([*starts, len(body)])
    ]


def _run(before: bytes, hunks: bytes, folder: Path) -> tuple[bytes, str]:
    program = find_program("patch")
    if program is None:
        raise GitFailed("GNU patch is not installed")
    with tempfile.TemporaryDirectory(dir=folder) as name:
        place = Path(name)
        (place / "before").write_bytes(before)
        command = [str(program), *_OPTIONS]
        text = b"--- before\n+++ before\n" + hunks
        env = {**_ENVIRONMENT, "TMPDIR": name}
        try:
            done = run_process(command, env, cwd=place, limits=_LIMITS, stdin=text)
        except TookTooLong as error:
            raise GitFailed(str(error)) from None
        after = place / "after"
        if done.returncode or not after.is_file():
            raise GitFailed(first_line(done.stdout or done.stderr))
        said = _SAID.findall(done.stdout)
        return after.read_bytes(), first_line(said[0]) if said else ""
