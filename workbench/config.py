"""workbench.toml becomes frozen Settings; every error names file, key and line.

SETTINGS is the one list of what can be set: the commented file that `init` writes, the check for
unknown names and the README's table all come from it.
"""

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from workbench.domain.errors import ConfigError

FILE_NAME = "workbench.toml"
STATE_FOLDER = ".workbench"
TABLES = ("repositories", "keys")


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of workbench.toml. `choices` () means free text or a number of `default`'s type."""

    name: str
    default: str | int | bool
    help: str
    choices: tuple[str, ...] = ()
    minimum: int = 0


SETTINGS = (
    Setting("reviewer", "", 'Whose labels these are; "" takes the login name.'),
    Setting("layout", "auto", "How a diff is laid out.", ("auto", "unified", "split")),
    Setting("theme", "dark", "Colours: dark, light, or any theme Textual knows."),
    Setting("rubric", "", 'A Markdown file shown by the rubric key; "" shows the built-in one.'),
    Setting("idle_seconds", 120, "Without a key for this long, time no longer counts.", minimum=1),
    Setting("queue_pane", True, "Whether the queue is open at the start (wide terminals)."),
    Setting("metrics_pane", True, "Whether the numbers are open at the start (wide terminals)."),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one study. `repositories` maps a name ("" for the only one) to a path."""

    reviewer: str = ""
    layout: str = "auto"
    theme: str = "dark"
    rubric: str = ""
    idle_seconds: int = 120
    queue_pane: bool = True
    metrics_pane: bool = True
    repositories: Mapping[str, str] = field(default_factory=dict)
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def load_settings(path: Path) -> Settings:
    """Read a workbench.toml; raises ConfigError naming file, key and line."""
    try:
        text = path.read_text(encoding="utf-8")
        raw = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from error
    where = _Where(path, text)
    values = {name: value for name, value in raw.items() if name not in TABLES}
    checked = {name: _check(where, name, value) for name, value in values.items()}
    return Settings(
        reviewer=str(checked.get("reviewer", "")),
        layout=str(checked.get("layout", "auto")),
        theme=str(checked.get("theme", "dark")),
        rubric=str(checked.get("rubric", "")),
        idle_seconds=int(checked.get("idle_seconds", 120)),
        queue_pane=bool(checked.get("queue_pane", True)),
        metrics_pane=bool(checked.get("metrics_pane", True)),
        repositories=_read_repositories(where, raw.get("repositories", {})),
        keys=_read_keys(where, raw.get("keys", {})),
    )


@dataclass(frozen=True, slots=True)
class _Where:
    path: Path
    text: str

    def error(self, name: str, sentence: str) -> ConfigError:
        """An error that names the line on which `name` is set."""
        pattern = re.compile(rf"""^\s*["']?{re.escape(name)}["']?\s*=""")
        lines = self.text.split("\n")
        line = next((i for i, text in enumerate(lines, 1) if pattern.match(text)), None)
        at = f"{self.path}:{line}" if line else str(self.path)
        return ConfigError(f"{at}: {name}: {sentence}")


def _check(where: _Where, name: str, value: object) -> str | int | bool:
    known = {setting.name: setting for setting in SETTINGS}
    if name not in known:
        raise where.error(name, f"unknown setting{nearest(name, [*known, *TABLES])}")
    setting = known[name]
    wanted = type(setting.default)
    if type(value) is not wanted or not isinstance(value, str | int):
        raise where.error(name, f"expected {_WORDS[wanted]}, found {value!r}")
    if setting.choices and value not in setting.choices:
        raise where.error(name, f"expected one of {', '.join(setting.choices)}, found {value!r}")
    if wanted is int and int(value) < setting.minimum:
        raise where.error(name, f"must be at least {setting.minimum}, found {value!r}")
    return value


_WORDS: Mapping[type, str] = {str: "text in quotes", int: "a whole number", bool: "true or false"}


def nearest(name: str, known: list[str]) -> str:
    """`; did you mean X?` for a misspelt name, "" where nothing is near."""
    found = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {found[0]}?" if found else ""


def _read_repositories(where: _Where, raw: object) -> dict[str, str]:
    if not isinstance(raw, dict):
        raise where.error("repositories", "expected a table [repositories]")
    for name, path in raw.items():
        if not isinstance(path, str) or not path:
            raise where.error(name, f"expected a path in quotes, found {path!r}")
    return {("" if name == "default" else name): path for name, path in raw.items()}


def _read_keys(where: _Where, raw: object) -> dict[str, tuple[str, ...]]:
    if not isinstance(raw, dict):
        raise where.error("keys", "expected a table [keys]")
    keys: dict[str, tuple[str, ...]] = {}
    for action, value in raw.items():
        listed = value if isinstance(value, list) else [value]
        if not listed or not all(isinstance(key, str) and key for key in listed):
            raise where.error(action, f'expected a key such as "m", or a list of keys: {value!r}')
        keys[action] = tuple(listed)
    return keys


def render_settings(repositories: Mapping[str, str]) -> str:
    """The commented workbench.toml that `init` writes: every setting with its default."""
    lines = ["# A study of the readiness workbench. Every setting stands here with its default."]
    for setting in SETTINGS:
        choices = f" One of: {', '.join(setting.choices)}." if setting.choices else ""
        lines += ["", f"# {setting.help}{choices}", f"# {setting.name} = {_toml(setting.default)}"]
    lines += ["", "# The repositories that outputs are diffed against; they are only ever read."]
    lines += ['# "default" serves tickets that name none; others go by the name tickets use.']
    lines += ["[repositories]"]
    lines += [f"{_toml(name or 'default')} = {_toml(path)}" for name, path in repositories.items()]
    lines += ["", "# Keys: action = key, or a list of keys. `workbench keys` lists all actions."]
    lines += ["[keys]", '# "label.merged" = "m"', ""]
    return "\n".join(lines)


def _toml(value: str | bool | int) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    safe = "".join(c if c >= " " and c != "\x7f" else f"\\u{ord(c):04x}" for c in escaped)
    return f'"{safe}"'
