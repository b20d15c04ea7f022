"""GitHub and GitLab: lists of issues, the next page in a Link header."""

import re
from collections.abc import Iterator
from urllib.parse import quote

from workbench.adapters.trackers.pages import Pages, Progress, Query, Row, as_rows
from workbench.domain.errors import InputRefused
from workbench.text import display

GITHUB = "https://api.github.com"
GITLAB = "https://gitlab.com"
_GITHUB_NAME = re.compile(r"[\w.-]+/[\w.-]+")
_GITLAB_NAME = re.compile(r"[\w.-]+(/[\w.-]+)+|\d+")
_GITLAB_STATES = {"open": "&state=opened", "closed": "&state=closed", "all": ""}


def fetch_github(query: Query, progress: Progress, *, first_wait: float = 1.0) -> Iterator[Row]:
    """Every issue of OWNER/NAME; pull requests, which GitHub lists among them, too."""
    if not _GITHUB_NAME.fullmatch(query.target):
        raise InputRefused(f"{display(query.target)}: expected a repository as OWNER/NAME")
    headers = {"accept": "application/vnd.github+json", "x-github-api-version": "2022-11-28"}
    if query.token:
        headers["authorization"] = f"Bearer {query.token}"
    asked = f"state={query.state}&per_page=100{_labels(query)}"
    pages = Pages(query, headers, "GITHUB_TOKEN", progress, first_wait=first_wait)
    return _walk(pages, f"{query.api.rstrip('/')}/repos/{query.target}/issues?{asked}")


def fetch_gitlab(query: Query, progress: Progress, *, first_wait: float = 1.0) -> Iterator[Row]:
    """Every issue of GROUP/PROJECT, subgroups too, or of a project's number."""
    if not _GITLAB_NAME.fullmatch(query.target):
        raise InputRefused(f"{display(query.target)}: expected a project as GROUP/PROJECT")
    headers = {"private-token": query.token} if query.token else {}
    asked = f"per_page=100&order_by=created_at&sort=asc{_GITLAB_STATES[query.state]}"
    project = quote(query.target, safe="")
    url = f"{query.api.rstrip('/')}/api/v4/projects/{project}/issues?{asked}{_labels(query)}"
    return _walk(Pages(query, headers, "GITLAB_TOKEN", progress, first_wait=first_wait), url)


def _labels(query: Query) -> str:
    return f"&labels={quote(','.join(query.labels))}" if query.labels else ""


def _walk(pages: Pages, url: str) -> Iterator[Row]:
    try:
        for answer in pages.read(pages.get, url):
            rows = as_rows(answer.value)
            if rows is None:
                raise pages.refuse("the page is no list of issues: is the address right?")
            yield from pages.count(iter(rows))
    finally:
        pages.close()
