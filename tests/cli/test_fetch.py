"""`workbench tickets fetch` from end to end; the pages of each tracker are in test_pulls.py."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from .keyring_shelf import shelve
from .kit import Cli
from .model_server import ModelServer, serve

TOKEN = "ghp_CANARY0123456789abcdef"
HELD = {"GITHUB_TOKEN": TOKEN}
NOBODY = {"GITHUB_TOKEN": "", "GH_TOKEN": ""}
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


def fetch(
    cli: Cli, server: ModelServer, *arguments: str, env: Mapping[str, str] = HELD
) -> tuple[int, str]:
    where = ("--api", server.url)
    done = cli.run("tickets", "fetch", *(arguments or ("o/r",)), *where, env=env)
    assert TOKEN not in done.out + done.err
    files = [path for path in cli.folder.rglob("*") if path.is_file()]
    assert not [path for path in files if TOKEN.encode() in path.read_bytes()]
    return done.code, done.out + done.err


def test_pages_are_followed_and_pull_requests_counted(fresh: Cli, server: ModelServer) -> None:
    """Twice adds nothing; the token goes in a header."""
    code, told = fetch(fresh, server)
    assert (code, told) == (0, "3 issues read: 3 added\n1 pull request left out\n")
    assert server.requests[0][1]["authorization"] == f"Bearer {TOKEN}"
    assert fetch(fresh, server) == (0, "3 issues read: 3 here already\n1 pull request left out\n")


def test_a_refusal_stores_nothing_and_json_counts(fresh: Cli, server: ModelServer) -> None:
    """A page that is no list, after a good one: exit code 3 and no ticket; then all of them."""
    server.pages = {**server.pages, "/page2": (200, {"content-type": "text/html"}, b"<html>")}
    code, told = fetch(fresh, server)
    assert (code, "the page is text/html, no JSON" in told) == (3, True)
    assert fresh.ok("tickets", "list", "--json").json("tickets") == []
    server.pages = {**server.pages, "/page2": (200, {}, b"[]")}
    code, told = fetch(fresh, server, "o/r", "--json")
    assert json.loads(told) == {
        "schema_version": 1,
        "source": "github:o/r",
        "read": 2,
        "added": 2,
        "here_already": 0,
        "pull_requests_left_out": 1,
        "refused": [],
    }


def test_from_jira(fresh: Cli, server: ModelServer) -> None:
    """A project's key, your site, and its variables; without a site it says so."""
    issues = {"issues": [{"key": "SHOP-1", "fields": {"summary": "Totals", "description": None}}]}
    server.pages = {"/rest/api/3/search/jql#": (200, {}, json.dumps(issues).encode())}
    asked = ("SHOP", "--from", "jira")
    code, told = fetch(fresh, server, *asked, env={"JIRA_TOKEN": TOKEN, "JIRA_EMAIL": "a@b"})
    assert (code, told) == (0, "1 issue read: 1 added\n")
    assert server.requests[0][1]["authorization"].startswith("Basic ")
    done = fresh.quick("tickets", "fetch", *asked)
    assert done.code == 3
    assert "--api https://YOURS.atlassian.net" in done.err


@pytest.mark.parametrize(
    ("backend", "said"),
    [
        ("shelf.Shelf", ""),
        ("shelf.Plain", "HTTP 401: set GITHUB_TOKEN to a token"),
        ("shelf.Broken", "HTTP 401: set GITHUB_TOKEN to a token"),
        ("keyring.backends.fail.Keyring", "HTTP 401: set GITHUB_TOKEN to a token"),
    ],
)
def test_k1_a_token_of_the_keyring(
    fresh: Cli, server: ModelServer, tmp_path: Path, backend: str, said: str
) -> None:
    """After the environment; never out of a plain file; without one the variable is named."""
    env = {**NOBODY, **shelve(tmp_path, "GITHUB_TOKEN", TOKEN, backend)}
    server.faults = [(401, {}, b"{}")] if said else []
    code, told = fetch(fresh, server, env=env)
    assert (code, said in told) == (3 if said else 0, True)
    held = server.requests[0][1].get("authorization", "")
    assert held == ("" if said else f"Bearer {TOKEN}")
