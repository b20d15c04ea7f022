"""The reviewer's own difftool: what it is given, and what no repository can have it do."""

import json
import os
import sys
from contextlib import closing
from pathlib import Path

import pytest

from workbench.adapters.difftools import DiffTool
from workbench.domain.errors import UsageError, WorkbenchError

TELL = """#!{python}
import json, os, sys
from pathlib import Path
files = [Path(word) for word in sys.argv[1:] if word.startswith("/")]
told = {{
    "argv": sys.argv[1:],
    "texts": [f.read_bytes().decode("latin-1") for f in files],
    "modes": [oct(f.stat().st_mode & 0o777) for f in files],
    "folder": oct(Path.cwd().stat().st_mode & 0o777),
    "beside": sorted(str(f.relative_to(Path.cwd())) for f in Path.cwd().rglob("*")),
    "git": {{k: v for k, v in os.environ.items() if k.startswith("GIT_")}},
    "cwd": os.getcwd(),
}}
Path({log!r}).write_text(json.dumps(told))
sys.exit({code})
"""


@pytest.fixture
def tool(tmp_path: Path) -> Path:
    """A program that writes down what it was given."""
    program = tmp_path / "tool with a blank"
    log = str(tmp_path / "told.json")
    program.write_text(TELL.format(python=sys.executable, log=log, code=1))
    program.chmod(0o755)
    return program


def show(command: str, path: bytes, old: bytes, new: bytes) -> None:
    """Once; the program ends with 1, as diff does."""
    with closing(DiffTool(command)) as viewer:
        assert viewer.show(path, old, new) == 1


def told(tool: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((tool.parent / "told.json").read_text())
    return found


def test_both_sides_are_given_as_private_copies(
    tool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read-only, in a folder of the owner's, with no repository around and none named by git."""
    monkeypatch.setenv("GIT_DIR", "/elsewhere")
    show(f"'{tool}' -x", b"src/a b.py", b"old\n", b"\xffnew\r\n")
    found = told(tool)
    assert found["texts"] == ["old\n", "\xffnew\r\n"]
    assert found["modes"] == ["0o400", "0o400"]
    assert found["folder"] == "0o700"
    assert found["beside"] == ["base", "base/a_b.py", "output", "output/a_b.py"]
    assert found["git"] == {"GIT_CEILING_DIRECTORIES": str(Path(str(found["cwd"])).parent)}
    argv = found["argv"]
    assert isinstance(argv, list)
    assert argv[0] == "-x"
    assert [Path(word).parent.name for word in argv[1:]] == ["base", "output"]


def test_the_command_says_where_the_two_go(tool: Path) -> None:
    """In any order; words that only look so are left as they are."""
    show(f"'{tool}' {{new}} --with {{old}} {{nothing}}", b"a.py", b"old", b"new")
    assert told(tool)["texts"] == ["new", "old"]
    assert str(told(tool)["argv"]).endswith("'{nothing}']")


@pytest.mark.parametrize(
    "name", [b".exrc", b"..", b"-rf", b"a\nb\x1b[2J.py", b"\xff\xfe", b"x" * 300]
)
def test_no_name_of_a_file_reaches_the_tool_as_it_is(tool: Path, name: bytes) -> None:
    """No option, no file of settings, no control character, no folder above."""
    show(f"'{tool}'", b"deep/er/" + name, b"1", b"2")
    argv = told(tool)["argv"]
    assert isinstance(argv, list)
    for word in argv:
        base = Path(word).name
        assert base.isascii()
        assert base.isprintable()
        assert base[0] not in ".-"
        assert 0 < len(base) <= 80


def test_what_cannot_be_run_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No command, no such program, one of this folder, a quote without its end."""
    for command, why in (("", "no difftool is set"), ("no-such-tool", "was not found"),
                         ("./tool", "was not found"), ("'vimdiff", "No closing quotation"),
                         (str(tmp_path), "Permission denied")):  # fmt: skip
        with pytest.raises(WorkbenchError, match=why):
            show(command, b"a.py", b"", b"")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "planted").write_text("#!/bin/sh\n")
    (tmp_path / "planted").chmod(0o755)
    monkeypatch.setenv("PATH", f".{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(UsageError, match="was not found"):
        DiffTool("planted").check()


def test_the_copies_stay_until_the_program_ends(tool: Path) -> None:
    """A tool that opens a window is back before it has read them."""
    viewer = DiffTool(f"'{tool}'")
    viewer.show(b"a.py", b"1", b"2")
    first = Path(str(told(tool)["cwd"]))
    viewer.show(b"b.py", b"1", b"2")
    assert first.is_dir()
    viewer.close()
    assert not first.exists()
