"""Linear: GraphQL, pages by a cursor."""

import re
from collections.abc import Iterator

from workbench.adapters.trackers.pages import Answer, Pages, Progress, Query, Row, as_rows
from workbench.domain.errors import InputRefused
from workbench.text import display

LINEAR = "https://api.linear.app"
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_DONE = ["completed", "canceled", "duplicate"]
_ASKED = """
query Issues($after: String, $filter: IssueFilter) {
  issues(first: 100, after: $after, filter: $filter) {
    nodes {
      identifier title description priority url createdAt
      state { name type } labels { nodes { name } }
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""


def fetch_linear(query: Query, progress: Progress, *, first_wait: float = 1.0) -> Iterator[Row]:
    """Every issue of a team by its key."""
    if not _KEY.fullmatch(query.target):
        raise InputRefused(f"{display(query.target)}: expected a team's key, such as ENG")
    headers = {"authorization": query.token} if query.token else {}
    return _walk(query, Pages(query, headers, "LINEAR_API_KEY", progress, first_wait=first_wait))


def make_filter(query: Query) -> dict[str, object]:
    """The issues that are wanted, as Linear says it."""
    wanted: list[dict[str, object]] = [{"team": {"key": {"eq": query.target}}}]
    if query.state != "all":
        how = "nin" if query.state == "open" else "in"
        wanted.append({"state": {"type": {how: _DONE}}})
    wanted += [{"labels": {"name": {"eq": label}}} for label in query.labels]
    return {"and": wanted}


def _walk(query: Query, pages: Pages) -> Iterator[Row]:
    url, wanted = f"{query.api.rstrip('/')}/graphql", make_filter(query)

    def ask(cursor: str) -> Answer:
        variables = {"filter": wanted, "after": cursor or None}
        value = pages.post(url, {"query": _ASKED, "variables": variables})
        found = _issues(value)
        info = found.get("pageInfo")
        end = info.get("endCursor") if isinstance(info, dict) and info.get("hasNextPage") else None
        return Answer(value, end if isinstance(end, str) else "")

    try:
        for answer in pages.read(ask, ""):
            rows = as_rows(_issues(answer.value).get("nodes"))
            if rows is None:
                raise pages.refuse(_why(answer.value))
            yield from pages.count(iter(rows))
    finally:
        pages.close()


def _issues(value: object) -> Row:
    data = value.get("data") if isinstance(value, dict) else None
    issues = data.get("issues") if isinstance(data, dict) else None
    return issues if isinstance(issues, dict) else {}


def _why(value: object) -> str:
    """GraphQL may answer 200 and say no: in the tracker's words."""
    errors = value.get("errors") if isinstance(value, dict) else None
    first = errors[0] if isinstance(errors, list) and errors else None
    said = first.get("message") if isinstance(first, dict) else None
    if isinstance(said, str):
        return f"it says: {display(said)[:200]} (the token is LINEAR_API_KEY)"
    return "the page holds no issues: is the address right?"
