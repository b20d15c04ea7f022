"""The project's formatter before an edit is measured: in the sandbox, or not at all."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import NoReturn

import pytest

from workbench.adapters.box import Bounds
from workbench.adapters.formatters import BoxedFormatter, read_out
from workbench.adapters.workcopies import WorkCopies
from workbench.bootstrap import Workbench, open_workbench
from workbench.checking import open_formatter
from workbench.config import Settings
from workbench.domain.blind import ReviewItem
from workbench.domain.errors import InputRefused, NoSandbox
from workbench.domain.label import EditClass, Judgement, canonical_judgement, parse_judgement
from workbench.services.edits import Edit, measure_edit
from workbench.study import find_study

from .trees import make_study

STYLE = "case $1 in *.md) exit 1;; esac; exec sed 's/ *= */ = /'\n"
LINES = "".join(f"v{n}=1\n" for n in range(30))
BASE: dict[str, str | bytes] = {"app.py": "import os\n", "README.md": "a=1\n", "style.sh": STYLE}
MADE = {"m1": {"app.py": f"import os\n{LINES}", "README.md": "a=2\n", "style.sh": "exit 1\n"}}
COMMAND = "sh style.sh {path}"
pytestmark = pytest.mark.usefixtures("sandbox")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_study(tmp_path_factory.mktemp("formatted"), BASE, MADE)


@pytest.fixture
def bench(made: Path, tmp_path: Path) -> Iterator[Workbench]:
    with open_workbench(find_study(Path(shutil.copytree(made, tmp_path / "study")))) as opened:
        yield opened


def name_formatter(bench: Workbench, command: str) -> BoxedFormatter:
    """As the settings would have it."""
    settings: Settings = bench.study.settings._replace(formatter=command)
    found = open_formatter(bench.study._replace(settings=settings))
    assert found is not None
    return found


@pytest.fixture
def edit(bench: Workbench) -> Callable[[str, BoxedFormatter | None], Edit]:
    """What becomes of the output when app.py is so in the reviewer's copy."""
    (line,) = bench.store.list_outputs()
    bench.store.ensure_reviewer("ann", datetime(2026, 1, 1, tzinfo=UTC))
    item = bench.store.get_review_item("ann", line.output_id, open_names=False)
    return partial(_edit, bench, item)


def _edit(bench: Workbench, item: ReviewItem, text: str, formatter: BoxedFormatter | None) -> Edit:
    copies = WorkCopies(bench.clones.path, "")
    copy = copies.open("", item.tree)
    (copy / "tree" / "app.py").write_text(text)
    tree = copies.take("", item.tree, copy)
    copies.drop(copy)
    return measure_edit(item, tree, bench.clones, bench.clones, formatter)


def test_what_the_formatter_would_have_done_is_no_edit(
    bench: Workbench, edit: Callable[[str, BoxedFormatter | None], Edit]
) -> None:
    """Thirty lines with blanks more: rejected by the eye, nothing by the rule, and stored so.

    The formatter is that of the base commit: the candidate had one of its own that refuses all.
    """
    tidied = "import os\n" + LINES.replace("=", " = ")
    raw, found = edit(tidied, None), edit(tidied, name_formatter(bench, COMMAND))
    assert (raw.edited.size.edit_lines, raw.edited.formatter) == (60, "")
    assert raw.edit is not EditClass.MINOR
    assert (found.edited.size.edit_lines, found.edited.size.kept) == (0, 32)
    assert found.edit is EditClass.MINOR
    assert found.sentence.endswith("; formatted first but 1 of 3 files")
    stored = Judgement(edited=found.edited)
    assert found.edited.formatter == COMMAND
    assert parse_judgement(canonical_judgement(stored)) == stored
    assert "formatter" not in canonical_judgement(Judgement(edited=raw.edited))


def no_sandbox() -> NoReturn:
    raise NoSandbox("bubblewrap (bwrap) was not found")


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("false", "not formatted: the formatter refused every file"),
        ("nowhere-to-be-found", "not formatted: the formatter refused every file"),
        ("sleep 60", "not formatted: formatter: timeout"),
        ("cat 'unclosed", "not formatted: formatter: No closing quotation"),
    ],
)
def test_one_that_does_not_work_measures_what_there_is_and_says_so(
    bench: Workbench, edit: Callable[[str, BoxedFormatter | None], Edit], command: str, why: str
) -> None:
    """It fails, is missing, never ends, cannot be read."""
    formatter = replace(name_formatter(bench, command), bounds=Bounds(wall_seconds=1))
    found = edit("import os\n", formatter)
    assert why in found.sentence
    assert (found.edited.formatter, found.edited.size) == (
        "",
        edit("import os\n", None).edited.size,
    )


def test_without_a_sandbox_it_is_not_run(
    bench: Workbench, edit: Callable[[str, BoxedFormatter | None], Edit]
) -> None:
    """The reason is told."""
    formatter = replace(name_formatter(bench, COMMAND), find_means=no_sandbox)
    assert "; not formatted: bubblewrap (bwrap) was not found" in edit("x\n", formatter).sentence


def test_a_path_is_one_word_and_no_option(bench: Workbench) -> None:
    """Whatever a patch calls a file, the shell in the box sees a name; bytes come back as bytes."""
    commit = bench.clones.resolve_commit("", "HEAD")
    paths = (b"-x $(id); '\"\n`id`.py", b"caf\xe9.py", b"plain.py")
    texts = [(path, b"\0\xff") for path in paths]
    found = name_formatter(bench, "printf %s {path}").format("", commit, texts)
    assert found == [b"./" + path for path in paths]
    assert name_formatter(bench, "cat").format("", commit, texts) == [b"\0\xff"] * 3
    with pytest.raises(InputRefused, match="more than 8 MB of text"):
        name_formatter(bench, "cat").format("", commit, [(b"a", bytes(9 << 20))])


def test_other_talk_is_no_text() -> None:
    """Only whole lines of the script's form count."""
    assert read_out("hello\n0 aGk=\n7 aGk=\n1 %%\nx aGk=\n", 2) == [b"hi", None]
