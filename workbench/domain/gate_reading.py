"""A parsed gate file becomes a Gate, or a list of all that is wrong with its keys (E01 to E03)."""

import difflib
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from workbench.domain.finding import FindingKind
from workbench.domain.gate import (
    AGREEMENTS,
    DIFFERENCES,
    HAT_K,
    Answer,
    Bound,
    Criterion,
    Design,
    Gate,
    Inference,
    Mode,
    OnInconclusive,
    Published,
    Sequential,
    Workflow,
)
from workbench.domain.gate_keys import ARRAYS, TABLES, Key
from workbench.domain.lint import Lint
from workbench.domain.policy import Policy, SelfFlag, UnknownTests
from workbench.domain.utility import Prices

Row = dict[str, Any]  # what TOML gives; every value is checked against its Key
FindLine = Callable[[str, int, str], int]
"""The line of a key: (table, which of an array counted from 0, key) in, 0 where it is unknown."""

_WORDS = {
    str: "text in quotes",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list: "a list of texts",
    date: "a date such as 2026-03-01",
    datetime: "a time such as 2026-03-02T09:00:00Z",
}


class _Reader:
    """Collects what is wrong, so that all of it is told at once."""

    def __init__(self, find_line: FindLine) -> None:
        self.lints: list[Lint] = []
        self._find_line = find_line

    def tell(self, code: str, sentence: str, table: str, key: str, place: int = 0) -> None:
        self.lints.append(Lint(code, sentence, self._find_line(table, place, key)))

    def read_table(self, raw: Mapping[str, object], table: str, place: int = 0) -> Row:
        """The values of one table, defaults filled in; a wrong one is told and left out."""
        keys = {key.name: key for key in (TABLES | ARRAYS)[table]}
        values: Row = {name: key.default for name, key in keys.items()}
        for name, value in raw.items():
            shown = f"[{table}] {name}" if table else name
            if not table and (name in TABLES or name in ARRAYS):
                continue
            if name not in keys:
                known = [*keys, *TABLES, *ARRAYS] if not table else list(keys)
                sentence = f"{shown}: unknown key{_nearest(name, known)}"
                self.tell("E01", sentence, table, name, place)
            elif wrong := _find_wrong(keys[name], value):
                self.tell("E01", f"{shown}: {wrong}", table, name, place)
            else:
                values[name] = value
        return values

    def read_rows(self, raw: Mapping[str, object], table: str) -> list[Row]:
        """An array of tables."""
        found = raw.get(table, [])
        if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
            self.tell("E01", f"expected tables [[{table}]]", "", table)
            return []
        return [self.read_table(row, table, place) for place, row in enumerate(found)]

    def read_one(self, raw: Mapping[str, object], table: str) -> Row:
        """A table that stands once."""
        found = raw.get(table, {})
        if not isinstance(found, dict):
            self.tell("E01", f"expected a table [{table}]", "", table)
            found = {}
        return self.read_table(found, table)


def read_gate(
    raw: Mapping[str, object], name: str, find_line: FindLine = lambda *_: 0
) -> tuple[Gate | None, list[Lint]]:
    """The gate, None where a key of it is wrong; `name` stands for one that has none."""
    reader = _Reader(find_line)
    top = reader.read_table(raw, "")
    if top["schema"] != 1 and not any("schema" in lint.sentence for lint in reader.lints):
        found = "it is missing" if top["schema"] is None else f"found {top['schema']}"
        reader.tell("E01", f"schema: expected 1, {found}", "", "schema")
    tables = {table: reader.read_one(raw, table) for table in TABLES if table}
    rows = reader.read_rows(raw, "criterion")
    criteria = [_read_criterion(reader, row, place) for place, row in enumerate(rows)]
    published = [_read_published(reader, row, i) for i, row in
                 enumerate(reader.read_rows(raw, "capability"))]  # fmt: skip
    if any(lint.is_error for lint in reader.lints):
        return None, reader.lints
    labels, inference = tables["labels"], dict(tables["inference"])
    gate = Gate(
        name=top["name"] or name,
        criteria=tuple(filter(None, criteria)),
        locked_at=_aware(top["locked_at"]),
        workflow=_read_workflow(tables["workflow"]),
        design=Design(**{k: v for k, v in tables["design"].items() if v is not None}),
        policy=_read_policy(labels, inference.pop("unknown_tests")),
        inference=Inference(**(inference | {"sequential": Sequential(inference["sequential"])})),
        prices=Prices(**tables["utility"]) if "utility" in raw else None,
        on_inconclusive=OnInconclusive(tables["output"]["on_inconclusive"]),
        published=tuple(filter(None, published)),
    )
    return gate, reader.lints


def _aware(at: datetime | None) -> datetime | None:
    """A time without a zone is one of UTC."""
    return at.replace(tzinfo=UTC) if at and at.tzinfo is None else at


def _read_workflow(row: Row) -> Workflow:
    return Workflow(
        reversible_low_blast=Answer(row["reversible_low_blast"]),
        human_reviews_all=Answer(row["human_reviews_all"]),
        throughput_bound_cheap_check=Answer(row["throughput_bound_cheap_check"]),
        mode=None if row["mode"] == "auto" else Mode(row["mode"]),
        answered_by=row["answered_by"] or "",
        answered_on=row["answered_on"],
    )


def _read_policy(labels: Row, unknown_tests: str) -> Policy:
    kinds = frozenset(FindingKind(kind) for kind in labels["escape_kinds"])
    flags = SelfFlag(labels["self_flag"])
    rest = {"escape_kinds": kinds, "self_flag": flags, "unknown_tests": UnknownTests(unknown_tests)}
    return Policy(**(labels | rest))


def _read_criterion(reader: _Reader, row: Row, place: int) -> Criterion | None:
    """A criterion; E02 without a matching limit, E03 for one out of range."""
    metric, bound = row["metric"], row["bound"]

    def tell(code: str, sentence: str, key: str = "") -> None:
        reader.tell(code, f"criterion {place + 1} ({metric}): {sentence}", "criterion", key, place)

    if metric is None:
        reader.tell("E01", f"criterion {place + 1}: metric is missing", "criterion", "", place)
        return None
    if bound is None:
        tell("E02", 'bound is missing: "upper" with max, or "lower" with min')
        return None
    wanted, other = ("max", "min") if bound == Bound.UPPER else ("min", "max")
    if row[wanted] is None or row[other] is not None:
        tell("E02", f'bound = "{bound}" goes with {wanted}, and with {wanted} alone', "bound")
        return None
    limit, low = float(row[wanted]), -1 if metric in DIFFERENCES | AGREEMENTS else 0
    if not low < limit < 1:
        tell("E03", f"{wanted} = {limit:g}: expected above {low} and below 1", wanted)
    for key, metrics in (("label", AGREEMENTS), ("k", {HAT_K}), ("versus", DIFFERENCES)):
        if row[key] is not None and metric not in metrics:
            tell("E01", f"{key} goes with {', '.join(sorted(metrics))} alone", key)
    if metric == HAT_K and row["k"] is None:
        tell("E01", "k is missing: in how many trials it must hold")
    if metric in DIFFERENCES and row["versus"] is None:
        tell("E09", 'versus is missing: a candidate, or "incumbent"')
    return Criterion(
        *(metric, Bound(bound), limit, row["stratum"], row["required"], row["label"] or ""),
        k=row["k"] or 0,
        versus=row["versus"] or "",
    )


def _read_published(reader: _Reader, row: Row, place: int) -> Published | None:
    for key in ("model", "benchmark", "score"):
        if row[key] is None:
            sentence = f"capability {place + 1}: {key} is missing"
            reader.tell("E01", sentence, "capability", "", place)
            return None
    rest = {"n": row["n"] or 0, "source": row["source"] or ""}
    return Published(**(row | rest | {"score": float(row["score"])}))


def _find_wrong(key: Key, value: object) -> str:
    """Why a value cannot stand, "" where it can."""
    if not _is_of(key.kind, value):
        return f"expected {_WORDS[key.kind]}, found {value!r:.60}"
    for word in value if isinstance(value, list) else [value]:
        if key.choices and word not in key.choices:
            near = _nearest(str(word), list(key.choices))
            return f"expected one of {', '.join(key.choices)}, found {word!r:.60}{near}"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _find_out_of_range(key, value)
    return ""


def _find_out_of_range(key: Key, value: float) -> str:
    is_low = key.low is not None and value < key.low
    is_high = key.high is not None and value > key.high
    if not is_low and not is_high and value == value:  # noqa: PLR0124 - TOML has nan
        return ""
    upper = "" if key.high is None else f" to {key.high:g}"
    return f"expected {key.low or 0:g}{upper or ' or more'}, found {value:g}"


def _is_of(kind: type, value: object) -> bool:
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind is list:
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    return type(value) is kind


def _nearest(name: str, known: list[str]) -> str:
    found = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {found[0]}?" if found else ""
