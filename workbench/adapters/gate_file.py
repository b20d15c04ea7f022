"""A gate file and the frozen tickets it names, read from disk with the line of every key."""

import hashlib
import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from workbench.domain.errors import InputRefused
from workbench.domain.gate import SuiteSize
from workbench.domain.spec import Spec
from workbench.domain.ticket import SuiteEntry, suite_digest

_LARGEST = 1 << 20
_TABLE = re.compile(r"\s*(\[{1,2})\s*([A-Za-z_]+)\s*\]{1,2}")
_KEY = re.compile(r"""\s*["']?([A-Za-z0-9_-]+)["']?\s*=""")


class GateFile(NamedTuple):
    """A gate file as TOML gives it; `digest` is the SHA-256 of its bytes."""

    path: Path
    digest: str
    raw: Mapping[str, object]
    lines: Mapping[tuple[str, int, str], int]

    def find_line(self, table: str, place: int, key: str) -> int:
        """Where a key stands, else its table, else 0."""
        return self.lines.get((table, place, key)) or self.lines.get((table, place, ""), 0)


def read_gate_file(path: Path) -> GateFile:
    """Raises InputRefused, with the line, where it is no TOML."""
    try:
        data = path.read_bytes()[: _LARGEST + 1]
        text = data.decode()
        raw = tomllib.loads(text)
    except FileNotFoundError as error:
        raise InputRefused(f"{path}: no such file: `workbench gate init` writes one") from error
    except OSError as error:
        raise InputRefused(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputRefused(f"{path}: cannot be read: it is not UTF-8") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputRefused(f"{path}: not valid TOML: {error}") from error
    if len(data) > _LARGEST:
        raise InputRefused(f"{path}: larger than a gate file can be (1 MB)")
    return GateFile(path, hashlib.sha256(data).hexdigest(), raw, dict(_find_lines(text)))


def _find_lines(text: str) -> Iterator[tuple[tuple[str, int, str], int]]:
    """((table, which of its kind, key), line) for each; "" is the table itself."""
    table, place = "", 0
    seen: Counter[str] = Counter()
    for number, line in enumerate(text.split("\n"), 1):
        if found := _TABLE.match(line):
            table = found[2]
            place = seen[table] if found[1] == "[[" else 0
            seen[table] += 1
            yield (table, place, ""), number
            if not place:
                yield ("", 0, table), number
        elif found := _KEY.match(line):
            yield (table, place, found[1]), number


class SuiteFile(NamedTuple):
    """tickets.lock.json. `problem` says what is wrong with it, "" where it is whole."""

    digest: str = ""
    size: SuiteSize | None = None
    problem: str = ""


def read_suite(path: Path, frozen_digest: str = "") -> SuiteFile:
    """The frozen tickets; compared with what a study froze where that is given."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        entries = [
            SuiteEntry(str(row["id"]), str(row["digest"]), Spec(row["spec"]))
            for row in raw["tickets"]
        ]
        stated = str(raw["digest"])
    except FileNotFoundError:
        return SuiteFile(problem=f"{path.name} is missing: `workbench tickets freeze` writes it")
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        return SuiteFile(problem=f"{path.name} is no list of frozen tickets: {error!r:.80}")
    specs = Counter(entry.spec for entry in entries)
    size = SuiteSize(len(entries), specs[Spec.VAGUE], specs[Spec.CLEAR])
    return SuiteFile(stated, size, _find_problem(path, entries, stated, frozen_digest))


def _find_problem(path: Path, entries: list[SuiteEntry], stated: str, frozen: str) -> str:
    ids = Counter(entry.ticket_id for entry in entries)
    twice = sorted(ticket for ticket, n in ids.items() if n > 1)
    if twice:
        return f"{path.name} lists {twice[0]} twice"
    if suite_digest(entries) != stated:
        return f"{path.name} was changed: its tickets do not make its digest"
    if frozen and stated != frozen:
        return f"{path.name} is of another suite: {stated[:12]}, this study froze {frozen[:12]}"
    return ""


def read_locked(folder: Path) -> dict[str, datetime]:
    """When the settings of each candidate were frozen; empty without candidates.lock.json."""
    path = folder / "candidates.lock.json"
    try:
        names = list(json.loads(path.read_text(encoding="utf-8"))["candidates"])
        at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return {}
    return dict.fromkeys(names, at)
