"""What deceives is counted, line numbers are git's, bytes are kept: the corpus through the diff."""

import hashlib
import json
import re
import subprocess
import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Protocol

import pytest

from workbench.adapters.importers.predictions import read_predictions
from workbench.diff.document import DiffDocument, build_document, raw_document
from workbench.diff.rows import Kind
from workbench.domain.output import Applied, Delivered
from workbench.text import (
    Marks,
    cells,
    count_marks,
    decode,
    display,
    display_lines,
    fold,
    net,
    steady,
)

RecordProperty = Callable[[str, object], None]


class Victim(Protocol):
    """The fixture of conftest.py."""

    patches: Mapping[str, bytes]

    def apply(self, name: str) -> Applied:
        """What becomes of one patch."""


@pytest.fixture(scope="session")
def texts(build: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The thirty texts by their ids."""
    folder = tmp_path_factory.mktemp("texts")
    items = build.build(folder)
    return {i["id"]: (folder / i["file"]).read_bytes() for i in items if i["kind"] == "text"}


def open_patch(victim: Victim, name: str) -> DiffDocument:
    """What the diff pane shows of a patch of the corpus."""
    applied = victim.apply(name)
    if not applied.rung.has_tree:
        return raw_document(victim.patches[name], f"refused: {applied.detail}", key=name)
    return build_document(applied.diff, key=name)


def shown(document: DiffDocument) -> list[str]:
    """Every row of a document as it is drawn."""
    view = document.view("unified")
    return [document.model.row(row).text for row in view.left]


@pytest.mark.parametrize(
    ("name", "marks"),
    [
        ("p80_trojan_source", Marks(bidi=4)),
        ("p81_homoglyph", Marks(mixed_script=1)),
        ("p82_invisible", Marks(invisible=5)),
        ("p83_tags", Marks(invisible=19)),
        ("p84_esc_body", Marks()),
        ("p88_zalgo", Marks()),
    ],
)
def test_t6_the_badge_of_a_patch_is_the_true_count(victim: Victim, name: str, marks: Marks) -> None:
    """Counted again here, from the bytes of the added lines alone."""
    document = open_patch(victim, name)
    assert document.marks == marks
    added = "".join(
        line[1:] for line in decode(victim.patches[name]).split("\n") if line.startswith("+")
    )
    bidi = len(re.findall("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]", added))
    formats = sum(unicodedata.category(c) == "Cf" for c in added) + added.count("\u3164")
    assert (document.marks.bidi, document.marks.invisible) == (bidi, formats - bidi)


def test_t6_a_refused_name_is_counted_wherever_it_stands(victim: Victim) -> None:
    """p55 names its file three times; each of them could deceive."""
    document = open_patch(victim, "p55_bidi_name")
    raw = decode(victim.patches["p55_bidi_name"])
    assert document.marks == Marks(bidi=raw.count("\u202e"))
    assert document.marks.bidi >= 2
    assert "ph<U+202E>yp.cod" in "\n".join(shown(document))


@pytest.mark.parametrize(
    ("name", "badge"),
    [
        ("t15_bidi", "bidi 12"),
        ("t16_rtl", ""),
        ("t17_invisible", "invisible 11"),
        ("t18_tags", "invisible 14"),
        ("t19_markup", ""),
        ("t20_wide", ""),
        ("t25_seps", "invisible 2"),
        ("t01_osc52_bel", ""),
    ],
)
def test_t6_the_badge_of_a_text_is_the_true_count(
    texts: dict[str, bytes], name: str, badge: str
) -> None:
    """Honest prose of any script has none, and comes out untouched."""
    text = decode(texts[name])
    assert count_marks(text).badge == badge
    if name in {"t16_rtl", "t19_markup", "t20_wide"}:
        assert display_lines(text) == text.split("\n")


def test_t6_nothing_that_deceives_is_left_in_any_row(
    victim: Victim, texts: dict[str, bytes], record_property: RecordProperty
) -> None:
    """All patches and all texts, drawn whole: no control, no format character outside an emoji."""
    documents = [open_patch(victim, name) for name in victim.patches]
    documents += [
        raw_document(text, decode(text), badges=(decode(text),)) for text in texts.values()
    ]
    for document in documents:
        rows = [*shown(document), *(entry.path for entry in document.files)]
        for row in rows:
            assert net(row) == (row, 0)
            drawn = steady(row)
            assert not [
                c for c in drawn if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
            ]
    record_property("cases", len(documents))


def test_t8_line_numbers_are_those_of_git_blame(
    build: ModuleType, texts: dict[str, bytes], tmp_path: Path
) -> None:
    """Separators that Python splits at end no line; every row stands where git blame has it."""
    repository = tmp_path / "repository"
    repository.mkdir()
    old = b"one\n" + texts["t25_seps"] + b"two\n"
    new = b"zero\n" + texts["t25_seps"] * 2 + b"\x85\x0b three\r\nfour\x1c\n" + b"two\n"
    build.git(repository, "init", "-q", "-b", "main")
    for content in (old, new):
        (repository / "seps.txt").write_bytes(content)
        build.git(repository, "add", ".")
        build.git(repository, "commit", "-qm", "seps")

    def git(*words: str) -> bytes:
        command = [build.GIT, "-c", "core.autocrlf=false", *words]
        return subprocess.run(command, cwd=repository, capture_output=True, check=True).stdout

    blamed = git("blame", "--porcelain", "seps.txt").split(b"\n")
    lines = [line[1:] for line in blamed if line.startswith(b"\t")]
    assert lines == new.split(b"\n")[:-1]
    document = build_document(git("diff", "--text", "HEAD~1", "HEAD"), key="k")
    document.attach_blobs("seps.txt", old, new)
    numbered = {}
    for row_id in document.view("unified").left:
        row = document.model.row(row_id)
        if row.is_line and row.kind is not Kind.REMOVED:
            numbered[row.new_line] = row.raw.removesuffix(b"\n")
    assert numbered == dict(enumerate(lines, 1))


def test_t9_field_d17_bytes_that_are_no_text_are_shown_and_kept(
    texts: dict[str, bytes], tmp_path: Path
) -> None:
    """In a row of JSON, raw or escaped: what is kept has the SHA-256 of what came."""
    body = texts["t23_surrogate"]
    head = b"diff --git a/s.txt b/s.txt\nnew file mode 100644\n--- /dev/null\n+++ b/s.txt\n"
    patch = head + b"@@ -0,0 +1 @@\n+" + body
    row = {"instance_id": "t", "model_name_or_path": "m", "message": "m \udced \ud800",
           "model_patch": patch.decode("utf-8", "surrogateescape")}  # fmt: skip
    file = tmp_path / "rows.jsonl"
    line = json.dumps(row | {"message": "m"}, ensure_ascii=False)
    escaped = json.dumps(row)  # the same bytes as lone surrogates
    file.write_bytes(line.encode("utf-8", "surrogateescape") + b"\n" + escaped.encode() + b"\n")
    rows = [found for found in read_predictions(file) if isinstance(found, Delivered)]
    assert len(rows) == 2
    for found in rows:
        assert hashlib.sha256(found.patch).digest() == hashlib.sha256(patch).digest()
        found.message.encode()
    assert r"\xed\xb2\x9b" in display(decode(body))
    assert r"a\xed\xb2\x9bb \xff\xfe \xc0\xaf" in "\n".join(
        shown(raw_document(patch, "as it came"))
    )


def test_t7_every_text_folds_within_its_width_and_loses_nothing(
    texts: dict[str, bytes], record_property: RecordProperty
) -> None:
    """At any width: no line is wider, and only blanks at the breaks are gone."""
    widths = (8, 20, 41, 80)
    for text in texts.values():
        for line in display_lines(text[:3_000]):
            for width in widths:
                parts = fold(line, width)
                assert all(cells(part) <= width for part in parts)
                whole = "".join("".join(parts).split())
                assert whole == "".join("".join(fold(line, 100_000)).split())
    record_property("cases", len(texts) * len(widths))


@pytest.mark.parametrize("indent", [0, 10, 200])
def test_t7_no_indent_pushes_a_text_out_of_sight(indent: int) -> None:
    """A line that begins beyond the edge is folded into the pane all the same."""
    parts = fold(" " * indent + "hidden words " * 20, 40)
    assert all(cells(part) <= 40 for part in parts)
    assert " ".join(parts).split() == ["hidden", "words"] * 20
    assert len(parts) < 20


def test_t7_wide_characters_fold_by_cells() -> None:
    """Counted by characters, half of every line would be cut off."""
    text = "漢字かな交じり文" * 20
    parts = fold(text, 40)
    assert "".join(parts) == text
    assert {cells(part) for part in parts[:-1]} <= {38, 40}
