"""Reads published scores from a CSV with a header: model, benchmark, score; n, source, as_of."""

import csv
from collections.abc import Iterator, Mapping
from datetime import date
from math import isfinite
from pathlib import Path

from workbench.domain.errors import InputRefused
from workbench.domain.gate import Published
from workbench.domain.imported import RowProblem

_NEEDED = ("model", "benchmark", "score")
_COLUMNS = (*_NEEDED, "n", "source", "as_of")
_LARGEST = 1 << 20


def read_scores(path: Path) -> Iterator[Published | RowProblem]:
    """Every row; raises InputRefused where the file is none of this kind."""
    text = _read(path)
    try:
        rows = csv.DictReader(text.splitlines(), strict=True)
        _check_header(path, rows.fieldnames or ())
        for row in rows:
            where = f"line {rows.line_num}"
            try:
                yield _parse(row)
            except ValueError as error:
                yield RowProblem(str(path), where, str(error))
    except csv.Error as error:
        raise InputRefused(f"{path}: not CSV: {error}") from error


def _read(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputRefused(f"{path} cannot be read: {error.strerror or error}") from error
    if len(data) > _LARGEST:
        raise InputRefused(f"{path}: larger than a list of scores can be (1 MB)")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputRefused(f"{path}: it is not UTF-8") from error


def _check_header(path: Path, names: object) -> None:
    found = [str(name).strip() for name in names] if isinstance(names, list) else []
    missing = [name for name in _NEEDED if name not in found]
    if missing:
        wanted = ",".join(_COLUMNS)
        raise InputRefused(f"{path}: line 1: no column {missing[0]}; expected {wanted}")


def _parse(row: Mapping[str, str | None]) -> Published:
    """One row; ValueError says what is wrong with it."""
    held = {str(key).strip(): str(value or "").strip() for key, value in row.items()}
    for name in ("model", "benchmark"):
        if not held[name]:
            raise ValueError(f"{name} is empty")
    return Published(
        model=held["model"],
        benchmark=held["benchmark"],
        score=_parse_share(held["score"]),
        n=_parse_count(held.get("n", "")),
        source=held.get("source", ""),
        as_of=_parse_date(held.get("as_of", "")),
    )


def _parse_share(text: str) -> float:
    is_percent = text.endswith("%")
    try:
        value = float(text.removesuffix("%")) / (100 if is_percent else 1)
    except ValueError:
        value = float("nan")
    if not (isfinite(value) and 0 <= value <= 1):
        raise ValueError(f"score {text!r:.40}: expected a share, as in 0.887 or 88.7%")
    return value


def _parse_count(text: str) -> int:
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 10**9):
        raise ValueError(f"n {text!r:.40}: expected of how many tasks, as in 500")
    return int(text)


def _parse_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise ValueError(f"as_of {text!r:.40}: expected a date, as in 2026-02-20") from error
