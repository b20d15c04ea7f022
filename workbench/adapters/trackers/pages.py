"""One tracker's pages over HTTP: bounded, tried again where that can help, on one host alone.

A token goes into a header of requests to the address that a person named, and nowhere else: no
redirect is followed, and no next page on another host.
"""

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

import httpx
import stamina
from stamina.instrumentation import set_on_retry_hooks

from workbench.domain.errors import InputRefused
from workbench.text import display

Row = Mapping[str, object]
MOST_PAGES = 1000
LARGEST_PAGE = 64 << 20  # bytes
TRIES = 5
LONGEST_WAIT = 120.0  # seconds that a tracker may ask to wait
_SECONDS = 30.0  # of silence
_PAGE_SECONDS = 300.0  # for a page that comes in drops
_NEXT = re.compile(r'<([^>]+)>\s*;[^,<]*\brel="?next"?')
_PASSING = frozenset((429, 500, 502, 503, 504))
_LOOPBACK = frozenset(("127.0.0.1", "::1", "localhost"))


class Progress(Protocol):
    """Whoever waits."""

    def count(self, what: str, n: int) -> None:
        """So many of `what` by now."""

    def line(self, text: str) -> None:
        """Why it takes longer."""


@dataclass(frozen=True, slots=True)
class Query:
    """Which issues are wanted. `state` is open, closed or all; all of `labels` must be there."""

    target: str
    api: str
    token: str = field(default="", repr=False)
    user: str = ""
    state: str = "open"
    labels: tuple[str, ...] = ()


class _Passing(Exception):
    """What may pass by itself, in words; `seconds` as the tracker says, None where it does not."""

    def __init__(self, sentence: str, seconds: float | None = None) -> None:
        super().__init__(sentence)
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Answer:
    """A page: its JSON and where the next one is, "" for nowhere."""

    value: object
    next_url: str = ""


class Pages:
    """Asks one tracker. `token_name` is the variable a person has to set."""

    def __init__(
        self,
        query: Query,
        headers: Mapping[str, str],
        token_name: str,
        progress: Progress,
        *,
        first_wait: float = 1.0,
    ) -> None:
        """`headers` hold the token; raises InputRefused where it would go in the clear."""
        self._place = urlsplit(query.api)
        if self._place.scheme not in {"http", "https"} or not self._place.hostname:
            raise InputRefused(f"{display(query.api)}: expected an address with https://")
        is_safe = self._place.scheme == "https" or self._place.hostname in _LOOPBACK
        if query.token and not is_safe:
            told = display(query.api)
            raise InputRefused(f"{told} would send the token in the clear: use https://")
        self._where, self._token_name = display(query.target), token_name
        self._has_token, self._progress, self._first_wait = bool(query.token), progress, first_wait
        self._client = httpx.Client(timeout=_SECONDS, headers=headers, follow_redirects=False)
        self._n = 0
        set_on_retry_hooks([])  # stamina tells every retry to a log that is not ours

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def read(self, ask: Callable[[str], "Answer"], first: str) -> Iterator[Answer]:
        """Pages from the first on; one that names a page that was read ends it in an error."""
        seen, here = set[str](), first
        for _ in range(MOST_PAGES):
            seen.add(here)
            answer = ask(here)
            yield answer
            here = answer.next_url
            if not here:
                return
            if here in seen:
                raise self.refuse("its pages go round in a circle: the tracker is at fault")
        raise self.refuse(f"more than {MOST_PAGES} pages: narrow it by --state or --labels")

    def count(self, rows: Iterator[Row]) -> Iterator[Row]:
        """Rows, told to whoever waits."""
        for row in rows:
            self._n += 1
            self._progress.count("issues read", self._n)
            yield row

    def get(self, url: str) -> Answer:
        """A page by its address; the next one from its Link header."""
        if urlsplit(url)[:2] != self._place[:2]:
            raise self.refuse("the next page is on another host: not followed")
        response, body = self._ask("GET", url)
        found = _NEXT.search(response.headers.get("link", ""))
        return Answer(self._parse(response, body), found[1] if found else "")

    def post(self, url: str, asked: Mapping[str, object]) -> object:
        """The JSON that answers a question."""
        return self._parse(*self._ask("POST", url, asked))

    def refuse(self, sentence: str) -> InputRefused:
        """An error that names what was asked for."""
        return InputRefused(f"{self._where}: {sentence}")

    def _ask(
        self, method: str, url: str, asked: Mapping[str, object] | None = None
    ) -> tuple[httpx.Response, bytes]:
        try:
            for attempt in stamina.retry_context(
                on=self._wait_for,
                attempts=TRIES,
                timeout=None,
                wait_initial=self._first_wait,
                wait_max=LONGEST_WAIT,
                wait_jitter=self._first_wait / 2,
            ):
                with attempt:
                    return self._ask_once(method, url, asked)
        except _Passing as error:
            raise self.refuse(str(error)) from error
        raise AssertionError("a retry ends by a result or an error")

    def _wait_for(self, error: Exception) -> bool | float:
        """How long the tracker wants us to wait, within the bound; else the back-off."""
        if not isinstance(error, _Passing):
            return False
        if error.seconds is None:
            self._progress.line(f"{error}: trying again")
            return True
        if error.seconds > LONGEST_WAIT:
            return False
        self._progress.line(f"{error}: waiting {error.seconds:.0f} s")
        return error.seconds

    def _ask_once(
        self, method: str, url: str, asked: Mapping[str, object] | None
    ) -> tuple[httpx.Response, bytes]:
        """Read at most so much for at most so long; what is compressed counts as it comes out."""
        until, parts, n = time.monotonic() + _PAGE_SECONDS, [], 0
        try:
            with self._client.stream(method, url, json=asked) as response:
                for part in response.iter_bytes():
                    parts.append(part)
                    n += len(part)
                    if n > LARGEST_PAGE:
                        raise self.refuse(f"a page of more than {LARGEST_PAGE >> 20} MB")
                    if time.monotonic() > until:
                        raise self.refuse(f"a page that takes over {_PAGE_SECONDS:.0f} s")
        except httpx.DecodingError as error:
            raise self.refuse("the page cannot be decompressed: the tracker is at fault") from error
        except httpx.HTTPError as error:
            raise _Passing(f"no answer ({type(error).__name__})") from error
        except httpx.InvalidURL as error:
            raise self.refuse("the address cannot be read: check --api") from error
        body = b"".join(parts)
        if response.status_code == httpx.codes.OK:
            return response, body
        raise self._explain(response, body)

    def _explain(self, response: httpx.Response, body: bytes) -> Exception:
        status, said = response.status_code, read_message(body)
        about = f"HTTP {status}{': ' + said if said else ''}"
        is_limit = status == 429 or '"RATELIMITED"' in body[:5000].decode("utf-8", "replace")
        if is_limit or response.headers.get("x-ratelimit-remaining") == "0":
            return self._explain_limit(response, about)
        if status in _PASSING:
            return _Passing(about, read_seconds(response.headers.get("retry-after", "")))
        if response.is_redirect:
            return self.refuse(f"{about}: it has moved: name the new address by --api")
        return self.refuse(self._advise(status, about))

    def _advise(self, status: int, about: str) -> str:
        name = self._token_name
        if status in {401, 403}:
            why = f"the token in {name} may not read its issues"
            return f"{about}: {why if self._has_token else f'set {name} to a token'}"
        if status == 404:
            return f"{about}: there is no such thing, or {name} may not see it"
        return about

    def _explain_limit(self, response: httpx.Response, about: str) -> Exception:
        limit = f"{about}: the limit of requests is used up"
        seconds = read_seconds(response.headers.get("retry-after", ""))
        if seconds is None and response.status_code != 429:
            reset = response.headers.get("x-ratelimit-reset", "")
            seconds = max(0.0, int(reset) - time.time()) if reset.isdecimal() else None
        more = "" if self._has_token else f", or set {self._token_name}"
        if seconds is not None and seconds > LONGEST_WAIT:
            return self.refuse(f"{limit}: try again in {seconds / 60:.0f} min{more}")
        if seconds is None and response.status_code == 403:
            return self.refuse(f"{limit}: try again later{more}")
        return _Passing(limit, seconds)

    def _parse(self, response: httpx.Response, body: bytes) -> object:
        try:
            return json.loads(body)
        except (ValueError, RecursionError) as error:
            kind = display(response.headers.get("content-type", "unknown"))[:60]
            is_json = "json" in kind
            what = "is cut short or broken JSON" if is_json else f"is {kind}, no JSON"
            raise self.refuse(f"the page {what}: is the address right?") from error


def read_seconds(text: str) -> float | None:
    """Seconds of a Retry-After header; None for a date or nothing."""
    return float(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def read_message(body: bytes) -> str:
    """What a tracker says of an error: GitHub's and GitLab's message, Jira's and GraphQL's list."""
    try:
        said = json.loads(body[:100_000])
    except (ValueError, RecursionError):
        return ""
    if not isinstance(said, dict):
        return ""
    texts = [said.get("message"), said.get("error"), *_listed(said.get("errorMessages"))]
    texts += [one.get("message") for one in _listed(said.get("errors")) if isinstance(one, dict)]
    return display("; ".join(text for text in texts if isinstance(text, str) and text))[:200]


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def as_rows(value: object) -> list[Row] | None:
    """A list of objects, or None."""
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        return None
    return value
