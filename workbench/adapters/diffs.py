"""git's own line diff of two trees, once per output, and the counts that stand beside it."""

import re
import secrets

from workbench.adapters.git import Git
from workbench.adapters.talks import Talk
from workbench.domain.errors import GitFailed

MAX_DIFF = 64 << 20
_RENAME_LIMIT = 400  # a quadratic search: 160,000 pairs at the most
_OPTIONS = (
    "-r",
    "-p",
    "--histogram",
    "-M",
    "-C",
    f"-l{_RENAME_LIMIT}",
    "--full-index",
    "--text",
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
)
# What a view may ignore, by the words of diff/blanks.py.
IGNORING = {
    "none": (),
    "line ends": ("--ignore-space-at-eol",),
    "amount": ("--ignore-space-change",),
    "all": ("--ignore-all-space",),
}
# The colours by which a moved line is known; whatever else git would colour stays plain.
_COLOURS = {
    "old": "red",
    "oldMoved": "magenta",
    "oldMovedAlternative": "blue",
    "new": "green",
    "newMoved": "cyan",
    "newMovedAlternative": "yellow",
    **dict.fromkeys(("context", "meta", "frag", "func", "whitespace"), "normal"),
}
_HUNK = re.compile(rb"@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@")
_CONFLICT = re.compile(rb"^\+(?:<{7}|>{7}) ", re.MULTILINE)


class Differ:
    """Diffs of trees of one clone through one `diff-tree --stdin`. For one thread."""

    def __init__(self, git: Git) -> None:
        """Nothing is started before the first diff."""
        self._talk = Talk(git, "diff-tree", "--stdin", *_OPTIONS)

    def close(self) -> None:
        """End the process."""
        self._talk.close()

    def diff(self, old: str, new: str) -> bytes:
        """The patch from one tree to another; raises GitFailed beyond MAX_DIFF."""
        # diff-tree echoes a line that is no object id: it marks the end of the answer.
        mark = f"end {secrets.token_hex(8)}".encode()
        question = f"{old} {new}\n".encode() + mark + b"\n"
        answer = self._talk.ask(question, lambda talk: talk.read_until(mark, MAX_DIFF))
        return answer.partition(b"\n")[2]


def read_diff(git: Git, old: str, new: str, ignoring: str = "none") -> bytes:
    """The same patch by a process of its own, some blanks left out of account; raises GitFailed."""
    return _capped(git.run("diff-tree", *_OPTIONS, *IGNORING[ignoring], old, new))


def read_patch(git: Git, old: str, new: str, *, is_binary: bool = False) -> bytes:
    """What makes one tree of the other, in lines or in git's binary form; raises GitFailed."""
    left_out = {"-C", "--text"} if is_binary else {"-C"}  # a clone calls every file binary
    options = [option for option in _OPTIONS if option not in left_out]
    form = ("--binary",) if is_binary else ()
    return _capped(git.run("diff-tree", *options, *form, old, new))


def read_coloured_diff(git: Git, old: str, new: str) -> bytes:
    """The patch with each line's sign behind the colour that tells whether it moved.

    The text of this run is of no use: what a file holds can look like a colour.
    """
    settings = [word for slot in _COLOURS for word in ("-c", f"color.diff.{slot}={_COLOURS[slot]}")]
    options = [option for option in _OPTIONS if option != "--no-color"]
    moved = ("--color=always", "--color-moved=zebra", "--ws-error-highlight=none")
    blanks = "--color-moved-ws=allow-indentation-change"
    return _capped(git.run(*settings, "diff-tree", *options, *moved, blanks, old, new), 4)


def _capped(diff: bytes, times: int = 1) -> bytes:
    if len(diff) > MAX_DIFF * times:
        raise GitFailed(f"its diff is larger than {MAX_DIFF >> 20} MB")
    return diff


def count_lines(diff: bytes) -> tuple[int, int, int]:
    """Files, added and removed lines; a header-like line inside a hunk is a line like any other."""
    files = added = removed = 0
    old = new = 0
    for line in diff.split(b"\n"):
        if old > 0 or new > 0:
            sign = line[:1]
            if sign == b"+":
                added += 1
                new -= 1
            elif sign == b"-":
                removed += 1
                old -= 1
            elif sign != b"\\":
                old -= 1
                new -= 1
        elif line.startswith(b"diff --git "):
            files += 1
        elif match := _HUNK.match(line):
            old, new = int(match[1] or 1), int(match[2] or 1)
    return files, added, removed


def has_conflict_marks(diff: bytes) -> bool:
    """Whether an added line looks like an unresolved merge."""
    return _CONFLICT.search(diff) is not None
