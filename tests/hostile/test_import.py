"""The whole corpus of patches through our own import, and what every command says of it."""

import json
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest
from cli.forks import run_forked

from e2e.kit import query
from workbench.adapters.git import Git
from workbench.bootstrap import Workbench, open_workbench
from workbench.domain.delivery import Rung
from workbench.domain.draft import Decision
from workbench.domain.label import EditClass, Label
from workbench.domain.output import Output
from workbench.study import find_study

Snapshot = dict[str, tuple[int, str]]
Record = Callable[[str, object], None]
SAFE = {Rung.PLAIN, Rung.NEWLINE, Rung.RECOUNT, Rung.FUZZ}


@dataclass(frozen=True, slots=True)
class Attack:
    """A study that was offered all 74, what the import said, and how things stood before it."""

    folder: Path
    patches: Mapping[str, bytes]
    order: tuple[str, ...]
    imported: subprocess.CompletedProcess[str]
    before: Snapshot
    outputs: Mapping[str, Output]

    @property
    def outer(self) -> Path:
        """The folder with the repository, and the secret beside it."""
        return self.folder / "outer"

    @property
    def study(self) -> Path:
        return self.folder / "study"

    def run(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        """A command, started inside the repository under attack."""
        return run(self.outer / "repo", *arguments, "--study", self.study)


def run(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """`workbench` in a folder, whatever it ends with."""
    words = [*map(str, arguments)]
    return subprocess.CompletedProcess(words, *run_forked(words, folder=folder))


@pytest.fixture(scope="module")
def attack(
    build: ModuleType,
    snapshot: Callable[[Path], Snapshot],
    tmp_path_factory: pytest.TempPathFactory,
) -> Attack:
    """A ticket for each patch, all on one victim; nothing is expected to go well."""
    folder = tmp_path_factory.mktemp("attack")
    items = [item for item in build.build(folder / "corpus") if item["kind"] == "patch"]
    patches = {item["id"]: (folder / "corpus" / item["file"]).read_bytes() for item in items}
    repository = build.victim(folder)
    tickets = [{"id": name, "title": name, "body": "-"} for name in patches]
    outputs = [
        {
            "instance_id": name,
            "model_name_or_path": "m",
            "model_patch": patch.decode("utf-8", "surrogateescape"),
        }
        for name, patch in patches.items()
    ]
    for name, rows in (("tickets", tickets), ("outputs", outputs)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    before = snapshot(folder / "outer")
    study = ("--study", folder / "study")
    assert run(repository, "init", "--repo", ".", *study).returncode == 0
    assert run(repository, "tickets", "import", folder / "tickets.jsonl", *study).returncode == 0
    imported = run(repository, "outputs", "import", folder / "outputs.jsonl", *study)
    with open_workbench(find_study(folder / "study")) as bench:
        lines = bench.store.list_outputs()
        stored = {line.ticket_id: bench.store.get_output(line.output_id) for line in lines}
    return Attack(folder, patches, tuple(patches), imported, before, stored)


@pytest.fixture
def bench(attack: Attack) -> Iterator[Workbench]:
    """The study, open."""
    with open_workbench(find_study(attack.study)) as opened:
        yield opened


def test_g1_import_ends_as_the_manifest_wants(
    attack: Attack, patch_item: Mapping[str, str]
) -> None:
    """REFUSE: no tree, the bytes kept, the rule named by file and line; all else: a tree."""
    name = patch_item["id"]
    output, applied = attack.outputs[name], attack.outputs[name].applied
    assert output.patch == attack.patches[name]
    place = f"outputs.jsonl: line {attack.order.index(name) + 1}, {name}: patch refused: "
    told = [line for line in attack.imported.stderr.splitlines() if place in line]
    if patch_item["want"] != "REFUSE":
        assert applied.rung in SAFE
        assert applied.tree
        assert told == []
        return
    assert applied.rung not in SAFE
    assert (applied.tree, applied.diff) == ("", b"")
    assert len(told) == (applied.rung is Rung.REFUSED)
    assert all(applied.detail in line for line in told)


def test_g1_import_of_refused_patches_ends_with_3(attack: Attack) -> None:
    """One line for each, and no traceback."""
    refused = sum(output.applied.rung is Rung.REFUSED for output in attack.outputs.values())
    assert attack.imported.returncode == 3
    assert attack.imported.stderr.count(": patch refused: ") == refused >= 30
    assert "Traceback" not in attack.imported.stderr
    assert f"{len(attack.patches)} rows read" in attack.imported.stdout


def test_g1_a_refused_patch_can_be_labelled(
    attack: Attack, bench: Workbench, record_property: Record
) -> None:
    """It is an answer of the candidate like any other, and the event of it is in the log."""
    reviews, refused = bench.reviews("ann"), []
    for output in attack.outputs.values():
        if output.applied.rung is Rung.REFUSED:
            decision = Decision(Label.EDITED, EditClass.REJECTED)
            saved = reviews.decide(output.output_id, decision)
            assert saved.item.label is Label.EDITED
            refused.append(output.output_id)
    record_property("cases", len(refused))
    sql = (
        "SELECT DISTINCT o.output_id FROM label_event e JOIN output o ON o.id = e.output"
        " WHERE e.reviewer = (SELECT max(reviewer) FROM label_event)"
    )
    assert {row[0] for row in query(attack.study, sql)} == set(refused)


COMMANDS = (
    ("outputs", "list"),
    ("outputs", "list", "--json"),
    ("metrics",),
    ("export", "jsonl", "-o", "{0}/all.jsonl", "--all", "--text", "verbatim"),
    ("export", "csv", "-o", "{0}/all.csv", "--all", "--text", "verbatim"),
    ("verify",),
)


def test_g2_g7_no_command_changes_anything_outside(
    attack: Attack, snapshot: Callable[[Path], Snapshot], record_property: Record
) -> None:
    """Not the parent folder, the work tree or .git; no file pwn; the secret is nowhere."""
    for command in COMMANDS:
        done = attack.run(*(word.format(attack.folder) for word in command))
        assert done.returncode == 0, (command, done.stderr)
        assert "SECRET" not in done.stdout
    for name in ("p50_dash_name", "p17_copy_from_outside"):
        assert attack.run("outputs", "show", attack.outputs[name].output_id).returncode == 0
    record_property("cases", len(attack.patches))
    assert snapshot(attack.outer) == attack.before
    assert not [path for path in attack.folder.rglob("*") if path.name in {"pwn", "-rf", "PWNED"}]
    files = [path for path in attack.study.rglob("*") if path.is_file()]
    files += [attack.folder / "all.jsonl", attack.folder / "all.csv"]
    assert not [file for file in files if b"SECRET" in file.read_bytes()]


def test_g2_no_object_holds_what_was_outside(attack: Attack) -> None:
    """Neither the secret, nor the repository's config, nor the name of this machine."""
    (clone,) = (attack.study / ".workbench" / "clones").glob("*.git")
    listed = Git(clone).run("cat-file", "--batch-check", "--batch-all-objects")
    outside = [b"SECRET", (attack.outer / "repo" / ".git" / "config").read_bytes()]
    outside += [Path("/etc/hostname").read_bytes()] if Path("/etc/hostname").is_file() else []
    for line in listed.splitlines():
        content = Git(clone).run("cat-file", "-p", line.split()[0].decode())
        assert not [text for text in outside if text.strip() and text.strip() in content]
