"""The tree of files: no other order than that of reading, sums that add up, only rows in sight."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from workbench.text import cells
from workbench.tui.widgets.file_tree import DEEPEST, FileLine, FileTree, render_tree

NAMES = st.lists(st.sampled_from(["a", "b", "ccc", "d.py"]), min_size=1, max_size=5)


def make(*paths: str, section: str = "") -> list[FileLine]:
    return [FileLine(n, "M", path, n, 1, "", section=section) for n, path in enumerate(paths)]


def shown(tree: FileTree, width: int = 60) -> list[str]:
    lines = render_tree(tree, 0, 40, width)
    return [
        "".join(span.text for span in line)[2:].replace("\N{MINUS SIGN}", "-") for line in lines
    ]


def test_folders_are_said_once_and_chains_of_them_in_one_row() -> None:
    """With how many files they hold, how many are reviewed, and their lines."""
    files = make("src/pkg/deep/a.py", "src/pkg/deep/b.py", "src/pkg/z.py", "top.py")
    files[1] = replace(files[1], is_done=True, label="✓")
    files[2] = replace(files[2], old_path="src/old.py", letter="R")
    told = [" ".join(line.split()) for line in shown(FileTree(files))]
    assert told == [
        "▾ src/pkg/ 3 files, 1 ✓ +3 -3",
        "▾ deep/ 2 files, 1 ✓ +1 -2",
        "M a.py +0 -1",
        "M b.py ✓ +1 -1",
        "R z.py ← src/old.py +2 -1",
        "M top.py +3 -1",
    ]


def test_sections_are_told_where_there_is_more_than_one() -> None:
    """The rule by which files are ordered stands in the list."""
    one = make("a.py", "b.py", section="what explains the change")
    two = [replace(line, section="tests") for line in make("tests/a.py")]
    assert [node.name for node in FileTree(one).nodes] == ["a.py", "b.py"]
    names = [node.name for node in FileTree([*one, *two]).nodes]
    assert names == ["what explains the change", "a.py", "b.py", "tests", "tests/", "a.py"]


def test_a_folded_folder_hides_what_is_in_it() -> None:
    """Found again by its files; unfolding brings back what was folded inside."""
    tree = FileTree(make("a/b/x", "a/b/y", "a/z", "q"))
    a, b = tree.nodes[0], tree.nodes[1]
    tree.fold(b, is_folded=True)
    assert [row.name for row in tree.rows] == ["a/", "b/", "z", "q"]
    assert tree.rows[tree.find(1)] == b
    tree.fold(a, is_folded=True)
    assert [row.name for row in tree.rows] == ["a/", "q"]
    assert tree.rows[tree.find(0)] == a
    tree.fold(a, is_folded=False)
    assert [row.name for row in tree.rows] == ["a/", "b/", "z", "q"]
    tree.fold_all(is_folded=False)
    assert tree.rows == tree.nodes
    assert tree.parent(2) == 1
    assert tree.parent(0) == 0


@given(st.lists(st.tuples(NAMES, st.sampled_from(["", "tests"])), max_size=30))
def test_the_order_is_that_of_reading(given_files: list[tuple[list[str], str]]) -> None:
    """Whatever the paths: each file once, in its order, inside of the folders it says."""
    files = [
        FileLine(n, "M", "/".join(parts), n, 0, "", section=section)
        for n, (parts, section) in enumerate(given_files)
    ]
    tree = FileTree(files)
    leaves = [node for node in tree.nodes if not node.is_folder and not node.is_heading]
    assert [node.start for node in leaves] == list(range(len(files)))
    around: list[str] = []
    for node in tree.nodes:
        if node.is_heading:
            continue
        del around[node.depth :]
        around.append(node.name)
        if not node.is_folder:
            assert "".join(around) == files[node.start].path
        else:
            assert tree.sums(node)[0] == sum(range(node.start, node.end))


def test_ten_thousand_files_and_paths_without_end() -> None:
    """Only rows in sight are made; what lies too deep keeps the rest of its path in one row."""
    tree = FileTree(make(*sorted(f"d{n % 100:02}/e{n % 7}/f{n:05}.py" for n in range(10_000))))
    assert len(render_tree(tree, 5_000, 30, 80)) == 30
    assert sum(not node.is_folder for node in tree.nodes) == 10_000
    nested = ["a/" * n + "x" for n in range(1, 200)]
    deep = FileTree(make(*nested))
    assert max(node.depth for node in deep.nodes) == DEEPEST
    for width in (20, 40, 80):
        for line in render_tree(deep, 100, 60, width):
            assert sum(cells(span.text) for span in line) <= max(width, 40)
