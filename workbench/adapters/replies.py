"""What a model's reply holds: a diff, whole files, a question, or a refusal; the rest is prose.

The forms are those that the prompt asks for; a diff is also found where it was not fenced. What
has none of them is a message, and a person judges it.
"""

import re
from dataclasses import dataclass

from workbench.adapters.result_file import clean_text
from workbench.domain.run import Said, Status

_FENCE = re.compile(
    r"^(`{3,}|~{3,})[ \t]*([\w+-]*)[^\n]*\n(.*?)^\1[ \t]*$", re.MULTILINE | re.DOTALL
)
_FILE = re.compile(
    r"^#{0,6}[ \t]*FILE:[ \t]*`?([^\n`]+?)`?[ \t]*\n+(`{3,}|~{3,})[^\n]*\n(.*?)^\2[ \t]*$",
    re.MULTILINE | re.DOTALL,
)
_LINE = re.compile(r"^[ \t*-]*(QUESTION|KNOWN ISSUE|DECLINED):[ \t]*(.+)$", re.MULTILINE)
_DIFF_START = re.compile(r"^(?:diff --git |--- (?:a/|/dev/null))", re.MULTILINE)
_PAIR = re.compile(r"^--- ([^\n\t]+)[^\n]*\n\+\+\+ ([^\n\t]+)[^\n]*\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Answer:
    """A patch or whole files by path (never both), and what was said."""

    said: Said
    patch: str = ""
    files: tuple[tuple[str, str], ...] = ()


def read_answer(text: str) -> Answer:
    """Take a reply apart."""
    files = tuple((path.strip(), body) for path, _, body in _FILE.findall(text))
    rest = _FILE.sub("", text)
    patch = ""
    if not files:
        fenced = [m for m in _FENCE.finditer(rest) if _is_diff(m[2], m[3])]
        patch = "".join(m[3] for m in fenced)
        for match in reversed(fenced):
            rest = rest[: match.start()] + rest[match.end() :]
        if not patch and (start := _DIFF_START.search(rest)):
            rest, patch = rest[: start.start()], rest[start.start() :]
    return Answer(_read_said(rest, text), complete_diff(patch), files)


def _is_diff(language: str, body: str) -> bool:
    return language in {"diff", "patch"} or bool(language == "" and _DIFF_START.match(body))


def _read_said(rest: str, text: str) -> Said:
    told: dict[str, list[str]] = {"QUESTION": [], "KNOWN ISSUE": [], "DECLINED": []}
    for kind, line in _LINE.findall(rest):
        told[kind].append(clean_text(line.strip()))
    status = Status.NONE
    if told["DECLINED"]:
        status = Status.DECLINED
    elif told["QUESTION"]:
        status = Status.NEEDS_CLARIFICATION
    message = rest.strip() or ("" if _DIFF_START.search(text) or "FILE:" in text else text.strip())
    return Said(clean_text(message), status, tuple(told["QUESTION"]), tuple(told["KNOWN ISSUE"]))


def complete_diff(patch: str) -> str:
    """The same with a `diff --git` line for each file that lacks it: the safety checks read it."""
    made, at = [], 0
    for match in _PAIR.finditer(patch):
        before = patch[at : match.start()]
        made.append(before)
        if not re.search(r"^diff --git .*\n(?:[^-+@ \n].*\n)*\Z", before, re.MULTILINE):
            made.append(_header(match[1].strip(), match[2].strip()))
        made.append(match[0])
        at = match.end()
    return "".join((*made, patch[at:]))


def _header(old: str, new: str) -> str:
    name = (old if new == "/dev/null" else new).removeprefix("a/").removeprefix("b/")
    kind = ""
    if old == "/dev/null":
        kind = "new file mode 100644\n"
    elif new == "/dev/null":
        kind = "deleted file mode 100644\n"
    return f"diff --git a/{name} b/{name}\n{kind}"
