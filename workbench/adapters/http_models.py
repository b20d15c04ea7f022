"""Two ways to ask a model over HTTP, as plain requests and replies: no SDK, no tool loop.

OpenAI's chat completions, which many servers speak, and Anthropic's messages. What a status code
means is decided here: wait and try again, pause, or mend the settings.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from workbench.domain.harness import CandidateSettings
from workbench.domain.run import Ending, ExitClass, Usage
from workbench.text import display

BASE_URLS = {"openai": "https://api.openai.com/v1", "anthropic": "https://api.anthropic.com"}
_PATHS = {"openai": "/chat/completions", "anthropic": "/v1/messages"}
_MOST_TOKENS = 8192  # Anthropic wants a number
_NO_MONEY = ("insufficient_quota", "billing", "quota_exceeded", "credit balance", "out of credit")
_TOO_LONG = ("context_length_exceeded", "prompt is too long", "maximum context length")


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model answered; `is_cut` where it ran into its limit of tokens."""

    text: str
    usage: Usage
    is_refusal: bool = False
    is_cut: bool = False


def url_of(settings: CandidateSettings) -> str:
    """Where the request goes."""
    base = settings.base_url or BASE_URLS[settings.api]
    return base.rstrip("/") + _PATHS[settings.api]


def headers_of(settings: CandidateSettings, key: str) -> dict[str, str]:
    """What names the caller; the one place where a key leaves this program."""
    if settings.api == "anthropic":
        return {"x-api-key": key, "anthropic-version": "2023-06-01"}
    return {"authorization": f"Bearer {key}"} if key else {}


def body_of(settings: CandidateSettings, prompt: str) -> dict[str, object]:
    """The request."""
    body: dict[str, object] = {
        "model": settings.model,
        "messages": [{"role": "user", "content": prompt}],
    }
    if settings.max_output_tokens or settings.api == "anthropic":
        body["max_tokens"] = settings.max_output_tokens or _MOST_TOKENS
    return body


def read_reply(settings: CandidateSettings, data: bytes) -> Reply:
    """A reply of status 200; raises ValueError where it is none."""
    raw = json.loads(data)
    if not isinstance(raw, dict):
        raise TypeError("no object")
    return (
        _from_messages(settings, raw) if settings.api == "anthropic" else _from_chat(settings, raw)
    )


def _from_chat(settings: CandidateSettings, raw: Mapping[str, object]) -> Reply:
    choices = raw.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    if not isinstance(first, dict) or not isinstance(first.get("message"), dict):
        raise ValueError("no choices[0].message")  # noqa: TRY004 - one error for one cause
    message, why = first["message"], first.get("finish_reason")
    refusal = _text(message.get("refusal"))
    usage = _mapping(raw.get("usage"))
    cached = _mapping(usage.get("prompt_tokens_details")).get("cached_tokens")
    counts = (
        _count(usage.get("prompt_tokens")),
        _count(cached),
        _count(usage.get("completion_tokens")),
    )
    return Reply(
        refusal or _text(message.get("content")),
        _usage(settings, _text(raw.get("model")), counts),
        is_refusal=bool(refusal) or why == "content_filter",
        is_cut=why == "length",
    )


def _from_messages(settings: CandidateSettings, raw: Mapping[str, object]) -> Reply:
    parts = raw.get("content")
    if not isinstance(parts, list):
        raise ValueError("no content")  # noqa: TRY004 - one error for one cause
    text = "".join(_text(part.get("text")) for part in parts if isinstance(part, dict))
    usage = _mapping(raw.get("usage"))
    cached, made = _count(usage.get("cache_read_input_tokens")), _count(usage.get("output_tokens"))
    fresh = _count(usage.get("input_tokens"))
    total = None if fresh is None else fresh + (cached or 0)
    total = (
        None if total is None else total + (_count(usage.get("cache_creation_input_tokens")) or 0)
    )
    why = raw.get("stop_reason")
    return Reply(
        text,
        _usage(settings, _text(raw.get("model")), (total, cached, made)),
        is_refusal=why == "refusal",
        is_cut=why == "max_tokens",
    )


def _usage(
    settings: CandidateSettings, model: str, counts: tuple[int | None, int | None, int | None]
) -> Usage:
    """Tokens, and what they cost where the settings hold prices; else nobody can tell."""
    given, cached, made = counts
    cost = None
    if given is not None and made is not None and settings.output_usd_per_mtok:
        cheap = settings.cached_usd_per_mtok or settings.input_usd_per_mtok
        fresh = given - (cached or 0)
        cost = fresh * settings.input_usd_per_mtok + (cached or 0) * cheap
        cost = (cost + made * settings.output_usd_per_mtok) / 1e6
    return Usage(cost, given, cached, made, turns=1, model=model)


def explain_status(
    settings: CandidateSettings, status: int, headers: Mapping[str, str], data: bytes, now: datetime
) -> Ending:
    """What a status other than 200 comes to."""
    kind, message = _read_error(data)
    said = display(message or kind or "no reason given")[:300]
    about = f"HTTP {status}: {said}"
    words = f"{kind} {message}".lower()
    if status == 402 or (status in {400, 403, 429} and any(w in words for w in _NO_MONEY)):
        return Ending(
            ExitClass.QUOTA, reason=f"quota exhausted ({about}): fill it up, then run again"
        )
    if status in {408, 409, 425, 429} or status >= 500:
        wait = parse_retry_after(headers.get("retry-after", ""), now)
        return Ending(ExitClass.PROVIDER, reason=about, retry_after=wait)
    if status in {401, 403}:
        return Ending(
            ExitClass.CONFIGURATION, reason=f"{about}: is the key in {settings.key} right?"
        )
    if status in {400, 413} and any(word in words for word in _TOO_LONG):
        return Ending(ExitClass.OUT_OF_BUDGET, reason=about)
    return Ending(ExitClass.CONFIGURATION, reason=f"{about}: look at base_url and model")


def parse_retry_after(value: str, now: datetime) -> float:
    """Seconds to wait, from a number or a date (RFC 9110, 10.2.3); 0 where it says nothing."""
    try:
        return max(0.0, min(float(value), 86_400.0)) if value == value.strip() else 0.0
    except ValueError:
        pass
    try:
        when = parsedate_to_datetime(value)
    except ValueError:
        return 0.0
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0.0, min((when - now).total_seconds(), 86_400.0))


def _read_error(data: bytes) -> tuple[str, str]:
    """Type or code, and the message, of `{"error": {...}}`; a page of HTML has neither."""
    try:
        raw = json.loads(data)
    except (ValueError, RecursionError):
        return "", "the answer is no JSON"
    error = raw.get("error") if isinstance(raw, dict) else None
    if isinstance(error, str):
        return "", error
    found = _mapping(error)
    kinds = [_text(found.get(name)) for name in ("type", "code")]
    return " ".join(filter(None, kinds)), _text(found.get("message"))


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
