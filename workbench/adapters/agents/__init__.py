"""Adapters: what each agent's own output tells of its work, by the name in workbench.toml."""

from collections.abc import Callable, Mapping
from pathlib import Path

from workbench.adapters.agents.aider import read_aider
from workbench.adapters.agents.claude import read_claude
from workbench.adapters.agents.codex import read_codex
from workbench.adapters.agents.opencode import read_opencode
from workbench.adapters.agents.openhands import read_openhands
from workbench.adapters.agents.plain import read_plain
from workbench.adapters.agents.reading import Told

Adapter = Callable[[Path, Path], Told]
"""Reads the files of standard output and error; never raises."""

ADAPTERS: Mapping[str, Adapter] = {
    "none": read_plain,
    "claude": read_claude,
    "codex": read_codex,
    "opencode": read_opencode,
    "aider": read_aider,
    "openhands": read_openhands,
}


def read_transcript(name: str, stdout: Path, stderr: Path) -> Told:
    """What an agent said and used; where its output cannot be read, the end of it and why."""
    try:
        return ADAPTERS[name](stdout, stderr)
    except Exception as error:  # noqa: BLE001 - hostile bytes must not end a run
        told = read_plain(stdout, stderr)
        why = f"{name}: its output could not be read ({type(error).__name__})"
        return told.with_note(why)
