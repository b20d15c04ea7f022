"""A reviewer's tree lives in the study, not in the clone alone: made again, carried, checked."""

import base64
import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from workbench.adapters.importers.rows import read_rows
from workbench.adapters.workcopies import WorkCopies
from workbench.bootstrap import Workbench, create_study, open_workbench
from workbench.domain.label import Act, Effort
from workbench.exporting import make_export, make_preference_export
from workbench.services.edits import keep_edit, measure_edit
from workbench.services.rebuilds import Rebuilt, rebuild
from workbench.study import find_study

from .trees import Files, make_study

BASE: Files = {
    "app.py": "".join(f"value_{n} = {n}\n" for n in range(40)),
    "data/a.bin": b"a\0b",
    "win.txt": "one\r\ntwo\r\n",
    "sub/old name.py": "".join(f"line {n}\n" for n in range(20)),
}
MADE: dict[str, Files] = {"m1": {"app.py": "".join(f"better_{n} = {n}\n" for n in range(40))}}
EDITS: tuple[Files, ...] = (
    {"app.py": "better = 1\n"},
    {"data/a.bin": b"\0\r\n\xff" * 99, "data/b.bin": bytes(range(256))},
    {"win.txt": "one\ntwo\r\nno end", "app.py": b"\xff\xfe is no text \n", "empty": ""},
    {"sub/old name.py": None, "sub/new \u00e9.py": BASE["sub/old name.py"]},
    {**BASE},  # nothing of the patch is left
)


def say_nothing(_what: str, _n: int) -> None:
    """Nobody waits."""


def faults(bench: Workbench) -> list[tuple[str, str]]:
    return [(fault.kind, fault.sentence) for fault in bench.audit(say_nothing)]


def make_edits(bench: Workbench) -> None:
    """Each of EDITS in turn, as an event of its own on the one output."""
    reviews, copies = bench.reviews("ann"), WorkCopies(bench.clones.path, "")
    for n, files in enumerate(EDITS):
        (line,) = bench.store.list_outputs()
        item = bench.store.get_review_item("ann", line.output_id, open_names=False)
        copy = copies.open("", item.tree)
        for name, data in files.items():
            place = copy / "tree" / name
            if data is None:
                place.unlink()
            else:
                place.write_bytes(data.encode() if isinstance(data, str) else data)
        edit = measure_edit(item, copies.take("", item.tree, copy), bench.clones, bench.clones)
        copies.drop(copy)
        kept = keep_edit(item, edit, copies, reviews.keep_patch)
        judgement, effort = kept.apply(item.judgement), Effort(datetime(2026, 1, 1 + n, tzinfo=UTC))
        reviews.record(item.output_id, Act.LABEL, judgement, effort, item.judgement)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("edit-trees")
    with open_workbench(find_study(make_study(home, BASE, MADE))) as bench:
        make_edits(bench)
    return home


@pytest.fixture
def bench(home: Path, tmp_path: Path) -> Iterator[Workbench]:
    """A copy of the study with five edits."""
    study = find_study(Path(shutil.copytree(home / "study", tmp_path / "study")))
    with open_workbench(study) as opened:
        yield opened


def test_a_lost_clone_comes_back_with_every_tree_that_was_made(bench: Workbench) -> None:
    """Text, binaries, line ends, a rename, the base itself: verify tells, --rebuild makes."""
    assert faults(bench) == []
    shutil.rmtree(bench.study.state / "clones")
    lost = faults(bench)
    assert {kind for kind, _ in lost} == {"object"}
    assert len(lost) == 1 + len(EDITS)
    assert rebuild(bench.store, bench.clones, say_nothing) == Rebuilt(len(EDITS), ())
    assert faults(bench) == []
    assert rebuild(bench.store, bench.clones, say_nothing) == Rebuilt(0, ())


def test_verify_compares_tree_and_corrected_patch(bench: Workbench) -> None:
    """Bytes that are gone, and bytes that lead to another tree, are told with their event."""
    first, second, *_ = bench.store.list_made_trees()
    with closing(sqlite3.connect(bench.study.database)) as db, db:
        data = db.execute("SELECT data FROM blob WHERE sha256 = ?", (first.patch,)).fetchone()[0]
        other = data.replace(b"+better = 1", b"+better = 2")
        db.execute("UPDATE blob SET data = ? WHERE sha256 = ?", (other, first.patch))
        db.execute("DELETE FROM blob WHERE sha256 = ?", (second.patch,))
    found = [(fault.kind, fault.row, fault.sentence) for fault in bench.audit(say_nothing)]
    assert [row[:2] for row in found] == [
        ("blob", first.patch),
        ("blob", "label_event 2"),
        ("edit", "label_event 1"),
    ]
    assert f", not {first.tree[:12]}" in found[-1][2]


def export(bench: Workbench) -> str:
    """Every event, word for word."""
    made = make_export(bench, "jsonl", "verbatim", everything=True, is_printed=False)
    return "".join(made.lines())


@contextmanager
def read_into_new(text: str, home: Path, folder: Path) -> Iterator[tuple[Workbench, list[str]]]:
    """A new study with what an export holds, and what was left out of it."""
    (folder / "rows.jsonl").write_text(text, "utf-8")
    with open_workbench(create_study(folder / "new", {"": home / "repository"})) as new:
        done = new.imports.add(read_rows(folder / "rows.jsonl"), "rows.jsonl")
        yield new, [f"{problem.where}: {problem.reason}" for problem in done.problems]


def test_an_export_carries_the_trees_and_comes_back_byte_for_byte(
    bench: Workbench, home: Path, tmp_path: Path
) -> None:
    """FORMATS 5.12: `corrected_patch`, what is no UTF-8 as base64."""
    text = export(bench)
    rows = [json.loads(line) for line in text.splitlines()]
    assert [row["corrected_patch_encoding"] for row in rows] == [
        *("utf8", "base64", "base64", "utf8", "utf8")
    ]
    assert "+better = 1\n" in rows[0]["corrected_patch"]
    assert b"data/b.bin" in base64.b64decode(rows[1]["corrected_patch"])
    assert "rename from sub/old name.py" in rows[3]["corrected_patch"]
    assert not rows[4]["corrected_patch"]
    with read_into_new(text, home, tmp_path) as (new, problems):
        assert problems == []
        assert export(new) == text
        assert faults(new) == []


def test_kto_takes_what_the_reviewer_made_as_good(bench: Workbench) -> None:
    """FORMATS 5: the corrected text is good, whatever the original was."""
    for day in (1, 2):  # back to the third edit, of which nothing was kept
        bench.reviews("ann").undo(Effort(datetime(2026, 2, day, tzinfo=UTC)))
    told = {"with_message": False, "abstain_as_text": False}
    made = make_preference_export(bench, "kto", "verbatim", everything=False, **told)
    original, corrected = [json.loads(line) for line in made.lines()]
    assert ("better_1 = 1" in original["completion"], original["label"]) == (True, False)
    assert ("no end" in corrected["completion"], corrected["label"]) == (True, True)


def test_an_edit_whose_patch_leads_to_another_tree_is_left_out(
    bench: Workbench, home: Path, tmp_path: Path
) -> None:
    """The other rows go in; the reason names the line."""
    rows = [json.loads(line) for line in export(bench).splitlines()]
    rows[0]["edited"]["tree"] = rows[1]["edited"]["tree"]
    rows[2]["corrected_patch"] = rows[1]["corrected_patch"]
    del rows[3]["corrected_patch"]
    text = "".join(json.dumps(row) + "\n" for row in rows)
    with read_into_new(text, home, tmp_path) as (new, problems):
        assert sorted(problem[:48] for problem in problems) == [
            "line 1: its label was left out: its patch gives ",
            "line 3: a field has the wrong type or value: the",
            "line 4: a field has the wrong type or value: cor",
        ]
        assert len(new.store.list_made_trees()) == len(EDITS) - 3
        assert faults(new) == []
