"""Reports of checks and baselines as files, each whole or not there at all.

A file is named by a digest of everything that its content depends on, so what is there is never
done again, and what was being written when the program was killed is not there.
"""

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbench.adapters.files import write_atomically
from workbench.domain.check import CheckStatus
from workbench.domain.check_report import CheckReport
from workbench.domain.delta import Baseline

_STATUSES = {"tests", "hidden"}


class CheckFiles:
    """The folder of reports of one study."""

    def __init__(self, folder: Path) -> None:
        """The folder is made with the first report."""
        self._folder = folder

    def get_report(self, key: str) -> CheckReport | None:
        """None where there is none that can be read: it is made again then."""
        raw = self._read(f"{key}.json")
        try:
            return None if raw is None else CheckReport(**_values(raw))
        except (TypeError, ValueError):
            return None

    def put_report(self, report: CheckReport) -> None:
        """Raises OSError where it cannot be written."""
        self._write(f"{report.key}.json", dataclasses.asdict(report))

    def get_baseline(self, key: str) -> Baseline | None:
        """The same for the tests on base."""
        raw = self._read(f"{key}.base.json")
        if raw is None:
            return None
        try:
            values: dict[str, Any] = {
                n: frozenset(v) if isinstance(v, list) else v for n, v in raw.items()
            }
            return Baseline(**values)
        except (TypeError, ValueError):
            return None

    def put_baseline(self, key: str, base: Baseline) -> None:
        """Raises OSError where it cannot be written."""
        values = dataclasses.asdict(base)
        plain = {n: sorted(v) if isinstance(v, frozenset) else v for n, v in values.items()}
        self._write(f"{key}.base.json", plain)

    def _read(self, name: str) -> dict[str, Any] | None:  # as JSON gives it
        try:
            raw = json.loads(self._path(name).read_bytes())
        except (OSError, ValueError):
            return None
        return raw if isinstance(raw, dict) else None

    def _write(self, name: str, value: Mapping[str, object]) -> None:
        path = self._path(name)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomically(path, [json.dumps(value).encode()])

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / name


def _values(raw: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, value in raw.items():
        if name in _STATUSES:
            made[name] = CheckStatus(str(value))
        else:
            made[name] = tuple(value) if isinstance(value, list) else value
    return made
