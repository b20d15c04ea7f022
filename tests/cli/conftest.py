"""One study is made once; a test that changes it takes a copy of the folder."""

import shutil
from pathlib import Path

import pytest

from workbench.bootstrap import open_workbench, utc_now
from workbench.domain.draft import Decision
from workbench.domain.finding import Finding, FindingKind, Flag
from workbench.domain.label import Act, EditClass, Effort, Judgement, Label
from workbench.study import find_study

from .kit import (
    LATIN_1,
    OUTSIDE,
    Cli,
    change,
    make_repository,
    prediction,
    ticket,
    write_lines,
)


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
    done = cli.run("outputs", "import", "preds.jsonl", "--study", study)
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
