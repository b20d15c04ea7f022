"""`workbench tickets fetch`: GitHub's pages over real sockets, with what goes wrong there."""

import json
from collections.abc import Iterator

import pytest

from .kit import Cli
from .model_server import ModelServer, serve

TOKEN = "ghp_CANARY0123456789abcdef"
FIRST = "/repos/o/r/issues?state=open&per_page=100"


@pytest.fixture
def server() -> Iterator[ModelServer]:
    """GitHub with two pages."""
    with serve() as server:
        rows = [{"number": n, "title": f"Issue {n}", "body": None} for n in range(1, 4)]
        pages = [[*rows[:2], {"number": 9, "title": "PR", "pull_request": {}}], rows[2:]]
        link = f'<{server.url}/page2>; rel="next", <{server.url}/last>; rel="last"'
        server.pages = {
            FIRST: (200, {"link": link}, json.dumps(pages[0]).encode()),
            "/page2": (200, {}, json.dumps(pages[1]).encode()),
        }
        yield server


def fetch(cli: Cli, server: ModelServer, *arguments: str) -> tuple[int, str]:
    done = cli.run(
        "tickets", "fetch", "o/r", "--api", server.url, *arguments, env={"GITHUB_TOKEN": TOKEN}
    )
    assert TOKEN not in done.out + done.err
    files = [path for path in cli.folder.rglob("*") if path.is_file()]
    assert not [path for path in files if TOKEN.encode() in path.read_bytes()]
    return done.code, done.out + done.err


def test_pages_are_followed_and_pull_requests_counted(fresh: Cli, server: ModelServer) -> None:
    """Twice adds nothing; the token goes in a header."""
    code, told = fetch(fresh, server)
    assert (code, told) == (0, "3 issues read: 3 added\n1 pull requests left out\n")
    assert server.requests[0][1]["authorization"] == f"Bearer {TOKEN}"
    assert fetch(fresh, server) == (0, "3 issues read: 3 here already\n1 pull requests left out\n")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((200, {"content-type": "text/html"}, b"<html>"), "the page is text/html, no JSON"),
        ((200, {}, b"{}"), "the page is no list of issues"),
        ((401, {}, b'{"message": "Bad credentials"}'), "HTTP 401: Bad credentials: the token in"),
        ((403, {}, b'{"message": "Resource not accessible"}'), "may not read its issues"),
        ((403, {"x-ratelimit-remaining": "0"}, b"{}"), "the limit of requests is used up"),
        ((404, {}, b'{"message": "Not Found"}'), "no such repository, or GITHUB_TOKEN may not"),
        ((0, {}, b"[{"), "no answer (RemoteProtocolError)"),
        (
            (200, {"link": '<https://elsewhere.example/x>; rel="next"'}, b"[]"),
            "the next page is on another host",
        ),
    ],
)
def test_what_goes_wrong(
    fresh: Cli, server: ModelServer, answer: tuple[int, dict[str, str], bytes], said: str
) -> None:
    """One line with what to do; nothing half is stored."""
    server.faults = [answer]
    code, told = fetch(fresh, server)
    assert code == 3
    assert said in told
    assert fresh.ok("tickets", "list", "--json").json("tickets") == []
