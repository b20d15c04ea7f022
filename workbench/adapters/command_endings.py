"""How a command ended, in the classes of a run, and what must not leave with its answer."""

import errno
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from workbench.adapters.agent_process import Exited, Stop
from workbench.adapters.agents.reading import Told
from workbench.adapters.harvest import Harvest, Harvester
from workbench.adapters.transcripts import SHORTEST_SECRET, read_end
from workbench.domain.errors import InputRefused
from workbench.domain.harness import CandidateSettings
from workbench.domain.run import ExitClass, Said
from workbench.text import decode, display

_TEMPORARY, _LASTING = 75, frozenset((126, 127))  # EX_TEMPFAIL; not executable, not found
_CPU_LIMIT = 128 + 24  # SIGXCPU
_ITS_OWN = frozenset((errno.ENAMETOOLONG, errno.ELOOP))  # by how it named its folders
_MARK = "[redacted key]"


def find_class(
    settings: CandidateSettings, folder: Path, exited: Exited, told: Told
) -> tuple[ExitClass | None, str]:
    """The class of what did not end well, and why; None: look at what came of it."""
    if exited.stop is not None:
        after = f" after {settings.timeout_s:g} s" if exited.stop is Stop.TIMEOUT else ""
        return ExitClass.OUT_OF_BUDGET, f"{exited.stop}{after}"
    if told.failure is not None:
        return told.failure, told.reason
    if exited.returncode == 0:
        return None, ""
    errors = decode(read_end(folder / "stderr", 2000)).strip()
    last = display(errors.split("\n")[-1])[:300]
    if not exited.has_started:
        return ExitClass.INFRASTRUCTURE, f"the sandbox could not start: {exited.problem or last}"
    return _by_code(exited.returncode, last)


def _by_code(code: int, last: str) -> tuple[ExitClass, str]:
    if code == _TEMPORARY:
        return ExitClass.PROVIDER, f"it asked to be tried again (exit code 75): {last}"
    if code in _LASTING:
        hint = "; a sandboxed command sees /usr and the folders in `tools`"
        return ExitClass.CONFIGURATION, f"it cannot be started: {last}{hint}"
    if code == _CPU_LIMIT:
        return ExitClass.OUT_OF_BUDGET, "processor time"
    return ExitClass.AGENT_ERROR, f"exit code {code}{': ' + last if last else ''}"


def take_changes(harvester: Harvester) -> tuple[Harvest, ExitClass | None, str]:
    """What a candidate changed; or the class of a failure, and why.

    What this machine could not do is no fault of a candidate, and may be tried again.
    """
    try:
        return harvester.take(), None, ""
    except InputRefused as error:
        notes = (f"its changes could not be read: {error}",)
        return Harvest(b"", notes), ExitClass.AGENT_ERROR, str(error)
    except OSError as error:
        why = error.strerror or str(error)
        if error.errno in _ITS_OWN:
            return Harvest(b"", ()), ExitClass.AGENT_ERROR, f"its changes could not be read: {why}"
        why = f"its changes could not be taken: {why}; they are kept: the same command takes them"
        return Harvest(b"", ()), ExitClass.INFRASTRUCTURE, why


def take_out(
    given: Mapping[str, str], patch: bytes, said: Said
) -> tuple[bytes, Said, tuple[str, ...]]:
    """An answer without the values of the variables it was given in confidence, and notes."""
    notes = []
    for name, value in given.items():
        if len(value.encode()) < SHORTEST_SECRET:
            continue
        if value.encode() in patch:
            notes.append(f"its patch held the value of {name}: replaced")
            patch = patch.replace(value.encode(), _MARK.encode())
        said = replace(
            said,
            message=said.message.replace(value, _MARK),
            questions=tuple(text.replace(value, _MARK) for text in said.questions),
            self_flagged=tuple(text.replace(value, _MARK) for text in said.self_flagged),
        )
    return patch, said, tuple(notes)
