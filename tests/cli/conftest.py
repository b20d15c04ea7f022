"""One study is made once; a test that changes it takes a copy of the folder."""

import runpy
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from workbench.bootstrap import open_workbench, utc_now
from workbench.domain.draft import Decision
from workbench.domain.finding import Finding, FindingKind, Flag
from workbench.domain.label import Act, EditClass, Effort, Judgement, Label
from workbench.study import find_study
from workbench.text import decode

from .kit import (
    LATIN_1,
    OUTSIDE,
    Cli,
    change,
    faults,
    make_repository,
    prediction,
    ticket,
    write_lines,
)

BUILD = Path(__file__).parents[1] / "hostile" / "build.py"


def _raw(name: str) -> bytes:
    """A row whose patch is no UTF-8, as a careless harness writes it."""
    patch = LATIN_1.replace(b"\n", rb"\n")
    return b'{"instance_id": "%s", "model_name_or_path": "m2", "model_patch": "%s"}' % (
        name.encode(),
        patch,
    )


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a repository and the files of the study."""
    home = tmp_path_factory.mktemp("home")
    make_repository(home / "repo")
    specs = ("clear", "vague", "unset", "clear", "vague", "clear")
    rows = [ticket(f"t{n}", spec) for n, spec in enumerate(specs, 1)]
    write_lines(home / "tickets.jsonl", rows)
    write_lines(
        home / "preds.jsonl",
        [
            prediction("t1", "m1", change(), message="Done; \u202eodd \x1b[2J text.\n"),
            prediction("t1", "m2", change(new="a - -b"), self_flagged=["may be slow"]),
            prediction("t2", "m1", "", message="Which one?", questions=["which?"], extra_field=1),
            _raw("t2"),
            prediction("t3", "m1", change(old="no such line")),
            prediction("t3", "m2", OUTSIDE),
            prediction("t4", "m1", None),
            prediction("t4", "m2", change().rstrip("\n")),
            prediction("t5", "m1", change(new="1")),
            prediction("t5", "m1", change(new="2")),
        ],
    )
    write_lines(
        home / "tests.jsonl",
        [
            {"ticket": "t1", "candidate": "m1", "tests": "pass"},
            {"ticket": "t1", "candidate": "m2", "tests": "fail", "reason": "2 broken"},
            {"ticket": "t5", "candidate": "m1", "trial": 1, "tests": "pass", "hidden": "fail"},
        ],
    )
    return home


@pytest.fixture(scope="session")
def master(home: Path) -> Path:
    """A study with every kind of output and the labels of two reviewers; only to be copied."""
    cli, study = Cli(home), home / "study"
    cli.ok("init", "--repo", "repo", "--study", study)
    cli.ok("tickets", "import", "tickets.jsonl", "--study", study)
    done = cli.quick("outputs", "import", "preds.jsonl", "--study", study)
    assert done.code == 3, done.err
    cli.ok("outputs", "tests", "tests.jsonl", "--study", study)
    _label(study)
    return study


def _label(study: Path) -> None:
    defect = Finding(FindingKind.FUNCTIONAL, 3, "calc.py", 2, text="wrong \x1b sign")
    with open_workbench(find_study(study)) as bench:
        by_name = {(o.ticket_id, o.candidate, o.trial): o for o in bench.store.list_outputs()}
        ids = {key: output.output_id for key, output in by_name.items()}
        ann, bob = bench.reviews("ann"), bench.reviews("bob é")
        ann.decide(ids["t1", "m1", 1], Decision(Label.MERGED, note="fine — sk-ABCDEFGHIJKLMNOP"))
        bob.decide(ids["t1", "m1", 1], Decision(Label.ESCAPED, defects=(defect,)))
        ann.decide(ids["t1", "m2", 1], Decision(Label.EDITED, EditClass.MINOR))
        flagged = Decision(Label.EDITED, EditClass.MAJOR, (defect,), (Flag("may be slow"),))
        ann.decide(ids["t1", "m2", 1], flagged)
        ann.decide(ids["t2", "m1", 1], Decision(Label.ABSTAINED))
        remark = Finding(FindingKind.REMARK, file="menu.txt", line=1, text="hm")
        effort = Effort(utc_now(), 1200, 30)
        ann.record(
            ids["t2", "m2", 1],
            Act.FINDING,
            Judgement(findings=(remark,)),
            effort,
            Judgement(),
        )
        ann.decide(ids["t3", "m2", 1], Decision(Label.EDITED, EditClass.REJECTED))
        ann.decide(ids["t4", "m1", 1], Decision(Label.EDITED), is_sure=True)
        ann.decide(ids["t5", "m1", 1], Decision(Label.MERGED))
        ann.undo(effort)
        ann.record(ids["t5", "m1", 2], Act.SKIP, Judgement(skipped=True), effort, Judgement())


@pytest.fixture
def cli(master: Path, tmp_path: Path) -> Cli:
    """A command line inside a copy of the study."""
    shutil.copytree(master, tmp_path / "study", symlinks=True)
    return Cli(tmp_path / "study")


@pytest.fixture
def empty(home: Path, tmp_path: Path) -> Cli:
    """A command line in an empty folder beside the files of `home`."""
    folder = tmp_path / "empty"
    folder.mkdir()
    for name in ("tickets.jsonl", "preds.jsonl", "tests.jsonl"):
        shutil.copy(home / name, folder)
    return Cli(folder)


@pytest.fixture(scope="session")
def bare(home: Path) -> Path:
    """A study with a repository and nothing else; only to be copied."""
    study = home / "bare"
    Cli(home).ok("init", "--repo", "repo", "--study", study)
    return study


@pytest.fixture
def fresh(bare: Path, tmp_path: Path) -> Cli:
    """A command line inside a copy of the study that holds nothing yet."""
    shutil.copytree(bare, tmp_path / "fresh", symlinks=True)
    return Cli(tmp_path / "fresh")


@pytest.fixture
def output_id(cli: Cli) -> str:
    """The id of the clean patch on t1."""
    rows = cli.ok("outputs", "list", "--json").json("outputs")
    found = [r["id"] for r in rows if (r["ticket"], r["candidate"]) == ("t1", "m1")]
    return str(found[0])


@pytest.fixture(scope="session")
def names(tmp_path_factory: pytest.TempPathFactory) -> dict[int, str]:
    """The thirty texts, as an importer reads them, by their number."""
    folder = tmp_path_factory.mktemp("corpus")
    items = runpy.run_path(str(BUILD))["build"](folder)
    files = [folder / item["file"] for item in items if item["kind"] == "text"]
    return {n: decode(file.read_bytes()) for n, file in enumerate(files, 1)}


@pytest.fixture(scope="session")
def hostile(names: Mapping[int, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study whose every word is one of them; only to be copied."""
    home = tmp_path_factory.mktemp("hostile")
    make_repository(home / "repo")
    cli, study = Cli(home), home / "study"
    tickets = [ticket(f"i{n}{text}", title=text, body=text) for n, text in names.items()]
    outputs = [
        prediction(
            f"i{n}{text}", text, change(new=f"{n}  # {text.splitlines()[0] if n != 25 else ''}"),
            message=text, self_flagged=[text], questions=[text], run_id=text,
        )
        for n, text in names.items()
    ]  # fmt: skip
    refused = [prediction(f"i{n}{text}", f"{text}2", change().replace("calc", f"../{n}{text}"))
               for n, text in names.items()]  # fmt: skip
    tests = [{"ticket": f"i{n}{text}", "candidate": text, "tests": "fail", "reason": text}
             for n, text in names.items()]  # fmt: skip
    write_lines(home / "tickets.jsonl", tickets)
    write_lines(home / "outputs.jsonl", [*outputs, *refused])
    write_lines(home / "tests.jsonl", tests)
    cli.ok("init", "--repo", "repo", "--study", study)
    for words in (["tickets", "import"], ["outputs", "import"], ["outputs", "tests"]):
        file = home / f"{words[0] if words[1] == 'import' else words[1]}.jsonl"
        assert faults(cli.quick(*words, file, "--study", study)) == []
    _label_by_names(study, names)
    return study


def _label_by_names(study: Path, names: Mapping[int, str]) -> None:
    with open_workbench(find_study(study)) as bench:
        outputs = {o.candidate: o.output_id for o in bench.store.list_outputs()}
        for n, text in names.items():
            flaw = Finding(FindingKind.FUNCTIONAL, 2, file=text, line=n, text=text)
            decision = Decision(Label.EDITED, EditClass.MAJOR, (flaw,), (Flag(text),), note=text)
            bench.reviews(f"r{text}").decide(outputs[text], decision, is_sure=True)
