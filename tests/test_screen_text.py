"""Every way from a text to a terminal is known: no title, no widget, no print of data beside it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import workbench

PACKAGE = Path(workbench.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))
# Textual reads markup in these; a window's title is a control sequence of its own.
TITLES = {"border_title", "border_subtitle", "tooltip", "title", "sub_title", "placeholder"}
# They render what they are given: Markdown with links that open, logs line by line past display().
WIDGETS = {"Markdown", "MarkdownViewer", "RichLog", "Log", "TextArea", "Pretty", "Link"}
# Where text leaves for standard output and error, and what goes out there.
DOORS = {
    "cli/terminal.py",  # display() in each; Progress erases its own line
    "cli/exports.py",  # lines that an exporter made safe
    "cli/commands.py",  # the version
    "__main__.py",  # the version
    "bootstrap.py",  # what the store warns of, by display()
}


def titles(tree: ast.AST) -> Iterator[str]:
    """Titles that are set to anything but a literal."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Assign) or isinstance(node.value, ast.Constant):
            continue
        for target in node.targets:
            if isinstance(target, ast.Attribute) and target.attr in TITLES:
                yield f"line {node.lineno}: {ast.unparse(target)}"


def widgets(tree: ast.AST) -> Iterator[str]:
    """Widgets that render what they are given."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("textual.widgets"):
            yield from (f"line {node.lineno}: {a.name}" for a in node.names if a.name in WIDGETS)


def prints(tree: ast.AST) -> Iterator[str]:
    """Calls that write to standard output or error."""
    for node in ast.walk(tree):
        name = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
        if name in {"print", "rprint", "pprint"} or name.endswith(
            (".echo", ".secho", "console.print", "stdout.write", "stderr.write", ".excepthook")
        ):
            yield f"line {getattr(node, 'lineno', 0)}: {name}"


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_t4_no_title_and_no_widget_renders_data(path: Path) -> None:
    """Panes are lines of spans; what stands in a border or a tooltip would be markup."""
    assert list(titles(parse(path))) == []
    assert list(widgets(parse(path))) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_t12_everything_printed_goes_through_one_door(path: Path) -> None:
    """`say`, `warn` and their kin in cli/terminal.py; nobody else prints."""
    if path.relative_to(PACKAGE).as_posix() not in DOORS:
        assert list(prints(parse(path))) == []


def test_t12_the_doors_print_what_was_made_safe() -> None:
    """In cli/terminal.py each call has display() in it, or a line made of shown cells or JSON."""
    source = parse(PACKAGE / "cli" / "terminal.py")
    calls = [
        n for n in ast.walk(source) if isinstance(n, ast.Call) and "echo" in ast.unparse(n.func)
    ]
    texts = {ast.unparse(call.args[0]) for call in calls}
    assert texts == {
        "display(line)",
        "text.replace('\\x7f', '\\\\u007f')",
        "'  '.join(padded).rstrip()",
    }


@pytest.mark.parametrize(
    ("find", "bad"),
    [
        (titles, "self.border_title = name"),
        (titles, "app.title = f'{study}'"),
        (titles, "widget.tooltip = item.title"),
        (widgets, "from textual.widgets import Input, Markdown"),
        (prints, "print(name)"),
        (prints, "typer.echo(name)"),
        (prints, "console.print(name)"),
        (prints, "sys.stderr.write(name)"),
    ],
)
def test_t4_t12_the_lints_find_what_they_look_for(find: object, bad: str) -> None:
    """A lint that matches nothing proves nothing."""
    assert callable(find)
    assert list(find(ast.parse(bad)))
