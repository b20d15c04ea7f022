"""Who may import whom, by reading the source and by looking at what is loaded; sizes; lints.

An import under TYPE_CHECKING is no import: nothing is loaded by it.
"""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import workbench

ROOT = Path(workbench.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))
LONGEST = 300

# Layer: (layers of ours it may import, libraries it may import). A layer may import itself and the
# package itself, which holds the version and imports nothing.
_SEEN = {"domain", "diff", "text"}
RULES: dict[str, tuple[set[str], set[str]]] = {
    "workbench": (set(), set()),
    "text": (set(), set()),
    "log": ({"domain", "text"}, set()),
    "domain": (set(), set()),
    "config": ({"domain"}, {"platformdirs"}),
    "study": ({"config", "domain", "text"}, set()),
    "run_config": ({"config", "domain", "text"}, set()),
    "stats": (set(), {"scipy", "krippendorff"}),
    "diff": ({"text"}, {"rapidfuzz", "tree_sitter", "tree_sitter_python", "pygments"}),
    "store": ({"domain"}, {"sqlmodel", "sqlalchemy", "alembic"}),
    "adapters": (
        {"domain", "text"},
        {"git", "gitdb", "httpx", "stamina", "jinja2", "keyring", "markupsafe", "matplotlib"},
    ),
    "services": ({"domain", "store", "diff", "stats", "text"}, set()),
    "tui.parts": (_SEEN, {"textual", "rich", "textual_plotext"}),
    "tui.screens": ({*_SEEN, "services", "tui.parts"}, {"textual", "rich"}),
    "bootstrap": (
        {"adapters", "config", "domain", "diff", "log", "services", "stats", "store", "study",
         "text"},
        set(),
    ),
    "reporting": (
        {"adapters", "bootstrap", "domain", "gating", "services", "study"},
        set(),
    ),
    "training": ({"adapters", "bootstrap", "config", "domain", "services", "study"}, set()),
    "releasing": ({"bootstrap", "domain", "gating", "services", "study"}, set()),
    "scoring": ({"bootstrap", "domain", "services"}, set()),
    "gating": ({"adapters", "bootstrap", "domain", "scoring", "services"}, set()),
    "running": (
        {"adapters", "bootstrap", "config", "domain", "run_config", "services", "study", "text"},
        set(),
    ),
    "checking": ({"adapters", "bootstrap", "domain", "services", "study"}, set()),
    "blinding": (
        {"adapters", "bootstrap", "config", "domain", "services", "store", "study"},
        set(),
    ),
    "exporting": ({"adapters", "blinding", "bootstrap", "services"}, set()),
    "cli": (
        {"adapters", "blinding", "bootstrap", "checking", "config", "domain", "diff", "exporting",
         "gating", "log", "releasing", "reporting", "scoring", "services", "stats", "store",
         "study", "text", "tui.parts", "tui.screens"},
        {"typer", "rich", "platformdirs"},
    ),
    "__main__": ({"cli"}, set()),
}  # fmt: skip
RULES["cli"][0].update({"running", "training"})
# Where the tui meets services; everything else in it is handed plain values.
MEETS_SERVICES = {"app", "screens", "walk", "counts", "preparing"}
# The store's libraries cost half the start: services name its types and do not load it. What
# `workbench verify` or `restore` alone uses is loaded by that command alone.
MAY_LOAD_THE_STORE = {"services/audits.py", "services/restores.py"}
LATER = {  # of ours, what the first frame does not need
    *(f"workbench.services.{name}" for name in ("desk", "edits", "reviews", "patches", "pairs")),
    *(f"workbench.tui.screens.{name}" for name in ("dashboard", "finding", "help", "prompt")),
}
HEAVY = {"sqlmodel", "sqlalchemy", "pydantic", "git", "httpx", "scipy", "alembic"}


class Import(NamedTuple):
    """One module that a file imports, and on which line."""

    file: str
    line: int
    module: str
    is_for_types: bool

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line} imports {self.module}"


def layer_of(module: str) -> str:
    """The layer of one of our modules, "" for anything else."""
    parts = module.split(".")
    if parts[0] != "workbench":
        return ""
    if len(parts) == 1:
        return "workbench"
    if parts[1] != "tui":
        return parts[1]
    meets = len(parts) > 2 and parts[2] in MEETS_SERVICES
    return "tui.screens" if meets else "tui.parts"


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path: Path) -> Iterator[Import]:
    """Every import of a file, inside functions too."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for_types = {
        id(child)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for child in ast.walk(node)
    }
    name = path.relative_to(ROOT).as_posix()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{name}:{node.lineno}: import by the full name"
            module = node.module or ""
            is_package = module == "workbench" or module.startswith("workbench.tui")
            found = [f"{module}.{a.name}" for a in node.names] if is_package else [module]
        else:
            continue
        for module in found:
            yield Import(name, node.lineno, module, id(node) in for_types)


ALL_IMPORTS = [(module_of(path), found) for path in FILES for found in imports_of(path)]


def test_every_module_belongs_to_a_layer() -> None:
    """A new room is entered in the table before it is used."""
    unknown = {module_of(path) for path in FILES if layer_of(module_of(path)) not in RULES}
    assert unknown == set()


@pytest.mark.parametrize("layer", RULES)
def test_a_layer_imports_what_the_table_allows(layer: str) -> None:
    """Our own layers and libraries, each by name; the standard library is everybody's."""
    ours, libraries = RULES[layer]
    wrong = []
    for module, found in ALL_IMPORTS:
        if layer_of(module) != layer or found.is_for_types:
            continue
        target = layer_of(found.module)
        top = found.module.split(".")[0]
        is_allowed = (
            target in {layer, "workbench"} or target in ours
            if target
            else top in libraries or top in sys.stdlib_module_names
        )
        if not is_allowed:
            wrong.append(found.place)
    assert wrong == []


def test_types_are_borrowed_from_layers_that_may_be_named() -> None:
    """TYPE_CHECKING loads nothing, yet a widget that names a service knows too much."""
    wrong = [
        found.place
        for module, found in ALL_IMPORTS
        if found.is_for_types
        and (target := layer_of(found.module))
        and target not in {layer_of(module), *RULES[layer_of(module)][0]}
    ]
    assert wrong == []


def test_services_name_the_store_and_do_not_load_it() -> None:
    """Else its libraries would be loaded before the first frame."""
    wrong = [
        found.place
        for module, found in ALL_IMPORTS
        if layer_of(module) == "services"
        and layer_of(found.module) == "store"
        and not found.is_for_types
        and found.module != "workbench.store.first_screen"
        and found.file not in MAY_LOAD_THE_STORE
    ]
    assert wrong == []


def test_the_tables_are_private_to_the_store() -> None:
    """Nothing outside it sees a row; values of the domain come and go."""
    wrong = [
        found.place
        for module, found in ALL_IMPORTS
        if layer_of(module) != "store" and found.module.startswith("workbench.store.tables")
    ]
    assert wrong == []


def test_processes_are_started_by_adapters_alone() -> None:
    """One place to look for what runs; git itself in one file."""
    wrong = [
        found.place
        for module, found in ALL_IMPORTS
        if found.module.split(".")[0] in {"subprocess", "pty", "multiprocessing"}
        and layer_of(module) != "adapters"
    ]
    assert wrong == []


def run_python(code: str, **environment: str) -> str:
    """A fresh interpreter's answer."""
    done = subprocess.run(
        [sys.executable, "-B", "-c", code],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=os.environ | environment,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("layer", "forbidden"),
    [
        ("domain", {*HEAVY, "textual", "rich", "typer", "subprocess", "sqlite3", "asyncio"}),
        ("stats", {*HEAVY, "textual", "rich", "typer", "sqlite3", "workbench.domain"}),
        ("diff", {*HEAVY, "textual", "rich", "typer", "sqlite3", "workbench.domain"}),
        ("tui.widgets", {*HEAVY, "typer", "workbench.services", "workbench.store"}),
        ("services.reviews", {*HEAVY, "textual", "typer", "workbench.adapters"}),
        ("services.queues", {*HEAVY, "textual", "typer", "workbench.adapters"}),
        ("bootstrap", {*HEAVY, "textual", "typer", "workbench.tui", "workbench.cli"}),
    ],
)
def test_what_a_layer_loads_holds_nothing_forbidden(layer: str, forbidden: set[str]) -> None:
    """The same table at run time, where nothing can hide behind a helper."""
    folder = ROOT.joinpath(*layer.split("."))
    names = [module_of(path) for path in sorted(folder.rglob("*.py"))] or [f"workbench.{layer}"]
    code = f"import sys, {', '.join(names)}; print(*sys.modules)"
    assert forbidden.intersection(run_python(code).split()) == set()


FIRST_FRAME = """
import sys
from workbench.cli.commands import make_app
from pathlib import Path
from workbench.bootstrap import read_first_screen
from workbench.study import find_study
from workbench.tui.app import WorkbenchApp
from workbench.tui.screens.panes import ReviewSettings

make_app()
study = find_study(Path(sys.argv[1] if len(sys.argv) > 1 else {folder!r}))
first = read_first_screen(study, study.reviewer, open_names=False)
shown = ReviewSettings("study", study.reviewer, study.rubric, "auto", 120, True, True)

def open_desk():  # called in a worker after the first paint
    seen = set(sys.modules)
    assert app.screen.is_painted()
    app.call_from_thread(app.exit)
    print(*seen)
    raise SystemExit

app = WorkbenchApp(first, shown, open_desk, keymap={{}})
app.run(headless=True, size=(80, 24))
"""


def test_p2_modules_loaded_before_the_first_frame(tmp_path: Path) -> None:
    """None of the heavy ones: a reviewer sees the first diff before a database library is read."""
    run_workbench_demo(tmp_path)
    folder = next(tmp_path.rglob("workbench.toml")).parent
    code = FIRST_FRAME.format(folder=str(folder))
    loaded = set(run_python(code, **environment(tmp_path)).split())
    assert "textual" in loaded
    assert {name.split(".")[0] for name in loaded} & HEAVY == set()
    assert loaded & LATER == set()


def environment(folder: Path) -> dict[str, str]:
    return {"XDG_DATA_HOME": str(folder), "HOME": str(folder)}


def run_workbench_demo(folder: Path) -> None:
    """The sample study, made without a terminal."""
    subprocess.run(
        [sys.executable, "-m", "workbench", "demo"],
        env=os.environ | environment(folder),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
        timeout=60,
    )


# Sizes and lints.


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_is_longer_than_a_reader_can_hold(path: Path) -> None:
    """The standard defect of the field is a god module."""
    assert len(path.read_text(encoding="utf-8").split("\n")) - 1 <= LONGEST


def calls_of(path: Path) -> Iterator[tuple[int, str, ast.Call]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield node.lineno, ast.unparse(node.func).split(".")[-1], node


def textual_names(path: Path) -> set[str]:
    """What a file takes from textual.widgets."""
    return {
        alias.name
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == "textual.widgets"
        for alias in node.names
    }


def is_without_markup(call: ast.Call) -> bool:
    """Whether the text of a call cannot be read as markup."""
    off = any(
        key.arg == "markup" and isinstance(key.value, ast.Constant) and key.value.value is False
        for key in call.keywords
    )
    text = call.args[0] if call.args else None
    is_content = isinstance(text, ast.Call) and ast.unparse(text.func) in {"Content", "Text"}
    return off or is_content or text is None or isinstance(text, ast.Constant)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_t4_no_markup_is_built_from_data(path: Path) -> None:
    """A patch that writes [@click=app.quit] must not put a button on the screen."""
    shows = {"notify"} | (textual_names(path) & {"Static", "Label", "Button"})
    wrong = []
    for line, name, call in calls_of(path):
        is_literal = bool(call.args) and isinstance(call.args[0], ast.Constant)
        if name in {"from_markup", "from_rich_markup", "render_markup"} and not is_literal:
            wrong.append(f"line {line}: {name} of something that is no literal")
        if name in shows and not is_without_markup(call):
            wrong.append(f"line {line}: {name} without markup=False or Content")
        if name == "Style" and any(key.arg == "link" for key in call.keywords):
            wrong.append(f"line {line}: a link from data")
    assert wrong == []
    assert not re.search(r"\.markup\b", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "bad",
    [
        "from textual.widgets import Static\nStatic(text)",
        "from textual.widgets import Label\nLabel(f'{name}')",
        "from textual.widgets import Button\nButton(item.title, id='x')",
        "self.notify(str(error))",
        "Content.from_markup(f'[b]{name}[/]')",
        "Text.from_markup(name)",
        "Style(link=url)",
        "x = text.markup",
    ],
)
def test_t4_the_lint_finds_what_it_looks_for(bad: str, tmp_path: Path) -> None:
    """A lint that matches nothing proves nothing."""
    (tmp_path / "bad.py").write_text(bad)
    with pytest.raises(AssertionError):
        test_t4_no_markup_is_built_from_data(tmp_path / "bad.py")


G8 = re.compile(
    r"\.git\.\w+\(|index\.(?:commit|add|write|remove)\b|\bis_dirty\b|\buntracked_files\b"
    r"|\bclone_from\b|\bconfig_writer\b|\bsearch_parent_directories\b|\bcreate_remote\b"
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_g8_gitpython_only_reads_objects(path: Path) -> None:
    """Its commands inherit the caller's environment and run a repository's own config."""
    assert G8.findall(path.read_text(encoding="utf-8")) == []


def test_gitpython_is_imported_in_one_file() -> None:
    """What reads objects, and nothing else."""
    files = {found.file for _, found in ALL_IMPORTS if found.module.split(".")[0] == "git"}
    assert files == {"adapters/objects.py"}


def test_g8_the_lint_finds_what_it_looks_for() -> None:
    """A lint that matches nothing proves nothing."""
    for bad in (
        "repo.git.checkout('x')",
        "repo.index.commit('x')",
        "repo.is_dirty()",
        "Repo.clone_from(a, b)",
        "with repo.config_writer() as w:",
        "Repo(p, search_parent_directories=True)",
    ):
        assert G8.search(bad), bad
