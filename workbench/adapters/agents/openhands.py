"""`openhands --headless --json`: actions and observations as JSON lines, read tolerantly.

Written from the documented shape alone.
"""

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
from workbench.domain.run import Said, Usage

_FINAL = frozenset(("finish", "message"))


def read_openhands(stdout: Path, stderr: Path) -> Told:
    """The last message or finish; errors among the observations; metrics where they are."""
    trouble, message, turns = Trouble(tells_helpers=True), "", 0
    metrics = mapping_of(None)
    for event in read_objects(stdout):
        kind = text_of(event.get("type")) or next(
            (k for k in ("action", "observation") if k in event), ""
        )
        metrics = mapping_of(event.get("llm_metrics")) or metrics
        if kind == "action":
            turns += 1
            arguments = mapping_of(event.get("args"))
            trouble.see_command(text_of(arguments.get("command")))
            if text_of(event.get("action")) in _FINAL:
                said = (
                    event.get("message"),
                    arguments.get("final_thought"),
                    arguments.get("content"),
                )
                message = next(filter(None, map(text_of, said)), message)
            if text_of(event.get("action")) == "delegate":
                trouble.start_helper()
        elif kind == "observation":
            code = mapping_of(mapping_of(event.get("extras")).get("metadata")).get("exit_code")
            trouble.see_tool(failed=event.get("observation") == "error" or bool(count_of(code)))
    if not turns:
        return read_plain(stdout, stderr).with_note("openhands: there are no actions")
    tokens = mapping_of(metrics.get("accumulated_token_usage"))
    cost = metrics.get("accumulated_cost")
    usage = Usage(
        cost_usd=float(cost) if isinstance(cost, int | float) else None,
        input_tokens=count_of(tokens.get("prompt_tokens")),
        output_tokens=count_of(tokens.get("completion_tokens")),
        turns=turns,
    )
    return trouble.add_to(Told(Said(clean_text(message)), usage, leaks=trouble.leaks))
