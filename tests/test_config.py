"""workbench.toml: what `init` writes is what is read, and every error names its line."""

import tomllib
from pathlib import Path

import pytest

from workbench.config import SETTINGS, TABLES, Settings, load_settings, render_settings
from workbench.domain.errors import ConfigError


def write(folder: Path, text: str) -> Path:
    path = folder / "workbench.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refuse(folder: Path, text: str) -> str:
    with pytest.raises(ConfigError) as refused:
        load_settings(write(folder, text))
    return str(refused.value).removeprefix(str(folder / "workbench.toml"))


def test_what_init_writes_is_every_default(tmp_path: Path) -> None:
    """Read as it stands, and read with every comment taken off: the same settings."""
    text = render_settings({"": "/a b", 'o/"n"\\': "C:\\x\x01"})
    found = load_settings(write(tmp_path, text))
    assert found == Settings(repositories={"": "/a b", 'o/"n"\\': "C:\\x\x01"})
    names = [setting.name for setting in SETTINGS]
    lines = [
        line.removeprefix("# ") if line.removeprefix("# ").split(" = ")[0] in names else line
        for line in text.split("\n")
    ]
    assert load_settings(write(tmp_path, "\n".join(lines))) == found
    own = {"run", "candidates"}  # written by hand, read by run_config
    assert set(tomllib.loads("\n".join(lines))) == {*names, *TABLES} - own


def test_the_list_of_settings_is_the_settings() -> None:
    """SETTINGS and Settings name the same things with the same defaults."""
    fields = Settings()._asdict()
    assert {s.name: s.default for s in SETTINGS} == {
        name: value for name, value in fields.items() if name not in TABLES
    }


def test_settings_are_read(tmp_path: Path) -> None:
    """Each of its type; unknown keys' names are left for the screen to judge."""
    text = (
        'reviewer = "ann"\nlayout = "split"\nidle_seconds = 30\nqueue_pane = false\n'
        '[repositories]\ndefault = "r"\n"o/n" = "s"\n'
        '[keys]\n"label.merged" = "M"\nno_such_action = ["a", "b"]\nunbound = []\n'
    )
    assert load_settings(write(tmp_path, text)) == Settings(
        reviewer="ann",
        layout="split",
        idle_seconds=30,
        queue_pane=False,
        repositories={"": "r", "o/n": "s"},
        keys={"label.merged": ("M",), "no_such_action": ("a", "b"), "unbound": ()},
    )


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("\nidle_second = 3", ":2: idle_second: unknown setting; did you mean idle_seconds?"),
        ("xyz = 3", ":1: xyz: unknown setting"),
        ("\n[repository]\n", ":2: repository: unknown setting; did you mean repositories?"),
        ("layout = 3", ":1: layout: expected text in quotes, found 3"),
        ("queue_pane = 1", ":1: queue_pane: expected true or false, found 1"),
        ("idle_seconds = true", ":1: idle_seconds: expected a whole number, found true"),
        ("idle_seconds = 0", ":1: idle_seconds: must be at least 1, found 0"),
        (
            'layout = "spilt"',
            ':1: layout: expected one of auto, unified, split, found "spilt"; did you mean split?',
        ),
        ("theme = []", ":1: theme: expected text in quotes, found []"),
        ("a\n", ":1: not valid TOML: Expected '=' after a key"),
        ("theme = 'a'\ntheme = 'b'", ":2: not valid TOML: Cannot overwrite a value"),
        ("repositories = 3", ":1: repositories: expected a table [repositories]"),
        ("[repositories]\n'o/n' = 3", ":2: [repositories] o/n: expected a path in quotes, found 3"),
        (
            "[keys]\ntheme = 3",
            ':2: [keys] theme: expected a key such as "m", a list of keys, or [], found 3',
        ),
        ("[keys]\n'a' = ''", ":2: [keys] a: expected a key"),
        ("theme = 'x'\n[keys]\n[repositories]\ntheme = 4", ":4: [repositories] theme: expected"),
    ],
)
def test_an_error_names_file_line_and_key(tmp_path: Path, text: str, error: str) -> None:
    """One sentence, with the nearest name where one is near."""
    assert refuse(tmp_path, text).startswith(error)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    """Bytes that are no text, a folder in its place."""
    (tmp_path / "workbench.toml").write_bytes(b"\xff")
    with pytest.raises(ConfigError, match="cannot be read: it is not UTF-8"):
        load_settings(tmp_path / "workbench.toml")
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        load_settings(tmp_path)
