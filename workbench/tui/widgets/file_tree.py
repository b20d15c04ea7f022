"""Files as a tree, in the order in which they are read.

Files are handed in by sections (what explains the change, tests, lock files ..); within one git
lists a folder's files together. So the tree changes no order: it only says each folder once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from workbench.diff.order import Rank, rank_of, status_letter
from workbench.diff.rows import FileEntry
from workbench.domain.counted import name_counted
from workbench.text import cells
from workbench.tui.widgets.diff_chrome import clip_start
from workbench.tui.widgets.lines import Line, Span

DEEPEST = 12  # folders in each other; what lies deeper stands there with the rest of its path

SECTIONS = {
    Rank.FIRST: "what explains the change",
    Rank.TESTS: "tests",
    Rank.LOCK: "lock files",
    Rank.GENERATED: "generated files",
    Rank.STRAY: "new files that look left over",
}


@dataclass(frozen=True, slots=True)
class FileLine:
    """One file; all texts are safe to draw. `old_path` is where it was before a rename."""

    index: int
    letter: str
    path: str
    added: int
    removed: int
    label: str
    old_path: str = ""
    section: str = ""
    is_done: bool = False

    @property
    def searched(self) -> str:
        """The names that it goes by."""
        return f"{self.old_path} → {self.path}" if self.old_path else self.path


def make_file_line(entry: FileEntry, *, is_done: bool) -> FileLine:
    """A file of a diff."""
    rank = rank_of(entry.patch)
    return FileLine(
        index=entry.index,
        letter=status_letter(entry.patch),
        path=entry.path,
        added=entry.added,
        removed=entry.removed,
        label=" ".join(filter(None, (rank.label, "✓" if is_done else ""))),
        old_path=entry.old_path,
        section=SECTIONS[rank],
        is_done=is_done,
    )


class Node(NamedTuple):
    """A heading, a folder or a file of the list, by the files from `start` to before `end`.

    `depth` is -1 for a heading. `name` ends in a slash for a folder.
    """

    start: int
    end: int
    depth: int
    name: str

    @property
    def is_folder(self) -> bool:
        """Whether it folds."""
        return self.name.endswith("/")

    @property
    def is_heading(self) -> bool:
        """Whether it only says what comes under it."""
        return self.depth < 0


class FileTree:
    """A list of files by folders; knows which are folded."""

    def __init__(self, files: Sequence[FileLine]) -> None:
        """Everything unfolded."""
        self.files = files
        self.nodes = _build(files)
        self._folded: set[Node] = set()
        done = [file.is_done for file in files]
        columns = [file.added for file in files], [file.removed for file in files], done
        self._sums = [[0, *accumulate(column)] for column in columns]
        self.rows = self.nodes

    def sums(self, node: Node) -> tuple[int, int, int]:
        """Lines added, lines removed and files reviewed under a folder."""
        added, removed, done = (sums[node.end] - sums[node.start] for sums in self._sums)
        return added, removed, done

    def is_folded(self, node: Node) -> bool:
        """Whether what is in a folder is left out."""
        return node in self._folded

    def fold(self, node: Node, *, is_folded: bool) -> None:
        """Fold a folder, or unfold it."""
        (self._folded.add if is_folded else self._folded.discard)(node)
        self._list()

    def fold_all(self, *, is_folded: bool) -> None:
        """Fold every folder, or none."""
        self._folded = {node for node in self.nodes if node.is_folder} if is_folded else set()
        self._list()

    def _list(self) -> None:
        rows: list[Node] = []
        hidden_to, hidden_depth = 0, 0
        for node in self.nodes:
            if node.start < hidden_to and node.depth > hidden_depth:
                continue
            rows.append(node)
            if node in self._folded:
                hidden_to, hidden_depth = node.end, node.depth
        self.rows = rows

    def find(self, nth: int) -> int:
        """The row of the nth file, or of the folded folder that it lies in."""
        found = (at for at, row in enumerate(self.rows) if row.start <= nth < row.end)
        return max((at for at in found if not self.rows[at].is_heading), default=0)

    def parent(self, row: int) -> int:
        """The row of the folder around a row; the row itself where there is none."""
        depth = self.rows[row].depth
        above = (at for at in range(row - 1, -1, -1) if self.rows[at].depth < depth)
        at = next(above, row)
        return row if self.rows[at].is_heading else at


def _build(files: Sequence[FileLine]) -> list[Node]:
    nodes: list[Node] = []
    paths = [file.path.split("/") for file in files]
    start = 0
    is_divided = len({file.section for file in files}) > 1
    while start < len(files):
        end = start + 1
        while end < len(files) and files[end].section == files[start].section:
            end += 1
        if is_divided:
            nodes.append(Node(start, end, -1, files[start].section))
        _add(nodes, paths, (start, end), depth=0, level=0)
        start = end
    return nodes


def _add(
    nodes: list[Node], paths: list[list[str]], span: tuple[int, int], *, depth: int, level: int
) -> None:
    """The files of a span whose first `level` folders are said."""
    at, end = span
    while at < end:
        rest = paths[at][level:]
        last = at + 1
        if len(rest) == 1 or depth == DEEPEST:
            nodes.append(Node(at, last, depth, "/".join(rest).rstrip("/") or "?"))
            at = last
            continue
        while last < end and len(paths[last]) > level + 1 and paths[last][level] == rest[0]:
            last += 1
        common = _count_shared([path[level:-1] for path in paths[at:last]])
        nodes.append(Node(at, last, depth, "/".join(rest[:common]) + "/"))
        _add(nodes, paths, (at, last), depth=depth + 1, level=level + common)
        at = last


def _count_shared(folders: list[list[str]]) -> int:
    """How many folders all of these begin with."""
    first = folders[0]
    for other in folders[1:]:
        pairs = zip(first, other, strict=False)
        first = first[: next((n for n, (a, b) in enumerate(pairs) if a != b), len(other))]
    return len(first)


def match_lines(files: Sequence[FileLine], typed: str) -> list[FileLine]:
    """Files that hold every word typed, in their order; those whose own name does come first."""
    words = typed.lower().split()
    found = [line for line in files if all(word in line.searched.lower() for word in words)]
    if not words:
        return found
    return sorted(found, key=lambda line: words[-1] not in line.path.lower().rpartition("/")[2])


def top_of(chosen: int, count: int, height: int) -> int:
    """The first row in sight where the chosen one stands in the middle."""
    return min(max(chosen - height // 2, 0), max(count - height, 0))


def render_found(files: Sequence[FileLine], chosen: int, height: int, width: int) -> list[Line]:
    """The files around the chosen one, each with its whole path."""
    if not files:
        return [(Span("  no file is named so", "dim"),)]
    top = top_of(chosen, len(files), height)
    return [
        _render(line, "", line.searched, width, is_chosen=nth == chosen)
        for nth, line in enumerate(files[top : top + height], top)
    ]


def render_tree(tree: FileTree, chosen: int, height: int, width: int) -> list[Line]:
    """The rows around the chosen one: folders with their sums, files with letter and counts."""
    top = top_of(chosen, len(tree.rows), height)
    return [
        _render_node(tree, node, width, is_chosen=nth == chosen)
        for nth, node in enumerate(tree.rows[top : top + height], top)
    ]


def _render_node(tree: FileTree, node: Node, width: int, *, is_chosen: bool) -> Line:
    indent = "  " * node.depth
    if node.is_heading:
        return (Span(f"  {node.name}", "title"),)
    if not node.is_folder:
        line = tree.files[node.start]
        name = f"{node.name} ← {line.old_path}" if line.old_path else node.name
        return _render(line, indent, name, width, is_chosen=is_chosen)
    count = node.end - node.start
    added, removed, done = tree.sums(node)
    reviewed = f", {done:,} ✓" if done else ""
    label = f"{count:,} {name_counted(count, 'file')}{reviewed}"
    sign = "▸" if tree.is_folded(node) else "▾"
    row = FileLine(0, sign, node.name, added, removed, label)
    return _render(row, indent, node.name, width, is_chosen=is_chosen)


def _render(line: FileLine, indent: str, name: str, width: int, *, is_chosen: bool) -> Line:
    added, removed = f"+{line.added:,}", f"\N{MINUS SIGN}{line.removed:,}"
    right = len(added) + len(removed) + cells(line.label) + 5
    indent = indent[: max(width - right - 24, 0)]
    room = width - right - len(indent)
    path = clip_start(name, max(room - 5, 8))
    gap = max(room - 4 - cells(path), 1)
    folder, slash, own = path.rpartition("/") if not path.endswith("/") else ("", "", path)
    return (
        Span("▸ " if is_chosen else "  ", "accent"),
        Span(f"{indent}{line.letter} ", "dim"),
        Span(f"{folder}{slash}", "dim"),
        Span(own, "current" if is_chosen else "dim" if line.label else ""),
        Span(" " * gap),
        Span(f"{line.label}  ", "dim"),
        Span(added, "good"),
        Span(" "),
        Span(removed, "bad"),
    )
