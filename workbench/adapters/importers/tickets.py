"""Tickets from SWE-bench rows, trackers' JSON and CSV, our own rows, and folders of Markdown.

What a candidate sees is title and body. Answers and hints (the human fix, its tests, the pull
request that closed an issue) go to `hidden`, which no screen of a reviewer shows before a label.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from workbench.adapters.importers.csv_rows import looks_like_csv, read_csv
from workbench.adapters.importers.front_matter import split_front_matter
from workbench.adapters.importers.json_rows import (
    FieldProblem,
    Row,
    Rows,
    by_key,
    clean,
    convert,
    dump,
    id_of,
    kind_of,
    read_json,
    text_of,
)
from workbench.adapters.importers.vendors import find_list, find_refusal, flatten_row
from workbench.domain.errors import InputRefused
from workbench.domain.imported import RowProblem
from workbench.domain.spec import Spec
from workbench.domain.ticket import Ticket

_ID = ("id", "ticketid", "key", "number", "iid", "identifier", "instanceid", "issuekey", "issueid")
_TITLE = ("title", "summary", "name")
_BODY = ("body", "description", "problemstatement", "text")
_LABELS = ("labels", "tags")
_URL = ("url", "htmlurl", "weburl", "link")
_READ = frozenset((*_ID, *_TITLE, *_BODY, *_LABELS, *_URL, "basecommit", "repo", "spec"))
_HIDDEN = frozenset(
    (
        "patch",
        "testpatch",
        "hintstext",
        "failtopass",
        "passtopass",
        "goldfiles",
        "evalscript",
        "closedbypullrequestsreferences",
        "comments",
    )
)
_HEADING = re.compile(r"^#[ \t]+(.+?)[ \t#]*$", re.MULTILINE)
_MAX_MARKDOWN = 5 << 20
Placed = tuple[str, Ticket] | RowProblem
"""A ticket with its place, or why there is none."""


def read_tickets(
    path: Path, repo: str = "", base_commit: str = ""
) -> Iterator[Ticket | RowProblem]:
    """Every ticket of a file or of a folder of Markdown files.

    `repo` and `base_commit` stand in where a ticket names none.
    """
    return convert(path, _rows(path), lambda row: _make(path, row, repo, base_commit))


def read_placed_tickets(path: Path) -> Iterator[Placed]:
    """The same, each ticket with its place in the file: "line 3", an item, a file's name."""
    return convert(path, _rows(path), lambda row: (row.where, _make(path, row, "", "")))


def _rows(path: Path) -> Rows:
    if path.is_dir() or path.suffix.lower() in {".md", ".markdown"}:
        return _markdown_rows(path)
    if looks_like_csv(path):
        return read_csv(path)
    return _flat(path, _json_rows(path, read_json(path)))


def make_rows(source: str, rows: Iterable[Mapping[str, object]]) -> Iterator[Placed]:
    """The same for rows that came over the network; `source` is their address."""
    where = (Row(f"item {n}", row) for n, row in enumerate(rows, 1))
    path = Path(source)
    return convert(path, _flat(path, where), lambda row: (row.where, _make(path, row, "", "")))


def _flat(path: Path, rows: Rows) -> Rows:
    for row in rows:
        try:
            yield row if isinstance(row, RowProblem) else Row(row.where, flatten_row(row.value))
        except FieldProblem as problem:
            yield RowProblem(str(path), row.where, str(problem))


def _json_rows(path: Path, value: Mapping[str, object] | Rows) -> Rows:
    if not isinstance(value, Mapping):
        return value
    names = {_fold(name) for name in value}
    if names.intersection(_TITLE) or names.intersection(_BODY):
        return iter([Row("line 1", value)])
    rows = find_list(value)
    if rows is not None:
        return by_key(path, {f"item {n}": row for n, row in enumerate(rows, 1)})
    if said := find_refusal(value):
        raise InputRefused(f"{path} is what a tracker says of an error, and no tickets: {said}")
    return _keyed_rows(path, value)


def _keyed_rows(path: Path, value: Mapping[str, object]) -> Rows:
    for row in by_key(path, value):
        if isinstance(row, RowProblem) or any(_fold(name) in _ID for name in row.value):
            yield row
        else:
            yield Row(row.where, {**row.value, "id": row.where})


def _make(path: Path, row: Row, repo: str, base_commit: str) -> Ticket:
    value = {_fold(name): field for name, field in reversed([*row.value.items()])}
    if value.get("pullrequest") is not None:
        raise FieldProblem("a pull request, not an issue: left out")
    name = _id_name(value)
    title, body = text_of(_first(value, _TITLE), "title"), text_of(_first(value, _BODY), "body")
    if not title.strip():
        title, _, body = body.lstrip().partition("\n")
    if not title.strip():
        raise FieldProblem("there is neither a title nor a body")
    return Ticket(
        ticket_id=id_of(value[name], name),
        title=title.strip(),
        body=body.strip("\r\n"),
        repo=text_of(value.get("repo"), "repo") or repo,
        base_commit=text_of(value.get("basecommit"), "base_commit").strip() or base_commit,
        spec=_spec(value.get("spec")),
        labels=_labels(_first(value, _LABELS)),
        url=text_of(_first(value, _URL), "url"),
        source=str(path),
        hidden=_kept(row.value, _HIDDEN.__contains__),
        extra=_kept(row.value, lambda name: name not in _HIDDEN and name not in _READ),
    )


def _id_name(value: Mapping[str, object]) -> str:
    """The field that holds the id: a forge's own number before the id of its database."""
    is_forge = "htmlurl" in value or "weburl" in value
    order = ("iid", "number", *_ID) if is_forge else ("identifier", *_ID)
    for name in order:
        if value.get(name) is not None:
            return name
    raise FieldProblem("id is missing")


def _spec(value: object) -> Spec:
    text = text_of(value, "spec").strip().lower() or Spec.UNSET
    if text not in set(Spec):
        raise FieldProblem(f"spec is {text[:40]!r}, expected one of {', '.join(Spec)}")
    return Spec(text)


def _labels(value: object) -> tuple[str, ...]:
    """A list of names or of objects with a name, text with commas, or nodes of GraphQL."""
    if isinstance(value, dict):
        value = value.get("nodes")
    if value is None:
        return ()
    if isinstance(value, str):
        return tuple(part.strip() for part in re.split("[,;]", clean(value)) if part.strip())
    if not isinstance(value, list):
        raise FieldProblem(f"labels is {kind_of(value)}, expected a list or text")
    named = [item.get("name") if isinstance(item, dict) else item for item in value]
    return tuple(id_of(item, "a label") for item in named)


def _kept(value: Mapping[str, object], is_wanted: Callable[[str], bool]) -> str:
    kept = {name: _unpack(name, field) for name, field in value.items() if is_wanted(_fold(name))}
    return dump(kept)


def _unpack(name: str, value: object) -> object:
    """FAIL_TO_PASS and PASS_TO_PASS are lists, or text that holds a list."""
    if not isinstance(value, str) or _fold(name) not in {"failtopass", "passtopass"}:
        return value
    try:
        listed: object = json.loads(value)
    except (ValueError, RecursionError):
        return value
    return listed if isinstance(listed, list) else value


def _markdown_rows(path: Path) -> Rows:
    """One ticket per file; a README without front matter is no ticket."""
    files = sorted(path.glob("*.md")) if path.is_dir() else [path]
    if not files:
        raise InputRefused(f"there is no Markdown file (*.md) in {path}")
    for file in files:
        try:
            row = _markdown_row(file)
        except FieldProblem as problem:
            yield RowProblem(str(path), file.name, str(problem))
        except OSError as error:
            yield RowProblem(str(path), file.name, f"cannot be read: {error.strerror or error}")
        else:
            if row is not None:
                yield row


def _markdown_row(file: Path) -> Row | None:
    if file.is_symlink():
        raise FieldProblem("a symbolic link is not followed")
    with file.open("rb") as opened:
        data = opened.read(_MAX_MARKDOWN + 1)
    if len(data) > _MAX_MARKDOWN:
        raise FieldProblem(f"larger than {_MAX_MARKDOWN >> 20} MB")
    text = data.decode("utf-8-sig", "backslashreplace").replace("\r\n", "\n")
    fields, body = split_front_matter(text)
    if not fields and file.stem.lower() == "readme":
        return None
    value: dict[str, object] = {"id": clean(file.stem), **fields}
    heading = _HEADING.search(body)
    if not value.get("title"):
        value["title"] = heading[1] if heading else clean(file.stem)
    is_title = heading is not None and heading[1] == value["title"]
    if heading is not None and is_title and not body[: heading.start()].strip():
        body = body[heading.end() :]
    return Row(file.name, {**value, "body": body})


def _first(value: Mapping[str, object], names: tuple[str, ...]) -> object:
    return next((value[name] for name in names if value.get(name) is not None), None)


def _fold(name: str) -> str:
    """A field name without case, blanks and underscores: `Issue key`, `issue_key`, `issueKey`."""
    return re.sub(r"[\s_]", "", name).lower()
