"""A check as a person reads it, in a pane or on a terminal: what changed first, then how."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from workbench.domain.check import NO_SANDBOX, CheckResult, CheckStatus
from workbench.domain.check_report import CheckReport
from workbench.domain.counted import counted, name_counted

TAIL_LINES = 20
_MOST = 50  # names of one kind
_BARE = "NO SANDBOX"
_WORDS = {CheckStatus.PASS: "pass", CheckStatus.FAIL: "FAIL", CheckStatus.NOT_RUN: "not run"}
_NOT_YET = "`workbench check` runs the tests."
_AGAIN = "No report of it is kept; `workbench check` runs the tests again."
_ELSEWHERE = "These results came from elsewhere; `workbench check` runs the tests here."
_NO_BOX = (
    "Tests need bubblewrap (Debian, Ubuntu: apt install bubblewrap); `workbench check` says what "
    "is missing here, and runs them once it is there. Labels can be given without."
)
_LATER = "hidden tests: shown after the label"


def say_result(report: CheckReport) -> str:
    """`FAIL: fixes 1, breaks 8`."""
    return f"{_WORDS[report.tests]}: {report.summary}"


def list_remarks(report: CheckReport) -> Iterator[str]:
    """What a reviewer should know before believing it, in short."""
    if report.sandbox == "none":
        yield _BARE
    for what, files in _changes(report):
        more = f" and {len(files) - 1} more" if len(files) > 1 else ""
        yield f"{what}: {files[0]}{more}"


def _changes(report: CheckReport) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What the candidate did to the tests; none of it was used."""
    for what, files in (
        ("tests touched", report.touched),
        ("tests deleted", report.deleted),
        ("tests added, not run", report.added),
        ("tests follow", report.moved),
    ):
        if files:
            yield what, files


def describe_result(check: CheckResult) -> str:
    """The same for a result that has no report here."""
    source = f" ({check.source})" if check.source else ""
    reason = f": {check.reason}" if check.reason else ""
    return f"{_WORDS[check.tests]}{reason}{source}\n\n{_explain(check)}"


def describe_leaks(leaks: Sequence[str]) -> str:
    """Commands that may have found the answer, for a reviewer who has labelled; "" for none."""
    if not leaks:
        return ""
    head = "answer leak? It looked where a replayed ticket's own fix may be found:"
    return "\n".join(("", "", head, *(f"  {leak}" for leak in leaks)))


def _explain(check: CheckResult) -> str:
    if check.reason == NO_SANDBOX:
        return _NO_BOX
    if not check.source:
        return _NOT_YET
    return _AGAIN if check.is_ours else _ELSEWHERE


def describe_report(report: CheckReport, *, shows_hidden: bool) -> str:
    """Every line of a report; hidden tests only where they may be seen."""
    return "\n".join(_lines(report, shows_hidden=shows_hidden))


def _lines(report: CheckReport, *, shows_hidden: bool) -> Iterator[str]:
    yield say_result(report)
    if report.reason and report.reason != report.summary:
        yield report.reason
    if report.sandbox == "none":
        yield _BARE
    for what, files in _changes(report):
        yield from [f"{what}: {files[0]}"] if len(files) == 1 else _list(what, files)
    for what, ids in (
        ("newly failing", report.broken),
        ("newly passing", report.fixed),
        ("did not run", report.missing),
        ("still failing", report.still_failing),
        ("flaky", report.flaky),
    ):
        yield from _ids(report, what, ids)
    if shows_hidden:
        yield from _hidden(report)
    elif report.hidden_passed or report.hidden_failed or report.hidden_reason:
        yield from ("", _LATER)
    if said := report.tails.get("output"):
        yield from ("", "the end of what was printed", *_tail(said))
    yield ""
    kept, passes = counted(report.kept, "test"), name_counted(report.kept, "passes", "pass")
    yield f"{kept} passed on base and {passes} still; {report.seconds:.1f} s"
    yield f"read from: {report.kind} · sandbox: {report.sandbox}"


def _hidden(report: CheckReport) -> Iterator[str]:
    if report.hidden_reason:
        yield from ("", f"hidden tests not run: {report.hidden_reason}")
    yield from _ids(report, "hidden tests that fail", report.hidden_failed)
    yield from _ids(report, "hidden tests that pass", report.hidden_passed)


def _ids(report: CheckReport, what: str, ids: tuple[str, ...]) -> Iterator[str]:
    if ids:
        yield ""
        yield from _list(what, ids, report.tails)


def _list(
    what: str, names: tuple[str, ...], tails: Mapping[str, str] = MappingProxyType({})
) -> Iterator[str]:
    """Names under a title with their number, each with the end of its failure."""
    yield f"{what} ({len(names)})"
    for name in names[:_MOST]:
        yield f"  {name}"
        yield from _tail(tails.get(name, ""))
    if len(names) > _MOST:
        yield f"  and {len(names) - _MOST} more"


def _tail(said: str) -> Iterator[str]:
    lines = [line for line in said.split("\n") if line.strip()]
    yield from (f"      {line}" for line in lines[-TAIL_LINES:])
