"""How much was edited: lines that count, what was added, what was kept."""

import pytest

from workbench.diff.churn import Churn, Pair, measure, normalise

BASE = b"import b\nimport a\n\n# why\ndef f():\n    return 1\n"


@pytest.mark.parametrize(
    ("path", "after"),
    [
        (b"x.py", b"import a\nimport b\ndef f():\n    return 1\n"),
        (b"x.py", BASE.replace(b"# why\n", b"# because\n# of this\n")),
        (b"x.py", BASE.replace(b"return 1\n", b"return 1   \n\n\n")),
    ],
)
def test_blank_lines_comments_and_the_order_of_imports_count_nothing(
    path: bytes, after: bytes
) -> None:
    """METRICS 4."""
    assert normalise(path, after) == normalise(path, BASE)
    assert measure([], [Pair(path, BASE, after)]).edit == 0


def test_a_comment_is_one_by_the_language_of_the_file() -> None:
    """A heading of a text is no comment."""
    assert normalise(b"README.md", b"# Title\n") == [b"# Title"]
    assert normalise(b"x.go", b"// why\nvar a\n") == [b"var a"]
    assert normalise(b"x.py", b"a = 1 // 2\n") == [b"a = 1 // 2"]


def test_what_was_added_and_what_of_it_is_kept() -> None:
    """Of four added lines the edit drops one and changes one."""
    output = BASE + b"def g():\n    a = 1\n    b = 2\n    return a\n"
    edit = output.replace(b"    b = 2\n", b"").replace(b"    return a", b"    return a + 1")
    found = measure([Pair(b"x.py", BASE, output)], [Pair(b"x.py", output, edit)])
    assert found == Churn(patch=4, edit=3, added=4, kept=2)


def test_a_file_that_the_edit_leaves_alone_is_kept_and_one_that_it_removes_is_not() -> None:
    """Whole files count as their lines do."""
    new = Pair(b"n.py", None, b"one\ntwo\n")
    assert measure([new], []) == Churn(2, 0, 2, 2)
    assert measure([new], [Pair(b"n.py", b"one\ntwo\n", None)]) == Churn(2, 2, 2, 0)


def test_a_binary_is_one_line() -> None:
    """It is other or it is not."""
    pair = Pair(b"a.bin", b"a\0b\nc\n", b"a\0c\nd\ne\n")
    assert measure([], [pair]).edit == 2
    assert measure([], [pair._replace(new=pair.old)]).edit == 0
