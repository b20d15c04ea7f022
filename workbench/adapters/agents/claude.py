"""`claude -p --output-format json` or `stream-json`: the last `result` object tells it all.

Tokens are those of modelUsage, which holds every model that was asked; `usage` is the last turn's.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from workbench.adapters.agents.plain import read_plain
from workbench.adapters.agents.reading import (
    Told,
    Trouble,
    cost_of,
    count_of,
    list_of,
    mapping_of,
    read_objects,
    text_of,
)
from workbench.adapters.result_file import clean_text
from workbench.domain.run import ExitClass, Said, Usage

_BUDGET = frozenset(("error_max_turns", "error_max_budget_usd"))


def read_claude(stdout: Path, stderr: Path) -> Told:
    """Final text, cost, turns, models; what its tools failed at, where the stream holds them."""
    result: Mapping[str, object] = {}
    trouble = Trouble(tells_losses=True, tells_helpers=True)
    has_stream = False
    for event in read_objects(stdout):
        kind = event.get("type")
        if kind == "result":
            result = event
            continue
        has_stream = True
        if kind == "system" and event.get("subtype") == "compact_boundary":
            trouble.lose_context()
        for part in _parts(event):
            if part.get("type") == "tool_use" and text_of(part.get("name")) in {"Task", "Agent"}:
                trouble.start_helper()
            if part.get("type") == "tool_use":
                trouble.see_command(text_of(mapping_of(part.get("input")).get("command")))
            if part.get("type") == "tool_result":
                trouble.see_tool(failed=part.get("is_error") is True)
    if not result:
        return read_plain(stdout, stderr).with_note("claude: there is no result object")
    usage = _usage(result)
    failure, reason = _failure(result)
    said = Said(clean_text(text_of(result.get("result"))))
    told = Told(said, usage, failure, reason, trouble.leaks)
    return trouble.add_to(told) if has_stream else told


def _parts(event: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    content = mapping_of(event.get("message")).get("content")
    yield from (part for part in list_of(content) if isinstance(part, dict))


def _usage(result: Mapping[str, object]) -> Usage:
    models = mapping_of(result.get("modelUsage"))
    given = cached = made = 0
    for used in map(mapping_of, models.values()):
        read = count_of(used.get("cacheReadInputTokens")) or 0
        written = count_of(used.get("cacheCreationInputTokens")) or 0
        given += (count_of(used.get("inputTokens")) or 0) + read + written
        cached += read
        made += count_of(used.get("outputTokens")) or 0
    return Usage(
        cost_usd=cost_of(result.get("total_cost_usd"), given + made),
        input_tokens=given if models else None,
        cached_tokens=cached if models else None,
        output_tokens=made if models else None,
        turns=count_of(result.get("num_turns")),
        model=", ".join(sorted(models)),
    )


def _failure(result: Mapping[str, object]) -> tuple[ExitClass | None, str]:
    subtype, said = text_of(result.get("subtype")), text_of(result.get("result"))
    if subtype in _BUDGET:
        return ExitClass.OUT_OF_BUDGET, subtype
    if result.get("stop_reason") == "refusal":
        return ExitClass.REFUSED, "the provider says that the model refused"
    if result.get("is_error") is True:
        return Trouble.class_of(said), said[:300]
    return None, ""
