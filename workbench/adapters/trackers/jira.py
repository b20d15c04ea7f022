"""Jira Cloud: a search by JQL, the next page by a token in the answer (its API of 2025)."""

import base64
import re
from collections.abc import Iterator

from workbench.adapters.trackers.pages import Answer, Pages, Progress, Query, Row, as_rows
from workbench.domain.errors import InputRefused
from workbench.text import display

_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_STATES = {"open": " AND statusCategory != Done", "closed": " AND statusCategory = Done", "all": ""}
_FIELDS = ["summary", "description", "labels", "created", "status"]


def fetch_jira(query: Query, progress: Progress, *, first_wait: float = 1.0) -> Iterator[Row]:
    """Every issue of a project by its key; a token with a user is Basic, one alone a bearer's."""
    if not _KEY.fullmatch(query.target):
        raise InputRefused(f"{display(query.target)}: expected a project's key, such as SHOP")
    if not query.api:
        raise InputRefused("Jira has no one address: --api https://YOURS.atlassian.net")
    headers = {"accept": "application/json"}
    if query.token and query.user:
        both = base64.b64encode(f"{query.user}:{query.token}".encode()).decode()
        headers["authorization"] = f"Basic {both}"
    elif query.token:
        headers["authorization"] = f"Bearer {query.token}"
    name = "JIRA_TOKEN (and JIRA_EMAIL)"
    return _walk(query, Pages(query, headers, name, progress, first_wait=first_wait))


def make_jql(query: Query) -> str:
    """The question; the label of a ticket can hold a quote."""
    jql = f'project = "{query.target}"{_STATES[query.state]}'
    for label in query.labels:
        text = label.replace("\\", "\\\\").replace('"', '\\"')
        jql += f' AND labels = "{text}"'
    return f"{jql} ORDER BY key ASC"


def _walk(query: Query, pages: Pages) -> Iterator[Row]:
    site, jql = query.api.rstrip("/"), make_jql(query)

    def ask(token: str) -> Answer:
        asked = {"jql": jql, "fields": _FIELDS, "maxResults": 100}
        value = pages.post(
            f"{site}/rest/api/3/search/jql", asked | ({"nextPageToken": token} if token else {})
        )
        found = value.get("nextPageToken") if isinstance(value, dict) else None
        return Answer(value, found if isinstance(found, str) else "")

    try:
        for answer in pages.read(ask, ""):
            value = answer.value
            rows = as_rows(value.get("issues")) if isinstance(value, dict) else None
            if rows is None:
                raise pages.refuse("the page holds no issues: is the address right?")
            yield from pages.count({**row, "url": _link(site, row)} for row in rows)
    finally:
        pages.close()


def _link(site: str, row: Row) -> str:
    return f"{site}/browse/{row.get('key', '')}"
