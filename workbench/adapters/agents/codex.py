"""`codex exec --json`: events as JSON lines; there is no cost among them."""

from collections.abc import Mapping
from pathlib import Path

from workbench.adapters.agents.plain import read_plain
from workbench.adapters.agents.reading import (
    Told,
    Trouble,
    count_of,
    mapping_of,
    read_objects,
    text_of,
)
from workbench.adapters.result_file import clean_text
from workbench.domain.run import ExitClass, Said, Usage

_COUNTS = ("input_tokens", "cached_input_tokens", "output_tokens")


def read_codex(stdout: Path, stderr: Path) -> Told:
    """The last message, tokens and turns over all turns, failed commands."""
    trouble, totals, turns = Trouble(), dict.fromkeys(_COUNTS, 0), 0
    message = problem = ""
    has_events = False
    for event in read_objects(stdout):
        kind = text_of(event.get("type")) or text_of(event.get("method")).replace("/", ".")
        has_events = has_events or bool(kind)
        if kind == "turn.completed":
            turns += 1
            used = mapping_of(event.get("usage"))
            totals = {name: n + (count_of(used.get(name)) or 0) for name, n in totals.items()}
        elif kind in {"turn.failed", "error"}:
            problem = _problem(event)
        elif kind == "item.completed":
            item = mapping_of(event.get("item"))
            message = _see(item, trouble) or message
    if not has_events:
        return read_plain(stdout, stderr).with_note("codex: there are no events")
    known = totals if turns else dict.fromkeys(_COUNTS)
    usage = Usage(
        input_tokens=known["input_tokens"],
        cached_tokens=known["cached_input_tokens"],
        output_tokens=known["output_tokens"],
        turns=turns or None,
    )
    failure: ExitClass | None = None
    if problem and not turns:
        failure = Trouble.class_of(problem)
    told = Told(Said(clean_text(message)), usage, failure, problem[:300], trouble.leaks)
    return trouble.add_to(told)


def _see(item: Mapping[str, object], trouble: Trouble) -> str:
    """Note what an item did; the text of a message."""
    kind = item.get("type")
    if kind == "agent_message":
        return text_of(item.get("text"))
    if kind == "command_execution":
        trouble.see_command(text_of(item.get("command")))
        trouble.see_tool(failed=item.get("status") == "failed" or bool(item.get("exit_code")))
    elif kind in {"mcp_tool_call", "file_change"}:
        trouble.see_tool(failed=item.get("status") == "failed")
    return ""


def _problem(event: Mapping[str, object]) -> str:
    error = event.get("error")
    return (
        text_of(event.get("message")) or text_of(error) or text_of(mapping_of(error).get("message"))
    )
