"""`opencode run --format json`: steps as JSON lines; cost and tokens are summed over them."""

from pathlib import Path

from workbench.adapters.agents.plain import read_plain
from workbench.adapters.agents.reading import (
    Told,
    Trouble,
    cost_of,
    count_of,
    mapping_of,
    read_objects,
    text_of,
)
from workbench.adapters.result_file import clean_text
from workbench.domain.run import Said, Usage


def read_opencode(stdout: Path, stderr: Path) -> Told:
    """The last text; failed tools; an error where nothing else came."""
    trouble, message, problem = Trouble(tells_helpers=True), "", ""
    cost, given, cached, made, turns = 0.0, 0, 0, 0, 0
    for event in read_objects(stdout):
        kind, part = event.get("type"), mapping_of(event.get("part"))
        if kind == "text":
            message = text_of(part.get("text")) or message
        elif kind == "tool_use":
            state = mapping_of(part.get("state"))
            trouble.see_command(text_of(mapping_of(state.get("input")).get("command")))
            code = count_of(mapping_of(state.get("metadata")).get("exit"))
            trouble.see_tool(failed=state.get("status") == "error" or bool(code))
            if part.get("tool") == "task":
                trouble.start_helper()
        elif kind == "step_finish":
            turns += 1
            tokens = mapping_of(part.get("tokens"))
            cache = mapping_of(tokens.get("cache"))
            read = count_of(cache.get("read")) or 0
            own = part.get("cost")
            cost += float(own) if isinstance(own, int | float) else 0.0
            given += (count_of(tokens.get("input")) or 0) + read
            given += count_of(cache.get("write")) or 0
            cached += read
            made += count_of(tokens.get("output")) or 0
        elif kind == "error":
            error = mapping_of(event.get("error"))
            named = text_of(mapping_of(error.get("data")).get("message"))
            problem = (
                named or text_of(error.get("message")) or text_of(error.get("name")) or "error"
            )
    if not turns and not problem and not message:
        return read_plain(stdout, stderr).with_note("opencode: there are no events")
    spent = cost_of(cost, given + made)
    usage = Usage(spent, given, cached, made, turns) if turns else Usage()
    failure = Trouble.class_of(problem) if problem and not turns else None
    told = Told(Said(clean_text(message)), usage, failure, problem[:300], trouble.leaks)
    return trouble.add_to(told)
