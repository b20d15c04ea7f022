"""Predictions of the SWE-bench family as deliveries, and our own extra fields.

A row has `instance_id`, `model_name_or_path`, `model_patch`; null or "" is an answer without a
patch. `message`, `questions` and `self_flagged` are read where a harness wrote them, also inside
a `result` object. Whatever else a row holds is kept.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

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
    to_bytes,
)
from workbench.domain.delivery import Delivery
from workbench.domain.imported import RowProblem
from workbench.domain.output import Delivered

_ID = ("instance_id", "ticket_id", "ticket")
_CANDIDATE = ("model_name_or_path", "candidate")
_PATCH = ("model_patch", "patch")
_FLAGS = ("self_flagged", "known_issues")
_READ = frozenset(
    (*_ID, *_CANDIDATE, *_PATCH, *_FLAGS, "message", "questions", "run_id", "result", "delivery")
)
_BY_STATUS = {"needs_clarification": Delivery.ASK, "declined": Delivery.DECLINE}


def read_predictions(path: Path, candidate: str | None = None) -> Iterator[Delivered | RowProblem]:
    """Every row of a predictions file; `candidate` stands in for the name in the file."""
    value = read_json(path)
    return convert(path, _rows(path, value), lambda row: _make(row, candidate))


def _rows(path: Path, value: Mapping[str, object] | Rows) -> Rows:
    """An object is one record, or records by id: there the key is the id of one that has none."""
    if not isinstance(value, Mapping):
        yield from value
        return
    if any(name in value and not isinstance(value[name], dict) for name in (*_ID, *_PATCH)):
        yield Row("line 1", value)
        return
    for row in by_key(path, value):
        if isinstance(row, RowProblem):
            yield row
            continue
        own = _first(row.value, _ID)[1]
        if own is None or own == "":
            yield Row(row.where, {**row.value, "instance_id": row.where})
        elif isinstance(own, str) and clean(own) != row.where:
            reason = f"the key and its instance_id differ: {clean(own)}"
            yield RowProblem(str(path), row.where, reason)
        else:
            yield row


def _make(row: Row, candidate: str | None) -> Delivered:
    value = row.value
    name, ticket = _first(value, _ID)
    if ticket is None:
        raise FieldProblem("instance_id is missing")
    patch_name, patch = _first(value, _PATCH)
    has_patch_field = any(field in value for field in _PATCH)
    if not has_patch_field and "message" not in value and "result" not in value:
        raise FieldProblem("model_patch is missing")
    if patch is not None and not isinstance(patch, str):
        raise FieldProblem(f"{patch_name} is {kind_of(patch)}, expected text or null")
    said = _said(value)
    return Delivered(
        ticket_id=id_of(ticket, name),
        candidate=candidate if candidate is not None else _candidate(value),
        patch=to_bytes(patch or ""),
        message=text_of(said.get("message"), "message"),
        delivery=_delivery(value, said, has_patch=bool(patch and patch.strip())),
        self_flagged=_texts(_first(said, _FLAGS)[1], "self_flagged"),
        questions=_texts(said.get("questions"), "questions"),
        run_id=text_of(value.get("run_id"), "run_id"),
        extra=dump({key: kept for key, kept in value.items() if key not in _READ}),
        where=row.where,
    )


def _candidate(value: Mapping[str, object]) -> str:
    name, candidate = _first(value, _CANDIDATE)
    if candidate is None:
        raise FieldProblem("model_name_or_path is missing: name the candidate when you import")
    return id_of(candidate, name)


def _said(value: Mapping[str, object]) -> Mapping[str, object]:
    """What a harness reported: a `result` object or text, with fields of the row on top."""
    result = value.get("result")
    if isinstance(result, str):
        return {"message": result, **value}
    if result is not None and not isinstance(result, dict):
        raise FieldProblem(f"result is {kind_of(result)}, expected text or an object")
    own = {key: field for key, field in value.items() if field is not None}
    return {**(result or {}), **own}


def _delivery(
    value: Mapping[str, object], said: Mapping[str, object], *, has_patch: bool
) -> Delivery | None:
    """A delivery the row declares; None leaves it to what came (domain/output)."""
    declared = text_of(value.get("delivery"), "delivery")
    if declared and declared not in set(Delivery):
        raise FieldProblem(f"delivery is {declared!r}, expected one of {', '.join(Delivery)}")
    if declared:
        return Delivery(declared)
    status = said.get("status")
    return _BY_STATUS.get(status) if isinstance(status, str) and not has_patch else None


def _texts(value: object, name: str) -> tuple[str, ...]:
    """A list of texts, or of objects with file, line and text."""
    if value is None:
        return ()
    if not isinstance(value, list):
        raise FieldProblem(f"{name} is {kind_of(value)}, expected a list")
    return tuple(_flag(item, name) for item in value)


def _flag(item: object, name: str) -> str:
    if not isinstance(item, dict):
        return id_of(item, f"an item of {name}")
    place = [str(item[key]) for key in ("file", "line") if isinstance(item.get(key), str | int)]
    said = text_of(item.get("text"), f"text in {name}")
    return clean(": ".join(part for part in (":".join(place), said) if part))


def _first(value: Mapping[str, object], names: tuple[str, ...]) -> tuple[str, object]:
    """The first of several names that holds something, and what."""
    for name in names:
        if value.get(name) is not None:
            return name, value[name]
    return names[0], None
