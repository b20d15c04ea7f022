"""Colours come from the whole file, line by line, in any language, and never raise."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.diff.syntax import MAX_BYTES, MAX_COLUMNS, TOKENS, Colour, highlight, lex

PYTHON = b'''"""Doc
with code = 1 inside
"""
import os  # why

@cached
class Thing(Base):
    def run(self, n: int = 3) -> str:
        return f"{os.name!r} \\n" and len("\xc3\xa9") or None
'''


def words(name: str, data: bytes, number: int) -> list[tuple[str, str]]:
    found = highlight(name, data).highlight
    assert found is not None
    line = data.split(b"\n")[number].decode()
    return [(line[start:end], token) for start, end, token in found.line(number)]


def test_python_tokens() -> None:
    """The words of a line carry the kinds that a reader expects."""
    assert words("a.py", PYTHON, 3) == [("import", "keyword"), ("# why", "comment")]
    assert ("Thing", "type") in words("a.py", PYTHON, 6)
    found = words("a.py", PYTHON, 7)
    assert ("def", "keyword") in found
    assert ("run", "function") in found
    assert ("3", "number") in found
    last = words("a.py", PYTHON, 8)
    assert ("len", "builtin") in last
    assert ('"é"', "string") in last
    assert ("None", "constant") in last
    assert ("and", "keyword") in last


def test_field_d9_a_line_inside_a_docstring_is_a_string() -> None:
    """Lexed alone it would look like code."""
    assert words("a.py", PYTHON, 1) == [("with code = 1 inside", "string")]
    assert ("code", "string") not in words("a.py", b"with code = 1 inside\n", 0)


def test_other_languages_by_their_name() -> None:
    """Pygments' words are translated to the same kinds."""
    data = b"// sum\nfunction add(a) {\n  return `x\n  y`;\n}\n"
    assert words("a.js", data, 0) == [("// sum", "comment")]
    assert ("function", "keyword") in words("a.js", data, 1)
    assert ("  y`", "string") in words("a.js", data, 3) or ("  y", "string") in words(
        "a.js", data, 3
    )


def test_unknown_names_stay_plain() -> None:
    """No guess is made from the content."""
    assert highlight("no-such-language.zzz", b"def f(): pass\n") == (None, "")


@pytest.mark.parametrize("data", [b"x = 1\n" * (MAX_BYTES // 6 + 1), b"\n" * 20_001,
                                  b"x = '" + b"y" * 5_000 + b"'\n"])  # fmt: skip
def test_above_the_limits_a_file_stays_plain_and_says_so(data: bytes) -> None:
    """A reader who sees no colours learns why."""
    found = highlight("a.py", data)
    assert found.highlight is None
    assert found.reason.startswith("not coloured: ")


@pytest.mark.parametrize("name", ["a.py", "a.js"])
def test_only_the_head_of_a_long_line_is_coloured(name: str) -> None:
    """The cost of a line has a limit."""
    found = highlight(name, b"x = '" + b"y" * 100_000 + b"'\nz = 1\n" + b"\n" * 200).highlight
    assert found is not None
    assert max(colour.end for colour in found.line(0)) <= MAX_COLUMNS
    assert [colour.token for colour in found.line(1)] == ["operator", "number"]


def test_lines_around_a_long_one_keep_their_colours() -> None:
    """As without it; and of the long one as much as is ever coloured."""
    short = [b"def f(a):", b'    """A.', b"    B.", b'    """', b"    return a + 1", b""] * 12
    long = b"value = [" + b"'ab', 12, " * 400 + b"]"
    lines = [*short[:30], long, *short[30:]]
    without = highlight("a.py", b"\n".join(short)).highlight
    found = highlight("a.py", b"\n".join(lines)).highlight
    assert found
    assert without
    for number in range(len(short)):
        assert found.line(number + (number >= 30)) == without.line(number)
    head = highlight("a.py", long[:MAX_COLUMNS] + b"\n" * 9).highlight
    assert head
    assert found.line(30)[:50] == head.line(0)[:50]


@settings(deadline=None, max_examples=50)
@given(st.binary(max_size=300), st.sampled_from(["a.py", "a.js", "a.html", "a.md", "Makefile"]))
def test_any_bytes_in_any_language(data: bytes, name: str) -> None:
    """Spans lie within the decoded line, in order, of a known kind."""
    found = highlight(name, data).highlight
    if found is None:
        return
    for number, line in enumerate(data.split(b"\n")):
        at = 0
        for start, end, token in found.line(number):
            assert at <= start < end <= len(line.decode("utf-8", "backslashreplace"))
            assert token in TOKENS
            at = end


def test_lex_keeps_the_lines_of_the_file() -> None:
    """CR, form feed and U+2028 do not start a line."""
    data = "a = 1\x0c\u2028\r\n# two\n".encode()
    assert lex("a.py", data)[1] == [Colour(0, 5, "comment")]
