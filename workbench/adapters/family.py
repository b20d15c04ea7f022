"""A process and all below it, by /proc: who they are, and what they are called."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from workbench.adapters.sandbox import children


def list_family(pid: int) -> Iterator[int]:
    """A process, then its children, and theirs."""
    waiting = [pid]
    while waiting:
        found = waiting.pop()
        yield found
        waiting += children(found)


def name_of(pid: int) -> str:
    """The program's name, cut at 15 letters by the kernel; "" where it is gone."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/comm").read_text("utf-8", "replace").strip()
    return ""
