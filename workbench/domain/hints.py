"""What a ticket's text lacks at a glance. Hints sort a list of tickets; they never set a spec."""

import re

SHORT = 40  # words; of published tickets that were worked on the shortest has 41
_WANTED = re.compile(
    r"\b(expect\w*|should|must|instead|want\w*|need\w*|ought|desired|so that|acceptance)\b",
    re.IGNORECASE,
)
_SHOWN = re.compile(
    r"```|^ {4}\S|^>>> |\btraceback\b|\b(steps|reproduc\w*|repro|example|e\.g\.|when i)\b",
    re.IGNORECASE | re.MULTILINE,
)
_LINK = re.compile(r"\bhttps?://\S+")


def find_hints(title: str, body: str) -> tuple[str, ...]:
    """Short phrases, most telling first; none for a text that has all of it."""
    text = _LINK.sub("", body)
    n_words = len(text.split())
    if not n_words:
        return ("only a link" if body.strip() else "no text beside the title",)
    found = []
    if n_words < SHORT:
        found.append(f"short: {n_words} word{'' if n_words == 1 else 's'}")
    if not _WANTED.search(f"{title}\n{text}"):
        found.append("no expected behaviour")
    if not _SHOWN.search(text):
        found.append("no reproduction or example")
    if title.rstrip().endswith("?"):
        found.append("asks a question")
    return tuple(found)
