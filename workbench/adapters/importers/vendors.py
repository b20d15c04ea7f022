"""What trackers wrap their tickets in, taken off: lists in objects, GraphQL nodes, Jira's fields.

A ticket comes out as one flat object with the names that its tracker uses for title and body.
"""

from collections.abc import Iterator, Mapping

from workbench.adapters.importers.json_rows import FieldProblem, clean
from workbench.text import display

_LISTS = ("tickets", "issues", "items", "nodes")
_DEEPEST = 60
_BLOCKS = frozenset(("paragraph", "heading", "blockquote", "codeBlock", "rule", "panel", "table"))
_NAMED = {"mention": "text", "emoji": "shortName", "inlineCard": "url", "date": "timestamp"}


def find_list(value: Mapping[str, object]) -> list[object] | None:
    """The list of tickets in a tracker's answer, GraphQL's `data.issues.nodes` too."""
    for name in ("data", "team", "project", *_LISTS):
        inner = value.get(name)
        if isinstance(inner, list) and name in _LISTS:
            return inner
        if isinstance(inner, dict) and (found := find_list(inner)) is not None:
            return found
    return None


def find_refusal(value: Mapping[str, object]) -> str:
    """What a tracker says went wrong, where its answer is an error; "" where it is none."""
    if any(isinstance(inner, dict) for inner in value.values()):
        return ""
    listed = value.get("errors") or value.get("errorMessages")
    first = listed[0] if isinstance(listed, list) and listed else value.get("message")
    said = first.get("message") if isinstance(first, dict) else first
    return display(said)[:200] if isinstance(said, str) else ""


def flatten_row(row: Mapping[str, object]) -> Mapping[str, object]:
    """Jira's `fields` beside its `key`, and its document tree as text; others as they are."""
    fields = row.get("fields")
    if not isinstance(fields, dict) or "key" not in row:
        return row
    rendered = row.get("renderedFields")
    flat = {**{k: v for k, v in row.items() if k not in {"id", "fields"}}, **fields}
    description = fields.get("description")
    if isinstance(description, dict):
        flat["description"] = flatten_document(description)
    elif description is None and isinstance(rendered, dict):
        flat["description"] = rendered.get("description")
    return flat


def flatten_document(node: Mapping[str, object]) -> str:
    """Text of an Atlassian document: paragraphs, lists, tables and code in the order they stand."""
    if node.get("type") != "doc":
        raise FieldProblem("description is an object, but no document of Jira")
    text = "".join(_walk(node, "", 0))
    lines = [line.rstrip() for line in text.split("\n")]
    kept = [line for n, line in enumerate(lines) if line or (n and lines[n - 1])]
    return clean("\n".join(kept).strip())


def _walk(node: Mapping[str, object], indent: str, depth: int) -> Iterator[str]:
    if depth > _DEEPEST:
        raise FieldProblem("description is nested too deeply")
    kind, attrs = node.get("type"), node.get("attrs")
    held: Mapping[str, object] = attrs if isinstance(attrs, dict) else {}
    if kind == "text":
        yield _link(node)
    elif kind == "hardBreak":
        yield f"\n{indent}"
    elif isinstance(kind, str) and kind in _NAMED:
        yield str(held.get(_NAMED[kind], ""))
    elif kind in {"bulletList", "orderedList"}:
        for n, item in enumerate(_children(node), 1):
            mark = f"{n}. " if kind == "orderedList" else "- "
            inner = "".join(_walk(item, f"{indent}  ", depth + 1)).strip()
            yield f"{indent}{mark}{inner}\n"
        yield "" if indent else "\n"
    elif kind == "tableRow":
        cells = ("".join(_walk(cell, "", depth + 1)).strip() for cell in _children(node))
        yield " | ".join(cell.replace("\n", " ") for cell in cells) + "\n"
    else:
        yield from _walk_block(node, str(kind), held, indent, depth)


def _walk_block(
    node: Mapping[str, object],
    kind: str,
    held: Mapping[str, object],
    indent: str,
    depth: int,
) -> Iterator[str]:
    fence = "```" if kind == "codeBlock" else ""
    if fence:
        yield f"{fence}{held.get('language') or ''}\n"
    if kind == "heading" and isinstance(held.get("level"), int):
        yield "#" * int(str(held["level"])) + " "
    for child in _children(node):
        yield from _walk(child, indent, depth + 1)
    if fence:
        yield f"\n{fence}"
    if kind in _BLOCKS:
        yield "\n" if indent else "\n\n"


def _children(node: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    content = node.get("content")
    for child in content if isinstance(content, list) else []:
        if isinstance(child, dict):
            yield child


def _link(node: Mapping[str, object]) -> str:
    text = node.get("text")
    shown = text if isinstance(text, str) else ""
    marks = node.get("marks")
    for mark in marks if isinstance(marks, list) else []:
        attrs = mark.get("attrs") if isinstance(mark, dict) else None
        href = attrs.get("href") if isinstance(attrs, dict) else None
        if isinstance(href, str) and href != shown:
            return f"{shown} ({href})"
    return shown
