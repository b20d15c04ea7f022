"""Issues of a GitHub repository, page by page over its REST API; a token from the environment.

Pages are followed by their `Link` header, on the same host alone: the token goes nowhere else.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import quote, urlsplit

import httpx

from workbench.domain.errors import InputRefused
from workbench.text import display

API = "https://api.github.com"
_NAME = re.compile(r"[\w.-]+/[\w.-]+")
_NEXT = re.compile(r'<([^>]+)>;\s*rel="next"')
_MOST_PAGES = 1000
_LARGEST_PAGE = 64 << 20
_SECONDS = 30.0


def fetch_issues(
    name: str,
    token: str,
    *,
    api: str = API,
    state: str = "open",
    labels: str = "",
    progress: Callable[[str, int], None] = lambda _what, _n: None,
) -> Iterator[Mapping[str, object]]:
    """Every issue of `owner/name`, pull requests among them; raises InputRefused."""
    if not _NAME.fullmatch(name):
        raise InputRefused(f"{display(name)}: expected a repository as OWNER/NAME")
    if urlsplit(api).scheme != "https" and token and urlsplit(api).hostname != "127.0.0.1":
        raise InputRefused(f"{display(api)} would send the token in the clear: use https://")
    asked = f"state={state}&per_page=100" + (f"&labels={quote(labels)}" if labels else "")
    url: str | None = f"{api.rstrip('/')}/repos/{name}/issues?{asked}"
    headers = {"accept": "application/vnd.github+json", "x-github-api-version": "2022-11-28"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    n = 0
    with httpx.Client(timeout=_SECONDS, headers=headers) as client:
        for _ in range(_MOST_PAGES):
            if url is None:
                return
            rows, url = _page(client, url, name)
            for row in rows:
                n += 1
                progress("issues read", n)
                yield row


def _page(
    client: httpx.Client, url: str, name: str
) -> tuple[list[Mapping[str, object]], str | None]:
    try:
        response = client.get(url)
    except httpx.HTTPError as error:
        raise InputRefused(f"{name}: no answer ({type(error).__name__}): try again") from error
    if response.status_code != httpx.codes.OK:
        raise InputRefused(f"{name}: {_explain(response)}")
    if len(response.content) > _LARGEST_PAGE:
        raise InputRefused(f"{name}: a page of more than {_LARGEST_PAGE >> 20} MB")
    try:
        rows = json.loads(response.content)
    except ValueError as error:
        kind = display(response.headers.get("content-type", "unknown"))[:60]
        raise InputRefused(f"{name}: the page is {kind}, no JSON: is the address right?") from error
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InputRefused(f"{name}: the page is no list of issues: is the address right?")
    found = _NEXT.search(response.headers.get("link", ""))
    if found is None:
        return rows, None
    if urlsplit(found[1])[:2] != urlsplit(url)[:2]:
        raise InputRefused(f"{name}: the next page is on another host: not followed")
    return rows, found[1]


def _explain(response: httpx.Response) -> str:
    status = response.status_code
    try:
        said = display(str(response.json().get("message", "")))[:200]
    except (ValueError, AttributeError):
        said = ""
    about = f"HTTP {status}{': ' + said if said else ''}"
    if (
        response.headers.get("x-ratelimit-remaining") == "0"
        or status == httpx.codes.TOO_MANY_REQUESTS
    ):
        return f"{about}: the limit of requests is used up: wait, or set GITHUB_TOKEN"
    if status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        return f"{about}: the token in GITHUB_TOKEN may not read its issues"
    if status == httpx.codes.NOT_FOUND:
        return f"{about}: no such repository, or GITHUB_TOKEN may not see it"
    return about
