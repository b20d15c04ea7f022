"""Identity leaks: words in an output that could tell whose it is, taken out before it is shown.

A word that the base or the ticket uses as well tells nothing and stays. Names that are ordinary
words (cursor, opus, a candidate called `fast`) are looked for where somebody speaks of themselves,
never in code.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

HIDDEN = "▓hidden▓"
"""What stands in place of a leak: the same for every one, so that its length tells nothing."""

# Vendors, models and tools by names that are nobody's variable.
_NAMES = (
    r"anthropic|openai|chat-?gpt|deepseek|mistralai|mixtral|codestral|openhands|opendevin"
    r"|gpt[-_ ]?[2-9](?:\.\d+)?(?:[-_ ]?(?:o|turbo|mini|nano|pro|codex)){0,3}"
    r"|claude(?:[-_ ](?:code|instant|opus|sonnet|haiku|v?\d)[\w.-]*)*"
    r"|(?:opus|sonnet|haiku|fable)[-_ ]\d(?:\.\d+)?|o[134]-(?:mini|preview|pro)"
    r"|gemini[-_ ](?:\d[\w.-]*|pro|ultra|flash|cli)|(?:code)?llama[-_ ]?\d[\w.-]*"
    r"|qwen\d?[\w.-]*|grok[-_ ]\d[\w.-]*|kimi[-_ ]k\d\w*|glm-\d[\w.]*"
    r"|github copilot|copilot[-_ ](?:workspace|agent|chat|instructions)|codex[-_ ]cli"
    r"|swe-?agent|auto-?code-?rover|auto_code_rover|acr-run|agentless|aider|cursor[-_ ]agent"
)
# Litter that tools leave behind, as a part of a path.
_LITTER = (
    r"\.aider[\w.-]*|\.cursor(?:rules|/[\w./-]+)|\.claude/[\w./-]+|CLAUDE\.md|GEMINI\.md"
    r"|\.codex/[\w./-]+|\.windsurf[\w./-]*|\.clinerules|\.roo(?:modes|rules)"
)
_EDGE = r"(?<![A-Za-z0-9])(?:{})(?![A-Za-z0-9])"
# A line in which somebody signs; all behind the colon goes.
_TRAILER = re.compile(
    r"(?im)^([ \t+>*#/-]*(?:co-authored-by|signed-off-by|assisted-by|generated-by|authored-by"
    r"|reviewed-by)[ \t]*:[ \t]*)(?=[^\s])(?!▓)([^\n]*)$"
)
# The same in prose alone: in code they are names of fields.
_FIELD = re.compile(r"(?im)^([ \t>*-]*(?:author|model|agent)[ \t]*:[ \t]*)(?=[^\s])(?!▓)([^\n]*)$")
_MADE = re.compile(
    r"(?i)((?:generated|written|created|made|implemented|produced) (?:with|by|using)[ \t]+)"
    r"(\[[^\]\n]{1,60}\](?:\([^)\n]*\))?)"
)
# Somebody speaks of themselves; an ordinary word behind it is a name.
_SELF = r"((?:\b(?:I am|I'm|this is|my name is|yours))[ ,\t]+(?:an?[ \t]+|the[ \t]+)?)"
_DISTINCT = re.compile(r"(?=.*[A-Za-z])(?=.*[\d_./:@-]).{4,}")


class Leak(NamedTuple):
    """One place: what was there, and which rule saw it."""

    text: str
    rule: str


class Scrubbed(NamedTuple):
    """A text without its leaks."""

    text: str
    leaks: tuple[Leak, ...] = ()


class Scrubber:
    """Finds what could name a candidate of this study.

    `names` are its candidates and `words` what the study adds. A name with a digit or a sign in
    it is looked for everywhere, a plain word only where somebody speaks of themselves.
    """

    def __init__(self, names: Iterable[str] = (), words: Iterable[str] = ()) -> None:
        """Compile once; a study has few candidates."""
        names = [name for name in names if name.strip()]
        sure = [*words, *(name for name in names if _DISTINCT.fullmatch(name))]
        plain = [name for name in names if not _DISTINCT.fullmatch(name) and len(name) > 1]
        sure += [part for name in names for part in re.split(r"[/:@]", name) if _is_sure(part)]
        ours = [re.escape(word) for word in sorted(set(filter(None, sure)), key=len, reverse=True)]
        self._litter = re.compile(_EDGE.format(_LITTER))
        known = "|".join([*ours, _NAMES])
        self._names = re.compile(_EDGE.format(known), re.IGNORECASE)
        self._plain = (
            re.compile(_SELF + _EDGE.format("|".join(map(re.escape, plain))), re.IGNORECASE)
            if plain
            else None
        )

    def scrub(self, text: str, known: str = "", *, is_code: bool = False) -> Scrubbed:
        """One text without its leaks; a word that `known` uses too is none. Lines stay lines."""
        leaks: list[Leak] = []
        common = known.casefold()

        def tell(found: str, rule: str) -> bool:
            if found.casefold() in common:
                return False
            leaks.append(Leak(found, rule))
            return True

        def whole(rule: str, match: re.Match[str]) -> str:
            return HIDDEN if tell(match[0], rule) else match[0]

        def value(rule: str, match: re.Match[str]) -> str:
            told = tell(match[0].strip(), rule)
            return f"{match[1]}{HIDDEN}" if told else match[0]

        text = _TRAILER.sub(lambda match: value("trailer", match), text)
        if not is_code:
            text = _FIELD.sub(lambda match: value("trailer", match), text)
        text = _MADE.sub(lambda match: value("signature", match), text)
        text = self._litter.sub(lambda match: whole("litter", match), text)
        text = self._names.sub(lambda match: whole("name", match), text)
        if self._plain:
            text = self._plain.sub(lambda match: value("name", match), text)
        return Scrubbed(text, tuple(leaks))

    def scrub_diff(
        self, diff: bytes, known: str = "", *, is_both: bool = False
    ) -> tuple[bytes, tuple[Leak, ...]]:
        """A diff of which all is looked at but lines of the base: also heads, and words around it.

        `is_both` says that both sides are outputs, so that removed lines are somebody's too.
        """
        text = diff.decode("utf-8", "surrogateescape")
        lines = text.split("\n")
        signs = ("+", "-") if is_both else ("+",)
        base = (" ", "@@") if is_both else (" ", "-", "@@")
        common = "\n".join([known, *(line for line in lines if line.startswith(base))])
        leaks: list[Leak] = []
        for n, line in enumerate(lines):
            if line.startswith(base):
                continue
            sign = line[:1] if line.startswith(signs) else ""
            done = self.scrub(line[len(sign) :], common, is_code=True)
            if done.leaks:
                lines[n] = sign + done.text
                leaks += done.leaks
        if not leaks:
            return diff, ()
        return "\n".join(lines).encode("utf-8", "surrogateescape"), tuple(leaks)


def _is_sure(part: str) -> bool:
    return len(part) > 4 and bool(_DISTINCT.fullmatch(part))
