"""A study in which every text that others write is hostile, and a judge of what a terminal gets.

Thirty texts stand in every place that a screen shows. Each is marked by a letter for the place and
two digits for the text, so that a test can tell which of them were really on the screen.
"""

import importlib.util
import json
import re
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from workbench.text import decode, display, steady

from .kit import Pty, run_workbench

HOSTILE = Path(__file__).parents[1] / "hostile" / "build.py"
_MODE = rb"\x1b\[\?[0-9;]*[hl]"
_ALLOWED = re.compile(
    rb"\x1b\[[0-9;:]*m|\x1b\[\d+;\d+H|" + _MODE + rb"|\x1b\[\?\d+\$p|\x1b\[>[0-9;]*u|\x1b\[<u"
    rb"|\x1b\](?:10|11|22);[a-z?]*\x07"
)
BASE_LINES = [b" keep 1", b" keep 2", b" keep 3", b" keep 4"]  # no name for a hunk


def load_build() -> ModuleType:
    """tests/hostile/build.py as a module."""
    spec = importlib.util.spec_from_file_location("hostile_build", HOSTILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# What a terminal may get.


def faults(wire: bytes, clean: bytes) -> dict[str, int]:
    """What a terminal should never have got; `clean` is the wire of a run without such texts."""
    found: Counter[str] = Counter()
    for character in _ALLOWED.sub(b"", wire).decode("utf-8", "surrogateescape"):
        code = ord(character)
        is_control = (code < 0x20 and character not in "\r\n") or 0x7F <= code <= 0x9F
        if is_control or 0xDC80 <= code <= 0xDCFF:
            found[f"U+{code:04X}"] += 1
    for mode, n in (_modes(wire) - _modes(clean)).items():
        found[f"mode {mode.decode()!r}"] += n
    return dict(found)


def _modes(wire: bytes) -> Counter[bytes]:
    """How often each private mode is switched; cursor and synchronised output are in any frame."""
    return Counter(m for m in re.findall(_MODE, wire) if m[3:-1] not in {b"25", b"2026"})


def part(screen: Pty, columns: range, lines: range) -> str:
    """A part of the screen by its cells: wide characters shift nothing."""
    rows = (screen.cells[y] for y in lines)
    return "\n".join("".join(row[x].data for x in columns) for row in rows)


# The study.


@dataclass(frozen=True, slots=True)
class Gauntlet:
    """Thirty tickets with four outputs each, or with one whose tests failed."""

    folder: Path
    texts: Mapping[int, bytes]
    env: Mapping[str, str]

    def open(self, size: tuple[int, int], *more: str) -> Pty:
        """`workbench review` in a terminal."""
        return Pty("review", "--study", self.folder, *more, size=size, env=self.env)

    def marked(self, place: str, number: int) -> str:
        """What the screen shows of a text in a place, at the least: its mark and one character."""
        shown = steady(display(decode(self.texts[number].split(b"\n")[0])))
        return f"{place}{number:02}{shown[0]}"

    def missing(self, text: str, places: str, number: int) -> set[str]:
        """In which places a text is not yet on this part of a screen."""
        return {mark for mark in (self.marked(p, number) for p in places) if mark not in text}


def make(folder: Path, env: Mapping[str, str], *, settled: bool = False) -> Gauntlet:
    """By the commands a person would type. `settled`: the tests of all outputs failed.

    The outputs of a ticket: a patch that applies, one with the text in its path, a question, and a
    patch that fits nowhere.
    """
    items = load_build().build(folder / "corpus")
    names = [item["file"] for item in items if item["kind"] == "text"]
    texts = {n: (folder / "corpus" / name).read_bytes() for n, name in enumerate(names, 1)}
    made = Gauntlet(folder / "study", texts, env)
    rows = {n: text.removesuffix(b"\n") for n, text in texts.items()}
    _make_repository(folder / "repository", rows, env)
    tickets = [
        {"id": b"i%02d" % n + t, "title": b"t%02d" % n + _start(t, 300), "body": b"b%02d" % n + t,
         "spec": "clear"}
        for n, t in rows.items()
    ]  # fmt: skip
    outputs = [row for n, text in rows.items() for row in _outputs(n, text)]
    tests = [
        {"ticket": b"i%02d" % n + text, "candidate": b"c%02d" % n + text,
         "tests": "fail" if settled else "pass", "reason": b"r%02d" % n + text}
        for n, text in rows.items()
    ]  # fmt: skip
    for name, lines in (("tickets", tickets), ("tests", tests)):
        _write(folder / f"{name}.jsonl", lines)
    _write(folder / "outputs.jsonl", outputs[::4] if settled else outputs)

    def run(*words: object, code: int = 0) -> None:
        run_workbench(*words, "--study", made.folder, env=env, code=code)

    run("init", "--repo", folder / "repository")
    run("tickets", "import", folder / "tickets.jsonl")
    run("outputs", "import", folder / "outputs.jsonl", code=0 if settled else 3)
    run("outputs", "tests", folder / "tests.jsonl")
    _tamper(made)
    return made


def _outputs(n: int, text: bytes) -> list[dict[str, object]]:
    ticket = b"i%02d" % n + text
    change = _change(n, text)

    def output(letter: bytes, patch: bytes, **more: object) -> dict[str, object]:
        name = letter + b"%02d" % n + text
        return {"instance_id": ticket, "model_name_or_path": name, "model_patch": patch, **more}

    says = {"message": b"m%02d" % n + _start(text, 1_000), "self_flagged": [b"g%02d" % n + text]}
    return [
        output(b"c", change, **says),
        output(b"d", _named(n, text)),
        output(b"e", b"", message=b"a%02d" % n + text, questions=[b"q%02d" % n + text]),
        output(b"f", change.replace(b" keep", b" gone").replace(b"- o", b"-never there ")),
    ]


def _base(n: int, text: bytes) -> list[bytes]:
    """A file whose first line is what the others stand in."""
    section = b"def s%02d" % n + text.split(b"\n")[0]
    return [section, *BASE_LINES, *(b" o%02d" % n + text).split(b"\n"), *BASE_LINES]


def _change(n: int, text: bytes) -> bytes:
    """A patch to that file: the text goes and comes."""
    old, new = (mark % n + text for mark in (b" o%02d", b" p%02d"))
    size = old.count(b"\n") + 1
    lines = [
        b"diff --git a/base%02d.txt b/base%02d.txt" % (n, n),
        b"--- a/base%02d.txt" % n,
        b"+++ b/base%02d.txt" % n,
        b"@@ -3,%d +3,%d @@" % (size + 6, size + 6),
        *(b" " + line for line in BASE_LINES[1:]),
        *(b"-" + line for line in old.split(b"\n")),
        *(b"+" + line for line in new.split(b"\n")),
        *(b" " + line for line in BASE_LINES[:3]),
    ]
    return b"\n".join(lines) + b"\n"


def _start(text: bytes, n: int) -> bytes:
    return text.decode("utf-8", "surrogateescape")[:n].encode("utf-8", "surrogateescape")


def _named(n: int, text: bytes) -> bytes:
    """A new file with the text in its name, as it is where a patch can hold it so."""
    name = b"n%02d" % n + _start(text.split(b"\n")[0].replace(b"/", b"|"), 30)
    old, new = b"a/" + name, b"b/" + name
    if b"\0" in name:
        old, new = (b'"' + side.replace(b"\0", rb"\000") + b'"' for side in (old, new))
    head = b"diff --git %s %s\nnew file mode 100644\n--- /dev/null\n+++ %s\n" % (old, new, new)
    return head + b"@@ -0,0 +1,2 @@\n+one\n+two\n"


def _make_repository(folder: Path, texts: Mapping[int, bytes], env: Mapping[str, str]) -> None:
    folder.mkdir()
    for n, text in texts.items():
        (folder / f"base{n:02}.txt").write_bytes(b"\n".join(_base(n, text)) + b"\n")
    for words in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-qm", "base"]):
        who = ["-c", "user.name=a", "-c", "user.email=a@localhost", "-c", "core.autocrlf=false"]
        git = [load_build().GIT, *who, *words]
        subprocess.run(git, cwd=folder, env={"PATH": "/usr/bin:/bin", **env}, check=True)


def _write(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    """JSONL that holds the very bytes of a text, valid UTF-8 or not."""
    lines = [json.dumps(_as_text(row), ensure_ascii=False) for row in rows]
    path.write_bytes("".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape"))


def _as_text(value: object) -> object:
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    if isinstance(value, Mapping):
        return {key: _as_text(item) for key, item in value.items()}
    return [_as_text(item) for item in value] if isinstance(value, list) else value


def _tamper(made: Gauntlet) -> None:
    """Texts where only another program could have put them: reasons and badges in the database."""
    with closing(sqlite3.connect(made.folder / ".workbench" / "study.db")) as connection:
        for n, text in made.texts.items():
            shown = decode(text).replace("\n", " ")
            reason, badge = f"x{n:02}{shown}", json.dumps([f"z{n:02}{shown}"])
            connection.execute(
                "UPDATE output SET detail = ?, badges = ? WHERE candidate GLOB ?",
                (reason, badge, f"f{n:02}*"),
            )
        connection.commit()
