"""The flat front matter of a Markdown ticket: `key: value`, lists, quotes, comments; no more.

A full YAML reader brings tags, anchors and surprises ("no" is false); a ticket needs five fields.
What this reader does not know it refuses by line, instead of guessing.
"""

import re

from workbench.adapters.importers.json_rows import FieldProblem

_FIELD = re.compile(r"([A-Za-z_][\w -]*?)\s*:(?:\s+(.*))?")
_ITEM = re.compile(r"\s*-\s+(.*)")
_PLAIN = re.compile(r"[^\s\[\]{}&*!|>%@`\"'#][^\[\]{}]*")
_FENCE = "---"

Fields = dict[str, str | list[str]]


def split_front_matter(text: str) -> tuple[Fields, str]:
    """Fields and body; no fields where the text does not open with `---`; raises FieldProblem."""
    lines = text.split("\n")
    if lines[0].rstrip() != _FENCE:
        return {}, text
    ends = [n for n, line in enumerate(lines[1:], 1) if line.rstrip() in {_FENCE, "..."}]
    if not ends:
        raise FieldProblem("the front matter that line 1 opens is never closed by ---")
    return _read_fields(lines[1 : ends[0]]), "\n".join(lines[ends[0] + 1 :])


def _read_fields(lines: list[str]) -> Fields:
    fields: Fields = {}
    key = ""
    for number, line in enumerate(lines, 2):
        item = _ITEM.fullmatch(line.rstrip())
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if item and key and isinstance(held := fields[key] or [], list):
            fields[key] = [*held, _scalar(item[1], number)]
            continue
        field = _FIELD.fullmatch(line.rstrip())
        if field is None or line[:1].isspace():
            raise FieldProblem(f"line {number} of the front matter is not `name: value`")
        key = field[1].lower()
        if key in fields:
            raise FieldProblem(f"{key} stands twice in the front matter (line {number})")
        fields[key] = _value(field[2] or "", number)
    return fields


def _value(text: str, number: int) -> str | list[str]:
    text = text.strip()
    if not text.startswith("["):
        return _scalar(text, number)
    text = _without_comment(text)
    if not text.endswith("]"):
        raise FieldProblem(f"the list in line {number} is not closed by ]")
    inner = text[1:-1].strip().removesuffix(",")
    return [_scalar(part, number) for part in inner.split(",")] if inner else []


def _scalar(text: str, number: int) -> str:
    text = text.strip()
    for quote in ("'", '"'):
        if text.startswith(quote):
            inner, closing, rest = text[1:].partition(quote)
            if not closing or (rest.strip() and not rest.strip().startswith("#")):
                raise FieldProblem(f"the quotes in line {number} are not closed, or text follows")
            if quote == '"' and "\\" in inner:
                raise FieldProblem(f"line {number}: use single quotes around a backslash")
            return inner
    text = _without_comment(text)
    if text and not _PLAIN.fullmatch(text):
        raise FieldProblem(f"line {number}: put the value in quotes")
    return text


def _without_comment(text: str) -> str:
    return re.split(r"(?:^|\s)#", text, maxsplit=1)[0].rstrip()
