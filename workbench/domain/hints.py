"""What a ticket's text lacks at a glance. Hints sort a list of tickets; they never set a spec."""

import re

from workbench.domain.counted import counted

SHORT = 40  # words; of published tickets that were worked on the shortest has 41
# Plain words behind a blank: a backlog of thousands is looked through before its list is shown.
_WANTED = (
    " expect", " should", " must", " instead", " want", " need", " ought", " desired", " so that",
    " acceptance",
)  # fmt: skip
_SHOWN = (" traceback", " steps", " repro", " example", " e.g.", " when i ")
_CODE = ("```", "\n    ", "\n>>> ")
_LINK = re.compile(r"\bhttps?://\S+")


def find_hints(title: str, body: str) -> tuple[str, ...]:
    """Short phrases, most telling first; none for a text that has all of it."""
    words = (_LINK.sub("", body) if "://" in body else body).split()
    if not words:
        return ("only a link" if body.strip() else "no text beside the title",)
    text = f" {' '.join(words)} ".lower()
    found = []
    if len(words) < SHORT:
        found.append(f"short: {counted(len(words), 'word')}")
    if not _holds(f" {title.lower()}{text}", _WANTED):
        found.append("no expected behaviour")
    if not _holds(text, _SHOWN) and not _holds(f"\n{body}", _CODE):
        found.append("no reproduction or example")
    if title.rstrip().endswith("?"):
        found.append("asks a question")
    return tuple(found)


def _holds(text: str, parts: tuple[str, ...]) -> bool:
    return any(part in text for part in parts)
