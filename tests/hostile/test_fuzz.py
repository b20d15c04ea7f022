"""Patches, names and texts that nobody thought of: equal to git or refused, and never harmful.

What hypothesis makes here is put together from the corpus, so that it starts where harm begins.
The same every time; `pytest --hypothesis-profile=search -m hypothesis` looks further.
"""

import os
import re
import subprocess
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Protocol

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from workbench.adapters.apply import Ladder
from workbench.adapters.precheck import check_bytes, header_names
from workbench.diff.document import build_document, raw_document
from workbench.diff.patch import parse
from workbench.domain.delivery import Rung
from workbench.domain.errors import PatchRefused
from workbench.domain.output import Applied
from workbench.text import display, display_lines, net

CORPUS_IDS = 74
HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
JOINERS = {0x200D, *range(0xE0020, 0xE0080)}  # shown whole inside an emoji, and nowhere else
ladder_settings = settings(
    max_examples=2 * settings().max_examples,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


class Victim(Protocol):
    """The fixture of conftest.py."""

    clone: Path
    base: str
    ladder: Ladder
    patches: Mapping[str, bytes]


class Oracle:
    """Plain git on the same clone, with an index and an object folder of its own."""

    def __init__(self, victim: Victim, folder: Path, git: str) -> None:
        self._base, self._folder = victim.base, folder
        self._command = [git, "-c", "safe.bareRepository=all", f"--git-dir={victim.clone}"]
        self._env = {
            "PATH": "/usr/bin:/bin",
            "LC_ALL": "C.UTF-8",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_INDEX_FILE": str(folder / "index"),
            "GIT_OBJECT_DIRECTORY": str(folder / "objects"),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(victim.clone / "objects"),
        }
        (folder / "objects").mkdir()

    def _run(self, *arguments: str, stdin: bytes = b"") -> tuple[int, bytes]:
        done = subprocess.run(
            [*self._command, *arguments],
            env=self._env,
            input=stdin,
            capture_output=True,
            check=False,
        )
        return done.returncode, done.stdout

    def apply(self, patch: bytes) -> str:
        """The tree that git makes of a patch; "" where it refuses, or changes nothing."""
        for file in self._folder.glob("index*"):  # a git that crashed leaves its lock
            file.unlink()
        assert self._run("read-tree", self._base)[0] == 0
        if self._run("apply", "--cached", "--whitespace=nowarn", "-", stdin=patch)[0]:
            return ""
        tree = self._run("write-tree")[1].decode().strip()
        same = self._run("rev-parse", f"{self._base}^{{tree}}")[1].decode().strip()
        return "" if tree == same else tree

    def changed(self, tree: str) -> Iterator[tuple[bytes, bytes]]:
        """Mode and path of every file that a tree has otherwise than the base."""
        options = ("-r", "-z", "--raw", "--no-renames")
        fields = self._run("diff-tree", *options, self._base, tree)[1].split(b"\0")
        for meta, path in zip(fields[0:-1:2], fields[1:-1:2], strict=True):
            yield meta.split(b" ")[1], path


@pytest.fixture(scope="module")
def oracle(victim: Victim, build: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Oracle:
    """One for all examples."""
    return Oracle(victim, tmp_path_factory.mktemp("oracle"), build.GIT)


def judge(victim: Victim, oracle: Oracle, patch: bytes) -> Applied:
    """The one property: what we take is git's tree and safe, what we do not take says why."""
    applied = victim.ladder.apply(victim.base, patch)
    by_git = oracle.apply(patch.removeprefix(b"\xef\xbb\xbf"))
    if not applied.rung.has_tree:
        assert bool(applied.detail) is (applied.rung is not Rung.EMPTY)
        assert hidden(applied.detail) == set()
        if applied.rung is Rung.FAILED:
            assert by_git == "", "git takes what the ladder cannot place"
        return applied
    if applied.rung is Rung.PLAIN:
        assert applied.tree == by_git
    else:
        assert by_git == "", "a guess where git needs none"
    for mode, path in oracle.changed(applied.tree):
        assert mode in {b"100644", b"100755", b"000000"}
        parts = path.split(b"/")
        assert not {b"", b".", b".."} & set(parts)
        assert not [part for part in parts if part.lower().rstrip(b" .") in {b".git", b"git~1"}]
        assert hidden(path.decode("utf-8", "backslashreplace")) == set()
    files = parse(applied.diff)
    assert (applied.added, applied.removed) == (
        sum(file.added for file in files),
        sum(file.removed for file in files),
    )
    return applied


def damage(patch: bytes, what: str, at: int) -> bytes:
    """One fault in one line."""
    rows = patch.split(b"\n")
    at %= len(rows)
    row = rows[at]
    if what == "drop":
        del rows[at]
    elif what == "double":
        rows.insert(at, row)
    elif what == "swap":
        rows[at - 1], rows[at] = row, rows[at - 1]
    elif what == "count":
        rows[at] = re.sub(rb"\d+", lambda m: b"%d" % (int(m[0][:9]) + 1), row, count=1)
    elif what == "quote":
        rows[at] = re.sub(rb"([ab])/(\S+)", rb'"\1/\2"', row)
    elif what == "climb":
        rows[at] = row.replace(b"b/", b"b/../", 1)
    elif what == "cut":
        rows[at] = row[: len(row) // 2]
    elif what == "byte":
        rows[at] = row[: at % 9] + bytes([at * 37 % 256]) + row[at % 9 :]
    else:
        rows[at] = row + b"\r"
    return b"\n".join(rows)


FAULTS = ["drop", "double", "swap", "count", "quote", "climb", "cut", "byte", "cr"]
faults = st.lists(st.tuples(st.sampled_from(FAULTS), st.integers(0, 40)), max_size=3)
picks = st.lists(st.integers(0, CORPUS_IDS - 1), min_size=1, max_size=3)


@ladder_settings
@given(picks=picks, faults=faults)
@example(picks=[35], faults=[("double", 4), ("byte", 16)])  # a hunk whose header lost its minus
def test_g1_a_damaged_corpus_is_as_git_has_it_or_refused(
    victim: Victim, oracle: Oracle, picks: list[int], faults: list[tuple[str, int]]
) -> None:
    """Sections of several patches in one, with lines lost, doubled, swapped and bent."""
    patches = list(victim.patches.values())
    patch = b"".join(patches[pick] for pick in picks)
    for what, at in faults:
        patch = damage(patch, what, at)
    judge(victim, oracle, patch)


PARTS = [b"..", b".", b"", b".git", b".GIT ", b"git~1", b".gitmodules", b"a.py", b"symlink", b"d"]
parts = st.sampled_from(PARTS) | st.binary(min_size=1, max_size=4)
paths = st.lists(parts, min_size=1, max_size=4).map(b"/".join)


def quoted(path: bytes, every: int) -> bytes:
    """A name in C style, every so many bytes as an octal code though nothing asks for it."""
    return b"".join(
        b"\\%03o" % byte
        if n % every == 0 or byte < 0x20 or byte > 0x7E or byte in b'"\\'
        else bytes([byte])
        for n, byte in enumerate(path)
    )


@ladder_settings
@given(path=paths, every=st.integers(1, 5), mode=st.sampled_from(["100644", "100755", "120000"]))
@example(path=b"../evil", every=1, mode="100644")
@example(path=b"d/.git\x20/config", every=2, mode="100644")
def test_g6_any_name_is_as_git_has_it_or_refused(
    victim: Victim, oracle: Oracle, path: bytes, every: int, mode: str
) -> None:
    """Whatever a new file is called and however its name is written."""
    name = quoted(path, every)
    patch = (
        b'diff --git "a/%s" "b/%s"\nnew file mode %s\n--- /dev/null\n+++ "b/%s"\n'
        b"@@ -0,0 +1 @@\n+new\n"
    ) % (name, name, mode.encode(), name)
    applied = judge(victim, oracle, patch)
    if mode == "120000":
        assert not applied.rung.has_tree


@given(head=st.binary(max_size=80), names=st.tuples(paths, paths), body=st.binary(max_size=200))
def test_g4_the_precheck_refuses_or_returns(
    head: bytes, names: tuple[bytes, bytes], body: bytes
) -> None:
    """No bytes make it raise anything else; every name that it read can be shown."""
    patch = head + b"\ndiff --git a/%s b/%s\n" % names + body
    for name in header_names(patch):
        assert hidden(display(os.fsdecode(name))) == set()
    rule = ""
    try:
        check_bytes(patch)
    except PatchRefused as refusal:
        rule = refusal.rule
    assert hidden(rule) == set()


def hidden(text: str) -> set[str]:
    """What a terminal could obey or an eye could miss, by Unicode's own account."""
    return {
        character
        for character in text
        if unicodedata.category(character) in HIDDEN and ord(character) not in JOINERS
    }


odd = st.characters(categories=["Cc", "Cf", "Cs", "Zl", "Zp", "Mn", "Co", "Cn"])
plain = st.sampled_from("ab \t\n\r\x1b[]2;c\x07m👨👩🏴\u200d\ufe0f")
texts = st.text(odd | plain | st.characters())


@given(text=texts)
def test_t1_no_text_passes_a_control_or_a_format_character(text: str) -> None:
    """Checked by the tables of Unicode, not by our own net; lines are git's lines."""
    shown = display(text)
    assert hidden(shown) == set()
    assert net(shown) == (shown, 0)
    assert hidden(net(text)[0]) == set()
    lines = display_lines(text)
    assert all(hidden(line) == set() for line in lines)


@given(data=st.binary(max_size=400), reason=texts)
def test_t1_any_bytes_can_be_shown_raw(data: bytes, reason: str) -> None:
    """A patch that was refused and the words why: rows in both layouts, each of them clean."""
    document = raw_document(data, reason)
    for view in (document.view("unified"), document.view("split")):
        for index in range(len(view)):
            assert hidden(document.model.row(view.row_at(index)).text) == set()


@given(picks=picks, lines=st.lists(st.binary(max_size=20), max_size=6))
def test_t1_any_diff_that_was_made_can_be_shown(
    victim: Victim, picks: list[int], lines: list[bytes]
) -> None:
    """Git's own diff of a patch that was taken, with lines of noise in a new file."""
    patches = list(victim.patches.values())
    body = [b"+" + line.replace(b"\n", b"") for line in [b"x", *lines]]
    noise = (
        b"diff --git a/noise b/noise\nnew file mode 100644\n--- /dev/null\n+++ b/noise\n"
        b"@@ -0,0 +1,%d @@\n%s\n" % (len(body), b"\n".join(body))
    )
    for pick in picks:
        applied = victim.ladder.apply(victim.base, patches[pick] + noise)
        if applied.rung.has_tree:
            document = build_document(applied.diff, key="k")
            view = document.view("unified")
            texts = [document.model.row(view.row_at(n)).text for n in range(len(view))]
            assert not [text for text in texts if hidden(text)]
