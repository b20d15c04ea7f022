"""[run] and [[candidates]] of workbench.toml; every error names file, line and key path.

Apart from config, so that a review neither reads them nor fails by them.
"""

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields, replace
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple, NoReturn, TypeVar
from urllib.parse import urlsplit

import workbench
from workbench.config import nearest
from workbench.domain.errors import ConfigError
from workbench.domain.harness import ADAPTERS, APIS, CandidateSettings, RunPlan, RunSettings
from workbench.text import display

Made = TypeVar("Made", RunSettings, CandidateSettings)
_PROMPTS = ("stdin", "arg", "file")
_SANDBOXES = ("bwrap", "none")
_CHOICES = {"prompt": _PROMPTS, "adapter": ADAPTERS, "sandbox": _SANDBOXES, "api": APIS}
_DERIVED = frozenset(("template_digest", "replay_digest"))
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
TICKET_PLACE = "{{ticket}}"
_LEAST = {"trials": 1, "max_workers": 1, "retries": 0, "timeout_s": 0.01, "setup_timeout_s": 0.01}
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class _Place(NamedTuple):
    """One table of the file: its path in words, and the lines it stands on."""

    file: Path
    path: str
    lines: Sequence[tuple[int, str]]

    def refuse(self, key: str, sentence: str) -> NoReturn:
        entry = re.compile(rf"""\s*["']?{re.escape(key)}["']?\s*=""")
        first = self.lines[0][0] if self.lines else 1
        line = next((n for n, text in self.lines if entry.match(text)), first)
        name = f"{self.path}.{key}" if key else self.path
        raise ConfigError(display(f"{self.file}:{line}: {name}: {sentence}"))


def load_run(path: Path) -> RunPlan:
    """What a workbench.toml says of runs; raises ConfigError."""
    text = path.read_text(encoding="utf-8")
    raw = tomllib.loads(text)
    run, listed = raw.get("run", {}), raw.get("candidates", [])
    if not isinstance(run, dict):
        _find(path, text, "run").refuse("", "expected a table [run]")
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        _find(path, text, "candidates").refuse("", "expected tables [[candidates]]")
    candidates = []
    for n, table in enumerate(listed):
        place = _find(path, text, "candidates", n)
        candidates.append(_check_candidate(place, _read(place, table, CandidateSettings)))
        _check_against(place, candidates)
    return RunPlan(_read(_find(path, text, "run"), run, RunSettings), tuple(candidates))


def _find(path: Path, text: str, table: str, number: int | None = None) -> _Place:
    """The nth table of a name, up to the next header."""
    header = re.compile(rf"\s*\[+\s*{table}\s*\]")
    lines = list(enumerate(text.split("\n"), 1))
    starts = [i for i, (_, line) in enumerate(lines) if header.match(line)]
    name = table if number is None else f"{table}[{number + 1}]"
    if (number or 0) >= len(starts):
        return _Place(path, name, lines if number is not None else ())
    start = starts[number or 0]
    rest = (i for i in range(start + 1, len(lines)) if re.match(r"\s*\[+[\w. ]+\]", lines[i][1]))
    return _Place(path, name, lines[start : next(rest, len(lines))])


def _read(place: _Place, table: Mapping[str, object], kind: type[Made]) -> Made:
    known = {field.name: field for field in fields(kind) if field.name not in _DERIVED}
    for key in table:
        if key not in known:
            place.refuse(key, f"unknown key{nearest(key, list(known))}")
    values: dict[str, Any] = {}  # each is checked against the type of its default
    for name, field in known.items():
        if name in table:
            default = "" if field.default is MISSING else field.default
            values[name] = _convert(place, name, table[name], default)
    if kind is CandidateSettings and not values.get("name"):
        place.refuse("name", "is missing: every candidate needs a name of its own")
    return kind(**values)


def _convert(place: _Place, key: str, value: object, default: object) -> object:
    if isinstance(default, tuple):
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            place.refuse(key, f'expected a list of texts such as ["a", "b"], found {value!r:.60}')
        return tuple(value)
    if isinstance(default, float) and type(value) is int:
        value = float(value)
    if type(value) is not type(default):
        words = {str: "text in quotes", bool: "true or false", int: "a whole number"}
        wanted = words.get(type(default), "a number")
        place.refuse(key, f"expected {wanted}, found {value!r:.60}")
    if isinstance(value, int | float) and not value >= _LEAST.get(key, 0):
        place.refuse(key, f"must be at least {_LEAST.get(key, 0)}, found {value}")
    choices = _CHOICES.get(key, ())
    if choices and (value or key != "api") and value not in choices:
        near = nearest(str(value), list(choices))
        place.refuse(key, f"expected one of {', '.join(choices)}, found {value!r:.60}{near}")
    return value


def _check_candidate(place: _Place, one: CandidateSettings) -> CandidateSettings:
    if display(one.name) != one.name or not one.name.strip():
        place.refuse("name", "use letters that can be seen")
    for name in one.copy:
        inner = PurePosixPath(name)
        if inner.is_absolute() or ".." in inner.parts or not name.strip() or ".git" in inner.parts:
            place.refuse("copy", f"{name!r:.60} leaves the repository")
    kinds = [name for name in ("command", "api", "replay") if getattr(one, name)]
    if len(kinds) > 1:
        place.refuse(kinds[1], "either command, api or replay: one of them")
    if one.api:
        return _check_model(place, one)
    if one.replay:
        return replace(one, replay_digest=_digest(place, "replay", one.replay))
    return _check_command(place, one)


def _check_command(place: _Place, one: CandidateSettings) -> CandidateSettings:
    if not one.command or not one.command[0].strip():
        place.refuse("command", 'is missing: a list such as ["agent", "--print"]')
    if any("\0" in word for word in (*one.command, *one.setup)):
        place.refuse("command", "holds a NUL character")
    if one.prompt == "file" and not any("{ticket_file}" in word for word in one.command):
        place.refuse("command", 'prompt = "file" needs {ticket_file} in it')
    for name in one.env:
        if not _VARIABLE.fullmatch(name):
            place.refuse("env", f"{name!r:.60} is no name of a variable; values do not belong here")
    return one


def _check_model(place: _Place, one: CandidateSettings) -> CandidateSettings:
    if not one.model.strip():
        place.refuse("model", "is missing: the id by which the provider knows it")
    if one.key and not _VARIABLE.fullmatch(one.key):
        place.refuse("key", "is the name of a variable; its value does not belong here")
    address = urlsplit(one.base_url)
    if one.base_url and (address.scheme not in {"http", "https"} or not address.hostname):
        place.refuse("base_url", "expected an address that begins with https://")
    if address.scheme == "http" and one.key and address.hostname not in _LOOPBACK:
        place.refuse("base_url", "http:// would send the key in the clear: use https://")
    template = one.template or str(Path(workbench.__file__).parent / "prompt.md")
    return replace(one, template_digest=_digest(place, "template", template, TICKET_PLACE))


def _digest(place: _Place, key: str, name: str, needed: str = "") -> str:
    """Twelve digits of a file's contents: another text is another candidate."""
    try:
        data = (place.file.parent / Path(name).expanduser()).read_bytes()
    except OSError as error:
        place.refuse(key, f"{name} cannot be read: {error.strerror}")
    if needed.encode() not in data:
        place.refuse(key, f"{name}: {needed} is not in it")
    return hashlib.sha256(data).hexdigest()[:12]


def _check_against(place: _Place, read: Sequence[CandidateSettings]) -> None:
    *earlier, last = read
    for other in earlier:
        if other.name == last.name:
            place.refuse("name", f"{last.name} is the name of another candidate too")
        if other.digest == last.digest:
            same = f"the same settings as {other.name}: for repeats use trials"
            place.refuse("name", same)
