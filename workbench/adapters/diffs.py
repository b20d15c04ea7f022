"""git's own line diff of two trees, once per output, and the counts that stand beside it."""

import re
import secrets

from workbench.adapters.git import Git
from workbench.adapters.talks import Talk

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
