"""workbench.toml becomes frozen Settings; every error names file, key and line.

SETTINGS is the one list of what can be set: the commented file that `init` writes, the check for
unknown names and the README's table all come from it.
"""

import difflib
import os
import re
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from workbench.domain.errors import ConfigError

FILE_NAME = "workbench.toml"
STATE_FOLDER = ".workbench"
TABLES = ("repositories", "keys", "run", "candidates")  # the last two: run_config.py
TEACHING = {"ask_unseen": False}  # in the demo, whose first outputs teach one key each


class Setting(NamedTuple):
    """One line of workbench.toml. `choices` () means free text or a number of `default`'s type."""

    name: str
    default: str | int | bool
    help: str
    choices: tuple[str, ...] = ()
    minimum: int = 0


SETTINGS = (
    Setting("reviewer", "", 'Whose labels these are; "" takes the login name.'),
    Setting("layout", "auto", "How a diff is laid out.", ("auto", "unified", "split")),
    Setting(
        "theme", "dark", "Colours: dark, light, contrast, colour-blind, or any theme Textual knows."
    ),
    Setting("difftool", "", "Your program for two files: vimdiff, or meld {old} {new}."),
    Setting("editor", "", 'Your editor, for the patched file; "" takes VISUAL, EDITOR, then vi.'),
    Setting("formatter", "", "Rewrites both sides before an edit is measured: ruff format -, ..."),
    Setting("rubric", "", 'A Markdown file shown by the rubric key; "" shows the built-in one.'),
    Setting("idle_seconds", 120, "Without a key for this long, time no longer counts.", minimum=1),
    Setting("ask_unseen", True, "Whether merged asks once if a hunk was never on the screen."),
    Setting("queue_pane", True, "Whether the queue is open at the start (wide terminals)."),
    Setting("metrics_pane", True, "Whether the numbers are open at the start (wide terminals)."),
    Setting("sandbox", "bwrap", "Where tests run; none: with all your rights.", ("bwrap", "none")),
    Setting("environment", "", "The tests' virtual environment; \"\" is the workbench's own."),
    Setting("setup", "", "A shell command that builds /env once for each base commit."),
    Setting("setup_network", False, "Whether setup may use the network; tests never may."),
    Setting("test_command", "pytest", "pytest with options, or any other command."),
    Setting("test_report", "", 'The JUnit file of another command; "": its exit code counts.'),
    Setting("test_seconds", 300, "A test run that takes longer is ended.", minimum=1),
    Setting("test_memory_mb", 2048, "What a test run may use.", minimum=64),
    Setting("test_repeats", 3, "How often the tests run on base, to find flaky ones.", minimum=1),
    Setting("test_jobs", 2, "How many outputs are tested side by side.", minimum=1),
    Setting(
        "reveal_checks",
        "auto",
        "When a reviewer sees what the tests said; auto: at once, blind after the label.",
        ("auto", "always", "after_commit"),
    ),
    Setting(
        "identity_words", "", "Further words that name a candidate, by commas; blind hides them."
    ),
    Setting("repeat_percent", 0, "How much of a review is its own earlier outputs, asked again."),
    Setting("repeat_hours", 24, "An output comes again so long after its label at the earliest."),
)


class Settings(NamedTuple):
    """The settings of one study. `repositories` maps a name ("" for the only one) to a path."""

    reviewer: str = ""
    layout: str = "auto"
    theme: str = "dark"
    difftool: str = ""
    editor: str = ""
    formatter: str = ""
    rubric: str = ""
    idle_seconds: int = 120
    ask_unseen: bool = True
    queue_pane: bool = True
    metrics_pane: bool = True
    sandbox: str = "bwrap"
    environment: str = ""
    setup: str = ""
    setup_network: bool = False
    test_command: str = "pytest"
    test_report: str = ""
    test_seconds: int = 300
    test_memory_mb: int = 2048
    test_repeats: int = 3
    test_jobs: int = 2
    reveal_checks: str = "auto"
    identity_words: str = ""
    repeat_percent: int = 0
    repeat_hours: int = 24
    repositories: Mapping[str, str] = MappingProxyType({})
    keys: Mapping[str, tuple[str, ...]] = MappingProxyType({})


def load_settings(path: Path) -> Settings:
    """Read a workbench.toml; raises ConfigError naming file, key and line."""
    try:
        text = path.read_text(encoding="utf-8")
        raw = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {_why(error)}") from error
    except tomllib.TOMLDecodeError as error:
        found = _TOML_LINE.search(str(error))
        line = found[1] if found else len(text.rstrip("\n").split("\n"))
        raise ConfigError(f"{path}:{line}: not valid TOML: {error}") from error
    where = _Where(path, text)
    checked = {
        name: _check(where, name, value) for name, value in raw.items() if name not in TABLES
    }
    values: dict[str, Any] = checked  # each of the type of its default: _check
    return Settings(
        **values,
        repositories=_read_repositories(where, raw.get("repositories", {})),
        keys=_read_keys(where, raw.get("keys", {})),
    )


class _Where(NamedTuple):
    path: Path
    text: str

    def error(self, name: str, sentence: str, table: str = "") -> ConfigError:
        """An error that names the line on which `name` is set, at the top or in a table."""
        line = self._find(name, table)
        at = f"{self.path}:{line}" if line else str(self.path)
        shown = f"[{table}] {name}" if table else name
        return ConfigError(f"{at}: {shown}: {sentence}")

    def _find(self, name: str, table: str) -> int | None:
        quoted = rf"""["']?{re.escape(name)}["']?"""
        entry = re.compile(rf"\s*{quoted}\s*[=.]")
        header = re.compile(rf"\s*\[+\s*{quoted}\s*[\].]")
        here = ""
        for number, line in enumerate(self.text.split("\n"), 1):
            if not table and header.match(line):
                return number
            if found := _HEADER.match(line):
                here = found[1].strip()
            elif here == table and entry.match(line):
                return number
        return None


_HEADER = re.compile(r"\s*\[+([^\[\]]*)\]")


def _check(where: _Where, name: str, value: object) -> str | int | bool:
    known = {setting.name: setting for setting in SETTINGS}
    if name not in known:
        raise where.error(name, f"unknown setting{nearest(name, [*known, *TABLES])}")
    setting = known[name]
    wanted = type(setting.default)
    if type(value) is not wanted or not isinstance(value, str | int):
        raise where.error(name, f"expected {_WORDS[wanted]}, found {_show(value)}")
    if setting.choices and value not in setting.choices:
        near = nearest(str(value), list(setting.choices))
        listed = ", ".join(setting.choices)
        raise where.error(name, f"expected one of {listed}, found {_show(value)}{near}")
    if wanted is int and int(value) < setting.minimum:
        raise where.error(name, f"must be at least {setting.minimum}, found {_show(value)}")
    return value


def _show(value: object) -> str:
    """A value much as it stands in the file."""
    return _toml(value) if isinstance(value, str | int) else repr(value)[:60]


_WORDS: Mapping[type, str] = {str: "text in quotes", int: "a whole number", bool: "true or false"}


_TOML_LINE = re.compile(r"at line (\d+)")


def _why(error: OSError | UnicodeDecodeError) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else "it is not UTF-8"


def nearest(name: str, known: list[str]) -> str:
    """`; did you mean X?` for a misspelt name, "" where nothing is near."""
    found = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {found[0]}?" if found else ""


def _read_repositories(where: _Where, raw: object) -> dict[str, str]:
    if not isinstance(raw, dict):
        raise where.error("repositories", "expected a table [repositories]")
    for name, path in raw.items():
        if not isinstance(path, str) or not path:
            sentence = f"expected a path in quotes, found {_show(path)}"
            raise where.error(name, sentence, "repositories")
    return {("" if name == "default" else name): path for name, path in raw.items()}


def _read_keys(where: _Where, raw: object) -> dict[str, tuple[str, ...]]:
    if not isinstance(raw, dict):
        raise where.error("keys", "expected a table [keys]")
    keys: dict[str, tuple[str, ...]] = {}
    for action, value in raw.items():
        listed = value if isinstance(value, list) else [value]
        if not all(isinstance(key, str) and key for key in listed):
            sentence = f'expected a key such as "m", a list of keys, or [], found {_show(value)}'
            raise where.error(action, sentence, "keys")
        keys[action] = tuple(listed)
    return keys


def render_settings(
    repositories: Mapping[str, str], given: Mapping[str, str | int | bool] | None = None
) -> str:
    """The commented workbench.toml that `init` writes: every setting with its default.

    Those `given` stand without the comment, each with its value.
    """
    given = given or {}
    lines = ["# A study of the readiness workbench. Every setting stands here with its default."]
    for setting in SETTINGS:
        choices = f" One of: {', '.join(setting.choices)}." if setting.choices else ""
        mark = "" if setting.name in given else "# "
        value = given.get(setting.name, setting.default)
        lines += ["", f"# {setting.help}{choices}", f"{mark}{setting.name} = {_toml(value)}"]
    lines += ["", "# The repositories that outputs are diffed against; they are only ever read."]
    lines += ['# "default" serves tickets that name none; others go by the name tickets use.']
    lines += ["[repositories]"]
    lines += [f"{_toml(name or 'default')} = {_toml(path)}" for name, path in repositories.items()]
    lines += [
        "",
        "# Keys: action = key, list of keys, or [] for none; `workbench keys` lists all.",
    ]
    lines += ["[keys]", '# "label.merged" = "m"', ""]
    lines += ["# [run] and [[candidates]] say what `workbench run` runs: see the README.", ""]
    return "\n".join(lines)


def _toml(value: str | bool | int) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    safe = "".join(c if c >= " " and c != "\x7f" else f"\\u{ord(c):04x}" for c in escaped)
    return f'"{safe}"'


def find_kept_folders() -> tuple[Path, ...]:
    """Where a label waits that a study's disk would not take: in the user's home, or in memory."""
    from platformdirs import user_state_path

    in_memory = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
    places = (
        user_state_path("workbench") / "unsaved",
        in_memory / f"workbench-unsaved-{os.getuid()}",
    )
    return tuple(place for place in places if place.is_absolute())


def find_data_folder() -> tuple[Path, str]:
    """The user's data folder, and "" or why it is another one: private, in the temporary folder."""
    from platformdirs import user_data_path

    wanted = user_data_path("workbench")
    try:
        wanted.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=wanted):
            return wanted, ""
    except OSError as error:
        spare = Path(tempfile.gettempdir()) / f"workbench-{os.getuid()}"
        spare.mkdir(mode=0o700, exist_ok=True)
        if spare.is_symlink() or spare.stat().st_uid != os.getuid():
            raise ConfigError(f"{spare} belongs to somebody else: set XDG_DATA_HOME") from error
        return spare, f"{wanted} cannot be written ({_why(error)}): using {spare}"
