"""Takes secrets and home paths out of text that leaves the study, and counts them."""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import NamedTuple

_RULES = {
    "key": r"\b(?:sk|pk|rk)-[A-Za-z0-9_-]{10,}"
    r"|\b(?:ghp|gho|ghs|ghu|ghr|github_pat)_[A-Za-z0-9_]{16,}"
    r"|\bA(?:KI|SI)A[0-9A-Z]{16}\b|\bxox[abprs]-[A-Za-z0-9-]{10,}"
    r"|\bAIza[A-Za-z0-9_-]{35}|\bglpat-[A-Za-z0-9_-]{20,}|\bhf_[A-Za-z0-9]{30,}",
    # Up to its end; without one, the lines that look like a key: each may begin as a diff's do.
    "pem": r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----"
    r"(?:(?s:(?:(?!-----BEGIN ).){1,20000}?)-----END [A-Z ]{0,40}PRIVATE KEY-----"
    r"|(?:\s*[ +-]?[A-Za-z0-9+/=]{16,})*)",
    # At the start of a run, or behind a diff's sign: else a long run is read from each place in it.
    "jwt": r"(?:(?<![\w-])|(?m:(?<=^-)))eyJ[A-Za-z0-9_-]{8,}+\.[A-Za-z0-9_-]{8,}+\."
    r"[A-Za-z0-9_-]*",
    "home": r"(?<![\w.\]])(?:/home/|/Users/)[^/\s:'\"]+|[A-Za-z]:\\{1,2}Users\\{1,2}[^\\\s'\"]+",
    "login": r"(?<=://)[^\s/:@'\"]*:[^\s/@'\"]+(?=@)",
    "e-mail": r"\b[A-Za-z0-9._%+-]{1,64}+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}\b",
}
_ANY = re.compile("|".join(f"(?P<r{i}>{rule})" for i, rule in enumerate(_RULES.values())))
_KINDS = {f"r{i}": kind for i, kind in enumerate(_RULES)}
_SECRET_NAME = re.compile(r"KEY|TOKEN|SECRET|PASSW|CREDENTIAL", re.IGNORECASE)
_SHORTEST = 8  # characters of a variable's value that is looked for


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


def redact_name(text: str) -> Redacted:
    """The same for a name, by which rows are told apart: what was taken out leaves a short hash."""
    found = redact(text)
    if not found.counts:
        return found
    mark = hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:6]
    return Redacted(f"{found.text} {mark}", found.counts)


def make_redactor(environment: Mapping[str, str]) -> Callable[[str], str]:
    """A redactor that knows the secrets of an environment by heart: for logs, not for exports."""
    values = {
        value
        for name, value in environment.items()
        if _SECRET_NAME.search(name) and len(value) >= _SHORTEST
    }
    known = re.compile("|".join(map(re.escape, sorted(values, key=len, reverse=True))) or "(?!)")
    return lambda text: redact(known.sub("[redacted key]", text)).text
