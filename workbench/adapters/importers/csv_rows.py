"""CSV tickets, as trackers export them: the delimiter is sniffed, repeated heads become a list."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from workbench.adapters.importers.json_rows import Row, Rows, clean
from workbench.domain.counted import counted
from workbench.domain.errors import InputRefused
from workbench.domain.imported import RowProblem

_DELIMITERS = ",;\t|"
_LARGEST_FILE = 256 << 20
_LARGEST_FIELD = 16 << 20
_SAMPLE = 1 << 16


def looks_like_csv(path: Path) -> bool:
    """Whether a file's first line is a row of heads: no JSON, and a delimiter in it."""
    try:
        with path.open("rb") as file:
            sample = file.read(_SAMPLE)
    except OSError:
        return False
    start = sample.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start[:1] in {b"{", b"[", b"<", b""} or sample[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return False
    line = start.partition(b"\n")[0]
    return path.suffix.lower() in {".csv", ".tsv"} or any(d.encode() in line for d in _DELIMITERS)


def read_csv(path: Path) -> Rows:
    """Every row by its heads; one with more fields than heads is named and left out."""
    if path.stat().st_size > _LARGEST_FILE:
        raise InputRefused(f"{path} is larger than {_LARGEST_FILE >> 20} MB: split it")
    text = path.read_bytes().decode("utf-8-sig", "backslashreplace")
    heads_line = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=heads_line.count)
    csv.field_size_limit(_LARGEST_FIELD)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    return _rows(path, reader)


def _rows(path: Path, reader: "Iterator[list[str]]") -> Rows:
    heads: list[str] | None = None
    number = 0
    while True:
        number += 1
        try:
            fields = next(reader, None)
        except csv.Error as error:
            yield RowProblem(str(path), f"row {number}", f"no CSV from here on: {error}")
            return
        if fields is None:
            return
        if not any(field.strip() for field in fields):
            continue
        if heads is None:
            heads = [clean(field.strip()) for field in fields]
        elif len(fields) > len(heads):
            reason = f"has {counted(len(fields), 'field')}, the heads are {len(heads)}"
            yield RowProblem(str(path), f"row {number}", reason)
        else:
            yield Row(f"row {number}", _by_head(heads, fields))


def _by_head(heads: list[str], fields: list[str]) -> dict[str, object]:
    value: dict[str, object] = {}
    for head, field in zip(heads, fields, strict=False):
        held = value.get(head)
        if not head or (not field and held is not None):
            continue
        if held is None or held == "":
            value[head] = clean(field)
        else:
            value[head] = [*(held if isinstance(held, list) else [held]), clean(field)]
    return {name: field for name, field in value.items() if field != ""}
