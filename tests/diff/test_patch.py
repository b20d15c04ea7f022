"""The strict parser against git itself, against hostile content, and against noise."""

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.diff.patch import FilePatch, PatchError, Status, parse, unquote

from .conftest import Repo

HEADER = b"diff --git a/f b/f\nindex 1111111..2222222 100644\n--- a/f\n+++ b/f\n"
LINES = st.lists(
    st.sampled_from(
        [
            b"",
            b"a",
            b"b",
            b"-- a/f",
            b"++ b/f",
            b"@@ -1,1 +1,1 @@",
            b"diff --git a/f b/f",
            b"\\ No newline at end of file",
            b"cr\r",
            b"\x0cff\x1c",
            b"\xff\x00",
            "\u2028ü漢".encode(),
        ]
    ),
    max_size=30,
)


def rebuilt(patch: FilePatch, old: bytes) -> bytes:
    """The new file, from the old one and the parsed hunks."""
    lines = old.split(b"\n")
    lines = [line + b"\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
    new, at = [], 0
    for hunk in patch.hunks:
        new += lines[at : hunk.old_first - 1]
        at = hunk.old_first - 1
        for place, (kind, line) in enumerate(zip(hunk.kinds, hunk.lines, strict=True)):
            raw = line[1:] + (b"" if place in hunk.unended else b"\n")
            if kind != 0x2B:
                assert lines[at] == raw
                at += 1
            if kind != 0x2D:
                new.append(raw)
    return b"".join(new + lines[at:])


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(LINES, LINES, st.tuples(st.booleans(), st.booleans()), st.integers(0, 5))
def test_field_d4_hunks_rebuild_the_new_file(
    repo: Repo, old: list[bytes], new: list[bytes], ends: tuple[bool, bool], context: int
) -> None:
    """Whatever lines look like, applying git's hunks as parsed gives the new file."""
    before = b"\n".join(old) + (b"\n" if ends[0] and old else b"")
    after = b"\n".join(new) + (b"\n" if ends[1] and new else b"")
    repo.commit({b"f": before, b"other": b"x"})
    repo.commit({b"f": after})
    patches = parse(repo.diff(f"-U{context}"))
    assert [patch.path for patch in patches] == ([b"f"] if before != after else [])
    if patches:
        assert rebuilt(patches[0], before) == after


def refused_at(data: bytes) -> int:
    """The line of the refusal, 0 for none."""
    try:
        parse(data)
    except PatchError as error:
        return error.line
    return 0


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32))
def test_nothing_but_patch_error_is_ever_raised(seed: int) -> None:
    """Cut, doubled, shuffled and flipped bytes of a diff are refused by name or parsed."""
    rng = random.Random(seed)
    data = bytearray(SAMPLE)
    for _ in range(rng.randint(1, 4)):
        at, end = sorted((rng.randrange(len(data) + 1), rng.randrange(len(data) + 1)))
        piece = rng.choice(
            [
                b"",
                b"\n",
                b"@@ -1 +1 @@\n",
                b"\\ x\n",
                b'"',
                data[at:end] * 2,
                b"\xff\x00",
                b"9" * 20,
            ]
        )
        data[at : at + rng.randint(0, 20)] = piece
    assert 0 <= refused_at(bytes(data)) <= data.count(b"\n") + 2


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200), st.binary(max_size=60))
def test_any_bytes_are_parsed_or_refused(head: bytes, body: bytes) -> None:
    """The header of a file does not open a way around the parser."""
    for data in (head, b"diff --git a/f b/f\n" + head + b"\n", HEADER + b"@@ -1 +1 @@\n" + body):
        assert refused_at(data) >= 0


SAMPLE = (
    HEADER + b"@@ -1,3 +1,3 @@ def f():\n a\n-b\n+c\n d\n\\ No newline at end of file\n"
    b'diff --git "a/\\303\\251 \\t" "b/\\303\\251 \\t"\nold mode 100644\nnew mode 100755\n'
    b"diff --git a/x b/y\nsimilarity index 90%\nrename from x\nrename to y\n"
    b"index 1234567..89abcde\n"
    b"--- a/x\n+++ b/y\n@@ -9 +9,2 @@\n a\n+\n"
    b"diff --git a/e b/e\nnew file mode 100644\nindex 0000000..e69de29\n"
    b"diff --git a/g b/g\nindex 1111111..2222222 100644\nGIT binary patch\nliteral 3\nKcmxx\n\n"
    b"literal 2\nJcmyy\n\n"
)


def test_sample_is_read_whole() -> None:
    """What the fuzz starts from is valid, so that its damage is what is refused."""
    files = parse(SAMPLE)
    assert [file.status for file in files] == [
        Status.MODIFIED,
        Status.MODE,
        Status.RENAMED,
        Status.ADDED,
        Status.MODIFIED,
    ]
    assert [file.path for file in files] == [b"f", "é \t".encode(), b"y", b"e", b"g"]
    assert files[4].binary
    assert files[4].sizes == (2, 3)
    assert files[0].hunks[0].section == b"def f():"


@pytest.mark.parametrize(
    "name",
    [
        b"with space",
        b"trail ",
        b'quo"te',
        b"back\\slash",
        b"tab\there",
        b"new\nline",
        b"esc\x1b[2J",
        b"latin\xe9",
        "ünï漢".encode(),
        "bidi\u202e".encode(),
        b"-dash",
        b"a/b c/d e",
        b"b/f b/f",
        b"\x01\x7f",
    ],
)
@pytest.mark.parametrize("setting", ["true", "false"])
def test_field_d15_paths_come_back_as_they_are(repo: Repo, name: bytes, setting: str) -> None:
    """Quoted in C style or not, edited, renamed, with a new mode or empty: the bytes return."""
    repo.git("config", "core.quotePath", setting)
    body = b"".join(b"%d\n" % i for i in range(20))
    diff = repo.change({name: body}, {name: body + b"x\n", name + b".empty": b""})
    files = {file.path: file for file in parse(diff)}
    assert set(files) == {name, name + b".empty"}
    assert (files[name].old_path, files[name].new_path) == (name, name)
    repo.git("mv", "--", str(repo.root / Path(name.decode(errors="surrogateescape"))), "moved")
    repo.commit()
    moved = parse(repo.diff())
    assert [(file.old_path, file.new_path, file.similarity) for file in moved] == [
        (name, b"moved", 100)
    ]


def test_field_d5_every_kind_of_change_is_told(repo: Repo) -> None:
    """Mode, rename, copy, empty, deleted, added, symlink and binary, as git --raw says."""
    body = b"".join(b"line %d\n" % i for i in range(30))
    repo.commit(
        {b"gone": b"g\n", b"old": body, b"run": b"#!\n", b"source": body * 2, b"bin": b"\0\1" * 50}
    )
    repo.git("mv", "old", "renamed")
    repo.write(
        {b"gone": None, b"empty": b"", b"copy": body * 2 + b"x\n", b"source": body * 2 + b"\n"}
    )
    repo.write({b"bin": b"\0\2" * 60})
    (repo.root / "run").chmod(0o755)
    (repo.root / "link").symlink_to("run")
    repo.commit()
    files = {file.path: file for file in parse(repo.git("diff", "-M", "-C", "HEAD~1", "HEAD"))}
    raw = repo.git("diff", "--raw", "-z", "-M", "-C", "HEAD~1", "HEAD")
    assert len(files) == raw.count(b":1") + raw.count(b":0")
    assert {name: file.status for name, file in files.items()} == {
        b"gone": Status.DELETED,
        b"renamed": Status.RENAMED,
        b"empty": Status.ADDED,
        b"copy": Status.COPIED,
        b"source": Status.MODIFIED,
        b"run": Status.MODE,
        b"link": Status.ADDED,
        b"bin": Status.MODIFIED,
    }
    assert files[b"bin"].binary
    assert files[b"link"].new_mode == "120000"
    assert (files[b"run"].old_mode, files[b"run"].new_mode) == ("100644", "100755")
    assert files[b"gone"].new_path is None
    assert files[b"empty"].old_path is None


def test_field_d1_counts_come_from_the_hunks(repo: Repo) -> None:
    """`*.py -diff` hides a change from --numstat, but not from the counts."""
    diff = repo.change({b"a.py": b"a\n"}, {b"a.py": b"b\nc\n", b".gitattributes": b"*.py -diff\n"})
    file = next(file for file in parse(diff) if file.path == b"a.py")
    assert (file.added, file.removed) == (2, 1)


def test_counts_equal_numstat(repo: Repo) -> None:
    """An ordinary diff: git's own counting agrees."""
    rng = random.Random(7)
    old = [b"line %d\n" % rng.randint(0, 50) for _ in range(400)]
    new = [line if rng.random() > 0.1 else b"other\n" for line in old]
    diff = repo.change({b"f": b"".join(old)}, {b"f": b"".join(new)})
    added, removed, _ = repo.git("diff", "--histogram", "--numstat", "HEAD~1", "HEAD").split(b"\t")
    file = parse(diff)[0]
    assert (file.added, file.removed) == (int(added), int(removed))


BAD = {
    "prose around it": (b"Here is the patch:\n" + HEADER, 1),
    "a count too high": (HEADER + b"@@ -1,3 +1,3 @@\n a\n-b\n+c\n", 9),
    "a count too low": (HEADER + b"@@ -1 +1 @@\n-a\n+b\n c\n", 8),
    "more added than said": (HEADER + b"@@ -1,2 +1,1 @@\n-a\n+b\n+c\n", 8),
    "removed more than said": (HEADER + b"@@ -1 +1,2 @@\n a\n-b\n+c\n", 7),
    "no prefix on a line": (HEADER + b"@@ -1,2 +1,2 @@\n a\nb\n", 7),
    "no a/ and b/": (b"diff --git f f\n--- f\n+++ f\n@@ -1 +1 @@\n-a\n+b\n", 2),
    "no +++": (b"diff --git a/f b/f\n--- a/f\n@@ -1 +1 @@\n-a\n+b\n", 3),
    "another file in ---": (HEADER.replace(b"--- a/f", b"--- a/g") + b"@@ -1 +1 @@\n-a\n+b\n", 4),
    "combined": (b"diff --cc f\nindex 1,2..3\n--- a/f\n+++ b/f\n@@@ -1 -1 +1 @@@\n", 1),
    "cut in a line": (HEADER + b"@@ -1 +1 @@\n-a\n+b", 7),
    "hunks out of order": (HEADER + b"@@ -9 +9 @@\n-a\n+b\n@@ -1 +1 @@\n-a\n+b\n", 8),
    "a shift that does not add up": (HEADER + b"@@ -5 +9 @@\n-a\n+b\n", 5),
    "a note in the middle": (HEADER + b"@@ -1,2 +1,2 @@\n a\n\\ No newline\n-b\n+b\n", 6),
    "a bad octal name": (b'diff --git "a/\\9" "b/\\9"\nold mode 100644\nnew mode 100755\n', 1),
    "a huge count": (HEADER + b"@@ -1,999999999 +1,999999999 @@\n a\n", 7),
    "a new file that has an old side": (
        b"diff --git a/f b/f\nnew file mode 100644\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n",
        4,
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_field_d20_a_wrong_patch_is_refused_with_its_line(name: str) -> None:
    """Half a patch shown as a whole one would hide a defect."""
    data, line = BAD[name]
    with pytest.raises(PatchError) as caught:
        parse(data)
    assert caught.value.line == line, str(caught.value)
    assert str(caught.value).startswith(f"line {line}: ")


def test_unquote_knows_all_of_gits_escapes() -> None:
    """A byte for a byte."""
    assert unquote(rb"\a\b\t\n\v\f\r\"\\\303\251") == b'\a\b\t\n\v\f\r"\\\xc3\xa9'


def test_no_files_in_no_bytes() -> None:
    """An empty diff is a diff."""
    assert parse(b"") == []
