"""JSON rows in the three shapes that harnesses write: JSONL, a list, an object by id.

The shape is told by content, never by the file's name. JSONL is read line by line; a bad line is
reported and the next one read. A byte that is no UTF-8 survives as a surrogate, so that a patch
comes out with the bytes it went in with.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, NamedTuple, TypeVar

from workbench.domain.errors import InputRefused
from workbench.domain.imported import RowProblem

_BOM = b"\xef\xbb\xbf"
_SAMPLE = 1 << 16
MAX_LINE = 128 << 20
MAX_WHOLE = 512 << 20
T = TypeVar("T")


class Row(NamedTuple):
    """One object and where it stands in its file."""

    where: str
    value: Mapping[str, object]


Rows = Iterator[Row | RowProblem]


class FieldProblem(ValueError):
    """A field is missing or of the wrong type; the message names it."""


def read_json(path: Path) -> Mapping[str, object] | Rows:
    """The single object that a file holds, or its rows; raises InputRefused."""
    try:
        with path.open("rb") as file:
            return _read_shape(path, file)
    except OSError as error:
        raise InputRefused(f"{path} cannot be read: {error.strerror or error}") from error


def convert(path: Path, rows: Rows, make: Callable[[Row], T]) -> Iterator[T | RowProblem]:
    """Each row through `make`; what it cannot take becomes a RowProblem."""
    for row in rows:
        if isinstance(row, RowProblem):
            yield row
            continue
        try:
            yield make(row)
        except FieldProblem as problem:
            yield RowProblem(str(path), row.where, str(problem))
        except RecursionError:
            yield RowProblem(str(path), row.where, "nested too deeply")


def by_key(path: Path, value: Mapping[str, object]) -> Rows:
    """The members of an object by id as rows."""
    for key, member in value.items():
        yield _as_row(path, clean(key), member)


def clean(text: str) -> str:
    r"""Text that a database can hold: a lone surrogate becomes `\udcNN`."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def to_bytes(text: str) -> bytes:
    """The bytes that a text stood for."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def kind_of(value: object) -> str:
    """What a reader of JSON would call a value."""
    names = {bool: "true or false", str: "text", list: "a list", dict: "an object"}
    return "null" if value is None else names.get(type(value), "a number")


def text_of(value: object, name: str) -> str:
    """A text or null (""), else FieldProblem."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise FieldProblem(f"{name} is {kind_of(value)}, expected text or null")
    return clean(value)


def id_of(value: object, name: str) -> str:
    """An id: text that is not blank, or a whole number; else FieldProblem."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise FieldProblem(f"{name} is {kind_of(value)}, expected text")
    if not value.strip():
        raise FieldProblem(f"{name} is empty")
    return clean(value)


def dump(value: Mapping[str, object]) -> str:
    """One JSON text per content, plain ASCII so that every database takes it."""
    return json.dumps(value, sort_keys=True)


def _read_shape(path: Path, file: IO[bytes]) -> Mapping[str, object] | Rows:
    sample = file.read(_SAMPLE)
    if sample[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        raise InputRefused(f"{path} is UTF-16 text: save it as UTF-8")
    start = sample.removeprefix(_BOM).lstrip()
    if not start:
        raise InputRefused(f"{path} is empty")
    file.seek(0)
    if start.startswith(b"["):
        return _whole(path, file)
    if start.startswith(b"<"):
        what = "is a web page, HTML or XML, and no data"
        raise InputRefused(f"{path} {what}: sign in where it is from, and export it again")
    if not start.startswith(b"{") and not _has_rows(sample):
        raise InputRefused(f"{path} is not JSON: it starts with {start[:20]!r}")
    if start.startswith(b"{") and not _is_jsonl(file):
        file.seek(0)
        return _whole(path, file)
    return _lines(path)


def _is_jsonl(file: IO[bytes]) -> bool:
    """Whether the first line that is not blank is an object of its own with more to follow."""
    lines = iter(lambda: file.readline(MAX_LINE), b"")
    first = next((line for line in lines if line.removeprefix(_BOM).strip()), b"")
    if not any(line.strip() for line in lines):
        return False
    if _parses(first):
        return True
    file.seek(0)
    return _has_rows(file.read(_SAMPLE).partition(b"\n")[2])


def _has_rows(sample: bytes) -> bool:
    return any(line.startswith(b"{") and _parses(line) for line in sample.split(b"\n"))


def _parses(line: bytes) -> bool:
    try:
        return isinstance(json.loads(_decode(line)), dict)
    except (ValueError, RecursionError):
        return False


def _whole(path: Path, file: IO[bytes]) -> Mapping[str, object] | Rows:
    if os.fstat(file.fileno()).st_size > MAX_WHOLE:
        raise InputRefused(f"{path} is one JSON value of more than {MAX_WHOLE >> 20} MB: use JSONL")
    try:
        value = json.loads(_decode(file.read()))
    except (ValueError, RecursionError) as error:
        return iter([_broken(path, error)])
    if isinstance(value, dict):
        return value
    return (_as_row(path, f"item {n}", item) for n, item in enumerate(value, 1))


def _lines(path: Path) -> Rows:
    """Rows of JSONL, one line in memory at a time."""
    with path.open("rb") as file:
        number = 0
        while line := file.readline(MAX_LINE):
            number += 1
            where = f"line {number}"
            if len(line) == MAX_LINE and not line.endswith(b"\n"):
                yield RowProblem(str(path), where, f"longer than {MAX_LINE >> 20} MB")
                _skip_line(file)
            elif line.removeprefix(_BOM).strip():
                yield _parse_line(path, where, line)


def _skip_line(file: IO[bytes]) -> None:
    while (rest := file.readline(1 << 20)) and not rest.endswith(b"\n"):
        pass


def _parse_line(path: Path, where: str, line: bytes) -> Row | RowProblem:
    try:
        value = json.loads(_decode(line))
    except json.JSONDecodeError as error:
        return RowProblem(str(path), where, f"not JSON at column {error.colno}: {error.msg}")
    except (ValueError, RecursionError) as error:
        return RowProblem(str(path), where, f"not JSON that can be read: {error}")
    return _as_row(path, where, value)


def _as_row(path: Path, where: str, value: object) -> Row | RowProblem:
    if not isinstance(value, dict):
        return RowProblem(str(path), where, f"is {kind_of(value)}, expected an object")
    return Row(where, value)


def _broken(path: Path, error: Exception) -> RowProblem:
    if isinstance(error, json.JSONDecodeError):
        where = f"line {error.lineno}, column {error.colno}"
        return RowProblem(str(path), where, f"the JSON breaks off or is wrong here: {error.msg}")
    return RowProblem(str(path), "line 1", f"not JSON that can be read: {error}")


def _decode(data: bytes) -> str:
    return data.decode("utf-8-sig", "surrogateescape")
