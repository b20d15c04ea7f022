"""The whole corpus in and out again: exact where asked, redacted by default, never a formula."""

import base64
import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

from e2e.kit import run_workbench

Record = Callable[[str, object], None]
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
BLANK = " \"'\u00a0\u3000\ufeff\u200b"


@dataclass(frozen=True, slots=True)
class Corpus:
    """Every item as a patch, every text also as a message; a study that took them in."""

    folder: Path
    patches: Mapping[str, bytes]
    texts: Mapping[str, bytes]

    def run(self, *arguments: object, study: str = "study", code: int = 0) -> str:
        """A command on a study of this folder; what it printed."""
        done = run_workbench(*arguments, "--study", self.folder / study, code=code)
        return done.stdout + done.stderr

    def export(self, kind: str, name: str, *options: str, study: str = "study") -> bytes:
        """The bytes of an export."""
        file = self.folder / name
        self.run("export", kind, "-o", file, "--all", *options, study=study)
        return file.read_bytes()

    def rows(self, name: str, *options: str) -> dict[tuple[str, str], dict[str, object]]:
        """An export's rows by ticket and candidate."""
        lines = self.export("jsonl", name, *options).splitlines()
        return {(row["ticket_id"], row["candidate"]): row for row in map(json.loads, lines)}


def as_text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def write(path: Path, rows: Sequence[Mapping[str, object]]) -> Path:
    """JSONL, as a harness writes it."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


@pytest.fixture(scope="module")
def corpus(build: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """104 items through the import that a user calls."""
    folder = tmp_path_factory.mktemp("exports")
    items = build.build(folder / "corpus")
    data = {item["id"]: (folder / "corpus" / item["file"]).read_bytes() for item in items}
    texts = {item["id"]: data[item["id"]] for item in items if item["kind"] == "text"}
    made = Corpus(folder, data, texts)
    tickets = [{"id": name, "title": name} for name in data]
    outputs = [
        {"instance_id": name, "model_name_or_path": "m", "model_patch": as_text(patch)}
        for name, patch in data.items()
    ] + [
        {"instance_id": name, "model_name_or_path": "said", "message": as_text(text)}
        for name, text in texts.items()
    ]
    repository = build.victim(folder)
    for study in ("study", "copy"):
        made.run("init", "--repo", repository, study=study)
    made.run("tickets", "import", write(folder / "tickets.jsonl", tickets))
    made.run("outputs", "import", write(folder / "outputs.jsonl", outputs), code=3)
    return made


def test_d12_every_item_comes_back_byte_for_byte(corpus: Corpus, record_property: Record) -> None:
    """All 104 with --text verbatim --all, refused ones and those that are no text included."""
    rows = corpus.rows("all.jsonl", "--text", "verbatim")
    for name, patch in corpus.patches.items():
        row = rows[name, "m"]
        text = str(row["patch"])
        is_coded = row["patch_encoding"] == "base64"
        found = base64.b64decode(text) if is_coded else text.encode()
        assert found == patch, name
        assert row["patch_sha256"] == hashlib.sha256(patch).hexdigest()
    for name, said in corpus.texts.items():
        shown = as_text(said).encode("utf-8", "backslashreplace").decode()
        assert rows[name, "said"]["message"] == shown, name
    assert {row["applied"] for row in rows.values()} >= {"plain", "refused", "failed", "empty"}
    record_property("cases", len(corpus.patches))


def test_d12_an_import_and_another_export_give_the_same_file(
    corpus: Corpus, record_property: Record
) -> None:
    """In a study that has never seen the corpus."""
    first = corpus.export("jsonl", "first.jsonl", "--text", "verbatim")
    corpus.run("import", corpus.folder / "first.jsonl", study="copy")
    assert corpus.export("jsonl", "second.jsonl", "--text", "verbatim", study="copy") == first
    corpus.run("verify", study="copy")
    record_property("cases", len(first.splitlines()))


def test_k2_by_default_no_secret_leaves(corpus: Corpus, record_property: Record) -> None:
    """t28: 4 of 4 out of patch and message, counted; the hash is still that of the original."""
    row = corpus.rows("redacted.jsonl")
    shown = "key [redacted key] [redacted key] [redacted key] [redacted pem]\n"
    assert row["t28_secret", "m"]["patch"] == shown
    assert row["t28_secret", "said"]["message"] == shown
    digest = hashlib.sha256(corpus.patches["t28_secret"]).hexdigest()
    assert row["t28_secret", "m"]["patch_sha256"] == digest
    manifest = json.loads((corpus.folder / "redacted.jsonl.manifest.json").read_text("utf-8"))
    assert (manifest["filters"]["text"], manifest["redacted"]["pem"]) == ("redacted", 2)
    assert manifest["redacted"]["key"] >= 6
    for mode, kind in (("none", "jsonl"), ("redacted", "csv")):
        data = corpus.export(kind, f"{mode}.{kind}", "--text", mode)
        found = (b"AAAABBBBCCCC", b"0123456789abcdefghij", b"AKIAIOSFODNN7", b"PRIVATE KEY")
        assert not [secret for secret in found if secret in data], (mode, kind)
    record_property("cases", 4)


def cells(data: bytes) -> Iterator[str]:
    """Every cell below the header."""
    lines = csv.reader(io.StringIO(data.decode(), newline=""))
    head = next(lines)
    assert head[-1] == "formula_safe"
    for line in lines:
        assert line[-1] == "apostrophe"
        yield from line


@pytest.mark.slow
def test_d12_no_cell_of_a_table_is_a_formula(corpus: Corpus, record_property: Record) -> None:
    """t27 and each leading character, plain, quoted and behind blanks, in every field with words.

    Titles and candidates' names come from files, quotes and notes from a reviewer.
    """
    lines = [line for line in as_text(corpus.texts["t27_csv"]).split("\n") if line.strip()]
    words = [*lines, *(f"{blank}{sign}1" for sign in FORMULA for blank in ("", *BLANK, "\" '"))]
    words += ["a\r=1", "a\n=1", "a\r\n=1", "a,\t=1"]  # one cell each, in every reader
    folder = corpus.folder
    corpus.run("init", "--repo", folder / "outer" / "repo", study="table")
    tickets = [{"id": f"t{n}", "title": text} for n, text in enumerate(words)]
    outputs = [
        {"instance_id": f"t{n}", "model_name_or_path": text or "m", "message": text}
        for n, text in enumerate(words)
        if text.strip()
    ]
    corpus.run("tickets", "import", write(folder / "words.jsonl", tickets), study="table")
    corpus.run("outputs", "import", write(folder / "said.jsonl", outputs), study="table")
    ids = json.loads(corpus.run("outputs", "list", "--json", study="table"))["outputs"]
    for row, text in zip(ids[:3], ("=1+1", "  @x", "\uff0d1"), strict=True):
        arguments = ("label", row["id"], "abstained", "--quote", text, "--note", text)
        corpus.run(*arguments, "--reviewer", text.strip(), study="table")

    n = 0
    for mode in ("verbatim", "redacted", "none"):
        for cell in cells(corpus.export("csv", "table.csv", "--text", mode, study="table")):
            n += 1
            assert not cell.lstrip(BLANK).startswith(FORMULA) or cell.startswith("'"), cell
            assert not cell.startswith(FORMULA), cell
    record_property("cases", len(words))
    assert n > 3 * len(words)
