"""Takes secrets and home paths out of text that leaves the study, and counts them."""

import re
from collections import Counter
from typing import NamedTuple

_RULES = {
    "key": r"\b(?:sk|pk|rk)-[A-Za-z0-9_-]{10,}"
    r"|\b(?:ghp|gho|ghs|ghu|ghr|github_pat)_[A-Za-z0-9_]{16,}"
    r"|\bA(?:KI|SI)A[0-9A-Z]{16}\b|\bxox[abprs]-[A-Za-z0-9-]{10,}",
    # Up to its end; without one, the lines that look like a key: each may begin as a diff's do.
    "pem": r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?:(?s:.{1,20000}?)-----END [A-Z ]*PRIVATE KEY-----"
    r"|(?:\s*[ +-]?[A-Za-z0-9+/=]{16,})*)",
    "jwt": r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*",
    "home": r"(?<![\w.\]])(?:/home/|/Users/)[^/\s:'\"]+|[A-Za-z]:\\{1,2}Users\\{1,2}[^\\\s'\"]+",
    "e-mail": r"\b[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}\b",
}
_ANY = re.compile("|".join(f"(?P<r{i}>{rule})" for i, rule in enumerate(_RULES.values())))
_KINDS = {f"r{i}": kind for i, kind in enumerate(_RULES)}


class Redacted(NamedTuple):
    """A text without secrets, and how many of each kind were taken out."""

    text: str
    counts: Counter[str]


def redact(text: str) -> Redacted:
    """Replace every secret by `[redacted KIND]`; doing it twice changes nothing more."""
    counts: Counter[str] = Counter()

    def replace(match: re.Match[str]) -> str:
        kind = _KINDS[str(match.lastgroup)]
        counts[kind] += 1
        return f"[redacted {kind}]"

    return Redacted(_ANY.sub(replace, text), counts)
