"""Issues over the APIs of four trackers, on real sockets; and what goes wrong there."""

import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from cli.model_server import Fault, ModelServer, serve

from workbench.adapters.importers.tickets import make_rows
from workbench.adapters.trackers.jira import fetch_jira, make_jql
from workbench.adapters.trackers.linear import fetch_linear, make_filter
from workbench.adapters.trackers.pages import Query, read_seconds
from workbench.adapters.trackers.rest import fetch_github, fetch_gitlab
from workbench.domain.errors import InputRefused
from workbench.domain.ticket import Ticket

TOKEN = "tok_CANARY0123456789abcdef"
HUGE = "word " * 210_000
DOC = {
    "type": "doc",
    "content": [{"type": "paragraph", "content": [{"type": "text", "text": "x"}]}],
}
GITHUB = "/repos/o/r/issues?state=open&per_page=100"
GITLAB = "/api/v4/projects/g%2Fs%2Fp/issues?per_page=100&order_by=created_at&sort=asc&state=opened"
JIRA, LINEAR = "/rest/api/3/search/jql", "/graphql"
Fetch = Callable[..., Iterator[Mapping[str, object]]]
KINDS: dict[str, tuple[Fetch, str]] = {
    "github": (fetch_github, "o/r"),
    "gitlab": (fetch_gitlab, "g/s/p"),
    "jira": (fetch_jira, "SHOP"),
    "linear": (fetch_linear, "ENG"),
}


@pytest.fixture
def server() -> Iterator[ModelServer]:
    """Each tracker with two pages of two issues and one, the last of a megabyte."""
    with serve() as server:
        server.pages = {**github(server.url), **gitlab(server.url), **jira(), **linear()}
        yield server


def page(value: object, link: str = "") -> Fault:
    return 200, {"link": f'<{link}>; rel="next"'} if link else {}, json.dumps(value).encode()


def github(url: str) -> dict[str, Fault]:
    rows = [{"number": n, "title": f"Issue {n}", "body": None, "html_url": "u"} for n in (1, 2)]
    last = [{"number": 3, "title": "Issue 3", "body": HUGE}]
    return {GITHUB: page(rows, f"{url}/gh2"), "/gh2": page(last)}


def gitlab(url: str) -> dict[str, Fault]:
    texts = ("x", "", HUGE)
    rows = [
        {"id": 90 + n, "iid": n, "title": f"Issue {n}", "description": text, "web_url": "u"}
        for n, text in enumerate(texts, 1)
    ]
    rows, last = rows[:2], rows[2:]
    return {GITLAB: page(rows, f"{url}/gl2"), "/gl2": page(last)}


def jira() -> dict[str, Fault]:
    rows = [
        {"id": f"90{n}", "key": f"SHOP-{n}", "fields": {"summary": f"Issue {n}"}} for n in (1, 2)
    ]
    rows[0]["fields"] = {"summary": "Issue 1", "description": DOC, "labels": ["bug"]}
    last = [{"key": "SHOP-3", "fields": {"summary": "Issue 3", "description": HUGE}}]
    return {
        f"{JIRA}#": page({"issues": rows, "nextPageToken": "second"}),
        f"{JIRA}#second": page({"issues": last, "isLast": True}),
    }


def linear_page(rows: list[dict[str, object]], more: str = "") -> Fault:
    info = {"hasNextPage": bool(more), "endCursor": more or "end"}
    return page({"data": {"issues": {"nodes": rows, "pageInfo": info}}})


def linear() -> dict[str, Fault]:
    rows: list[dict[str, object]] = [
        {"identifier": f"ENG-{n}", "title": f"Issue {n}", "description": "x"} for n in (1, 2)
    ]
    last: list[dict[str, object]] = [
        {"identifier": "ENG-3", "title": "Issue 3", "description": HUGE}
    ]
    return {f"{LINEAR}#": linear_page(rows, "second"), f"{LINEAR}#second": linear_page(last)}


@dataclass
class Waiting:
    """Keeps what somebody who waits is told."""

    told: list[str]

    def count(self, what: str, n: int) -> None:
        self.told.append(f"{what}: {n}")

    def line(self, text: str) -> None:
        self.told.append(text)


def pull(kind: str, server: ModelServer, **more: Any) -> list[Mapping[str, object]]:
    fetch, target = KINDS[kind]
    query = Query(**{"target": target, "api": server.url, "token": TOKEN, **more})
    waiting = Waiting([])
    rows = list(fetch(query, waiting, first_wait=0.01))
    assert waiting.told[-1] == f"issues read: {len(rows)}"
    assert TOKEN not in repr(query) + "".join(waiting.told)
    return rows


@pytest.mark.parametrize("kind", KINDS)
def test_pages_are_followed_to_the_end(kind: str, server: ModelServer) -> None:
    """Every issue once, one of a megabyte too; the token is in one header of each request."""
    tickets = [row[1] for row in make_rows(kind, pull(kind, server)) if isinstance(row, tuple)]
    start = {"jira": "SHOP-", "linear": "ENG-"}.get(kind, "")
    assert [(t.ticket_id, t.title) for t in tickets] == [
        (f"{start}{n}", f"Issue {n}") for n in (1, 2, 3)
    ]
    assert len(tickets[2].body) > 1 << 20
    assert all(isinstance(ticket, Ticket) for ticket in tickets)
    assert len(server.requests) == 2
    for path, headers, _ in server.requests:
        assert TOKEN not in path
        assert sum(TOKEN in value for value in headers.values()) == 1
    if kind == "jira":
        assert (tickets[0].body, tickets[0].labels) == ("x", ("bug",))
        assert tickets[0].url == f"{server.url}/browse/SHOP-1"


def test_jira_with_a_user_is_basic(server: ModelServer) -> None:
    """As Jira Cloud wants it: the e-mail address and the token."""
    pull("jira", server, user="ann@example.org")
    assert server.requests[0][1]["authorization"].startswith("Basic ")


def test_what_is_asked_for() -> None:
    """State and labels in each tracker's words; a quote in a label stays inside it."""
    query = Query("SHOP", "", labels=("a", 'b" OR x'), state="closed")
    assert make_jql(query) == (
        'project = "SHOP" AND statusCategory = Done AND labels = "a"'
        ' AND labels = "b\\" OR x" ORDER BY key ASC'
    )
    found = json.dumps(make_filter(query))
    assert '{"labels": {"name": {"eq": "a"}}}' in found
    assert '{"state": {"type": {"in": ["completed", "canceled", "duplicate"]}}}' in found


PASSING: list[Fault] = [
    (429, {"retry-after": "0"}, b"{}"),
    (429, {}, b""),
    (403, {"x-ratelimit-remaining": "0", "retry-after": "0"}, b"{}"),
    (400, {}, b'{"errors": [{"message": "slow", "extensions": {"code": "RATELIMITED"}}]}'),
    (500, {}, b"oops"),
    (503, {"retry-after": "0"}, b""),
    (0, {}, b"[{"),
]


@pytest.mark.parametrize("kind", KINDS)
def test_what_passes_is_waited_for(kind: str, server: ModelServer) -> None:
    """Limits with and without Retry-After, faults of a server, a cut connection: tried again."""
    server.faults = PASSING[:4]
    assert len(pull(kind, server)) == 3
    server.faults = PASSING[4:]
    assert len(pull(kind, server)) == 3


BAD: list[tuple[Fault, str]] = [
    ((200, {"content-type": "text/html"}, b"<html>"), "the page is text/html, no JSON"),
    ((200, {}, b'[{"title": "cut'), "is cut short or broken JSON"),
    ((200, {}, b"[" * 100_000), "is cut short or broken JSON"),
    ((200, {}, b"3"), "is the address right?"),
    ((401, {}, b'{"message": "Bad credentials"}'), "HTTP 401: Bad credentials: the token in "),
    ((403, {}, b'{"errorMessages": ["No rights"]}'), "HTTP 403: No rights: the token in "),
    ((404, {}, b"<html>"), "HTTP 404: there is no such thing, or "),
    ((301, {"location": "https://elsewhere.example/"}, b""), "it has moved"),
    (
        (429, {"retry-after": "3600"}, b"{}"),
        "of requests is used up: try again in 60 min",
    ),
    ((403, {"x-ratelimit-remaining": "0"}, b"{}"), "is used up: try again later"),
    ((503, {"retry-after": "3600"}, b""), "HTTP 503"),
    (
        (200, {"content-encoding": "gzip"}, gzip.compress(b" " * (65 << 20), 1)),
        "a page of more than 64 MB",
    ),
    ((200, {"content-encoding": "gzip"}, b"no gzip"), "cannot be decompressed"),
]


@pytest.mark.parametrize(("answer", "said"), BAD)
@pytest.mark.parametrize("kind", ["github", "jira"])
def test_what_goes_wrong_is_one_line(
    kind: str, server: ModelServer, answer: Fault, said: str
) -> None:
    """What happened and what to do; asked once, for it would not pass."""
    server.faults = [answer]
    with pytest.raises(InputRefused) as caught:
        pull(kind, server)
    assert said in str(caught.value)
    assert str(caught.value).startswith(f"{KINDS[kind][1]}: ")
    assert TOKEN not in str(caught.value)
    assert len(server.requests) == 1


def test_a_fault_that_stays_is_given_up(server: ModelServer) -> None:
    """After five tries, with the last reason."""
    server.faults = [(502, {}, b"")] * 9
    with pytest.raises(InputRefused, match=r"^o/r: HTTP 502$"):
        pull("github", server)
    assert len(server.requests) == 5


@pytest.mark.parametrize("kind", ["github", "gitlab"])
@pytest.mark.parametrize(
    "link", ["https://elsewhere.example/x", "//elsewhere.example/x", "http://127.0.0.1:1/x"]
)
def test_a_next_page_elsewhere_is_not_followed(kind: str, link: str, server: ModelServer) -> None:
    """The token goes to the address that a person named, port included."""
    server.faults = [page([], link)]
    with pytest.raises(InputRefused, match="on another host"):
        list(KINDS[kind][0](Query(KINDS[kind][1], server.url, TOKEN), Waiting([])))


@pytest.mark.parametrize("kind", KINDS)
def test_pages_that_go_round_end(kind: str, server: ModelServer) -> None:
    """A next page that was read already is a fault of the tracker."""
    round_ = {
        "github": {GITHUB: page([], server.url + GITHUB)},
        "gitlab": {GITLAB: page([], server.url + GITLAB)},
        "jira": {f"{JIRA}#{at}": page({"issues": [], "nextPageToken": "a"}) for at in ("", "a")},
        "linear": {f"{LINEAR}#{at}": linear_page([], "a") for at in ("", "a")},
    }
    server.pages = round_[kind]
    with pytest.raises(InputRefused, match="go round in a circle"):
        pull(kind, server)
    assert len(server.requests) <= 2


def test_linear_says_no_with_200(server: ModelServer) -> None:
    """GraphQL's way: in the tracker's words."""
    server.faults = [page({"errors": [{"message": "Team\x1b[2J not found"}]})]
    with pytest.raises(InputRefused, match=r"it says: Team.*not found") as caught:
        pull("linear", server)
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "target"),
    [("github", "o/r/../x"), ("gitlab", "alone"), ("jira", 'X" OR 1=1'), ("linear", "a b")],
)
def test_a_name_that_is_none(kind: str, target: str, server: ModelServer) -> None:
    """Said before anything is sent."""
    with pytest.raises(InputRefused, match="expected a"):
        pull(kind, server, target=target)
    assert server.requests == []


@pytest.mark.parametrize("api", ["http://tracker.example", "ftp://x", "nonsense", ""])
def test_an_address_that_would_not_do(api: str) -> None:
    """A token never goes in the clear."""
    for fetch, target in KINDS.values():
        with pytest.raises(InputRefused, match="https://"):
            list(fetch(Query(target, api, TOKEN), Waiting([])))


def test_seconds_of_a_header() -> None:
    """A date, or a number nobody could mean, is none."""
    texts = ("7", "", "soon", "9" * 20, "-3", "٣")
    assert [read_seconds(text) for text in texts] == [7.0, *[None] * 5]
