"""What is kept ready is bounded in number and in size."""

from workbench.diff.document import DiffDocument, build_document
from workbench.tui.shelf import CAPACITY, NEIGHBOURS, Shelf


def document(key: str, n_lines: int) -> DiffDocument:
    """A new file of so many lines."""
    head = "diff --git a/x b/x\nnew file mode 100644\n--- /dev/null\n+++ b/x\n"
    head += f"@@ -0,0 +1,{n_lines} @@\n"
    return build_document((head + "+line\n" * n_lines).encode(), key=key)


def test_the_one_longest_unused_goes_first() -> None:
    shelf = Shelf()
    for n in range(CAPACITY):
        shelf.put(document(str(n), 1))
    assert shelf.get("0") is not None
    shelf.put(document("new", 1))
    assert "0" in shelf
    assert "1" not in shelf
    assert sum(str(n) in shelf for n in range(CAPACITY)) == CAPACITY - 1


def test_of_huge_ones_only_the_neighbours_stay() -> None:
    """Twelve diffs of 100,000 lines would hold 600 MB."""
    shelf = Shelf()
    for n in range(NEIGHBOURS + 2):
        shelf.put(document(str(n), 60_000))
    assert [str(n) in shelf for n in range(NEIGHBOURS + 2)] == [False, False, True, True, True]
