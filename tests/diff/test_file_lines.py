"""Lines cut on demand are the lines of the file."""

from hypothesis import given
from hypothesis import strategies as st

from workbench.diff.file_lines import FileLines


@given(st.lists(st.binary(max_size=3)).map(b"\n".join), st.slices(12))
def test_lines_are_those_of_a_split(data: bytes, part: slice) -> None:
    """With and without a newline at the end, empty lines and files, any slice, from the end."""
    wanted = data.split(b"\n")
    if not wanted[-1]:
        wanted.pop()
    lines = FileLines(data)
    assert list(lines) == wanted
    assert len(lines) == len(wanted)
    assert lines[part] == wanted[part]
    assert not wanted or lines[-1] == wanted[-1]
