"""A candidate that is a command: prompt in, edited checkout out.

What it needs is laid out in a folder of the job; the patch is taken by our own git folder. A kill
of ours between its end and its record costs nothing: its work is found and taken.
"""

import json
import shutil
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from workbench.adapters.agent_process import (
    Call,
    Exited,
    Limits,
    Stop,
    Workplace,
    find_exited,
    run_agent,
)
from workbench.adapters.agents import read_transcript
from workbench.adapters.checkouts import hand_over, make_checkout
from workbench.adapters.command_endings import find_class, take_changes, take_out
from workbench.adapters.harvest import Harvester
from workbench.adapters.keeping import make_end
from workbench.adapters.result_file import SCHEMA, read_result
from workbench.adapters.run_files import RunFiles
from workbench.adapters.sandbox import Cancel
from workbench.adapters.transcripts import read_end
from workbench.adapters.turns import Turn
from workbench.domain.errors import InputRefused
from workbench.domain.harness import CandidateSettings
from workbench.domain.run import Ending, ExitClass, Job, Usage, classify
from workbench.text import decode, display

_WORK, _OUT, _TICKET = "/work", "/out", "/ticket"
_LONGEST_ARGUMENT = 120_000  # bytes; the kernel takes 128 KB in one
_FOLDERS = ("checkout", "out", "home", "home/tmp", "ticket", "scratch")


class SetupFailed(InputRefused):
    """`setup` or `copy` could not be done; the message says why."""


class NotConfigured(InputRefused):
    """The candidate cannot run as its settings stand."""


@dataclass(frozen=True, slots=True)
class Means:
    """What commands are run with. `bwrap` is None without a sandbox; `tools` are absolute."""

    clone_of: Mapping[str, Path]
    source_of: Mapping[str, Path]
    files: RunFiles
    bwrap: Path | None
    environment: Mapping[str, str]
    tools: tuple[Path, ...] = ()


class CommandHarness:
    """Runs the jobs of one candidate; `run` may be called from several threads."""

    def __init__(self, settings: CandidateSettings, means: Means) -> None:
        """Nothing is started."""
        self._settings, self._means = settings, means
        self.sandbox = "bubblewrap" if means.bwrap else "none"
        self._told: set[str] = set()  # whose costs we have said, though their work is not taken

    def run(self, job: Job, turn: Turn) -> Ending:
        """Take one job to its end; failures of the machine and of settings are endings too."""
        folder, exited = self._means.files.folder(job), None
        try:
            exited = self._find_exited(folder)
            if exited is None:
                folder = self._means.files.clear(job)
                exited = self._start(job, folder, turn)
            ending = self._finish(job, folder, exited, turn)
        except NotConfigured as error:
            ending = Ending(ExitClass.CONFIGURATION, reason=str(error))
        except (InputRefused, OSError) as error:
            reason = f"{error.strerror}" if isinstance(error, OSError) else str(error)
            is_left = exited is not None and exited.has_started
            ending = Ending(ExitClass.INFRASTRUCTURE, reason=reason or repr(error), is_left=is_left)
        if not ending.exit_class.is_answer and not ending.is_left:  # whole only with its record
            self._means.files.leave(job)
        return replace(ending, sandbox=self.sandbox)

    def find_lost(self, job: Job) -> float:
        """What a try that was killed with us has cost, by the transcript it left."""
        folder = self._means.files.find(job)
        if not (folder / "checkout").is_dir() or self._find_exited(folder):
            return 0.0
        return self._read_usage(folder).cost_usd or 0.0

    def _read_usage(self, folder: Path) -> Usage:
        told = read_transcript(self._settings.adapter, folder / "stdout", folder / "stderr")
        return read_result(folder / "out", told.said, told.usage)[1]

    def identify(self) -> str:
        """The first line that `command --version` prints in the surroundings of a job."""
        with tempfile.TemporaryDirectory(prefix="workbench-version-") as made:
            folder = Path(made)
            for name in _FOLDERS:
                (folder / name).mkdir(mode=0o700)
            place = self._place(folder)
            job = Job("", "", "", "", "", "", "", 1)
            call = replace(
                self._call(job, folder),
                command=(self._settings.command[0], "--version"),
                secrets={},
                stdin=None,
                limits=Limits(20),
                has_network=False,
            )
            for name in ("checkout", "out", "home"):
                hand_over(folder / name)
            streams = (folder / "stdout", folder / "stderr")
            done = run_agent(self._means.bwrap, place, call, streams, threading.Event())
            lines = decode(read_end(streams[0], 4096)).strip().split("\n")
        return "" if done.returncode else display(lines[0])[:200]

    def _find_exited(self, folder: Path) -> Exited | None:
        """A command that ended about when we were killed, with its checkout still there."""
        exited = find_exited(folder)
        is_whole = (folder / "scratch" / "baseline").is_file() and (folder / "checkout").is_dir()
        return exited if is_whole else None

    def _start(self, job: Job, folder: Path, turn: Turn) -> Exited:
        """Only what is the candidate's own has to wait for its turn: setup and command."""
        for name in _FOLDERS:
            (folder / name).mkdir(mode=0o700)
        make_checkout(self._means.clone_of[job.repo], job.base_commit, folder / "checkout")
        self._copy(job, folder / "checkout")
        self._write_ticket(job, folder / "ticket")
        call, place = self._call(job, folder), self._place(folder)
        for name in ("checkout", "out", "home", "ticket"):
            hand_over(folder / name)
        harvester, setup = self._harvester(job, folder), self._settings.setup
        if not setup:
            harvester.begin()
        if not turn.wait():
            return Exited(0, Stop.CANCELLED, 0.0)
        if setup:
            self._set_up(folder, place, call, turn.cancel)
            harvester.begin()
        streams = (folder / "stdout", folder / "stderr")
        return run_agent(self._means.bwrap, place, call, streams, turn.cancel)

    def _harvester(self, job: Job, folder: Path) -> Harvester:
        clone = self._means.clone_of[job.repo]
        return Harvester(clone, job.base_commit, folder / "checkout", folder / "scratch")

    def _copy(self, job: Job, checkout: Path) -> None:
        """Files that git ignores, out of the user's work tree; nothing through a link."""
        for name in self._settings.copy:
            source = self._means.source_of[job.repo] / name
            if source.resolve() != source.parent.resolve() / source.name or not source.is_file():
                raise SetupFailed(f"copy: {display(name)} is no plain file in the repository")
            target = checkout / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)

    def _write_ticket(self, job: Job, folder: Path) -> None:
        told = {"ticket_id": job.ticket_id, "title": job.title, "body": job.body}
        (folder / "ticket.md").write_text(_prompt(job), "utf-8")
        (folder / "ticket.json").write_text(json.dumps(told), "utf-8")
        (folder / "result.schema.json").write_text(json.dumps(SCHEMA), "utf-8")

    def _place(self, folder: Path) -> Workplace:
        inside = {
            _WORK: folder / "checkout",
            _OUT: folder / "out",
            "/box": folder / "home",
        }
        tools = {str(tool): tool for tool in self._means.tools}
        return Workplace(folder, inside, {_TICKET: folder / "ticket", **tools})

    def _call(self, job: Job, folder: Path) -> Call:
        work, out, ticket, home, tmp = self._paths(folder)
        missing = [n for n in self._settings.env if not self._means.environment.get(n)]
        if missing:
            names = ", ".join(missing)
            raise NotConfigured(
                f"candidate {self._settings.name}: {names} is not set in the environment"
            )
        path = [str(b if (b := tool / "bin").is_dir() else tool) for tool in self._means.tools]
        variables = {
            "PATH": ":".join((*path, "/usr/local/bin:/usr/bin:/bin")),
            "HOME": home,
            "TMPDIR": tmp,
            "LANG": "C.UTF-8",
            "PYTHONUNBUFFERED": "1",
            "WB_TICKET_ID": job.ticket_id,
            "WB_TICKET_FILE": f"{ticket}/ticket.md",
            "WB_TICKET_JSON": f"{ticket}/ticket.json",
            "WB_WORKTREE": work,
            "WB_OUT_DIR": out,
            "WB_BASE_COMMIT": job.base_commit,
            "WB_TRIAL": str(job.trial),
            "WB_RESULT_SCHEMA": f"{ticket}/result.schema.json",
        }
        return Call(
            command=self._command(job, f"{ticket}/ticket.md"),
            work=work,
            variables=variables,
            secrets={name: self._means.environment[name] for name in self._settings.env},
            limits=Limits(self._settings.timeout_s),
            stdin=folder / "ticket" / "ticket.md" if self._settings.prompt == "stdin" else None,
            has_network=self._settings.network,
        )

    def _paths(self, folder: Path) -> tuple[str, str, str, str, str]:
        if self._means.bwrap:
            return _WORK, _OUT, _TICKET, "/box", "/box/tmp"
        work, out, ticket, home, tmp = ("checkout", "out", "ticket", "home", "home/tmp")
        return (
            str(folder / work), str(folder / out), str(folder / ticket), str(folder / home),
            str(folder / tmp),
        )  # fmt: skip

    def _command(self, job: Job, ticket: str) -> tuple[str, ...]:
        words = tuple(word.replace("{ticket_file}", ticket) for word in self._settings.command)
        if self._settings.prompt != "arg":
            return words
        text = _prompt(job)
        if len(text.encode("utf-8", "replace")) > _LONGEST_ARGUMENT or "\0" in text:
            raise SetupFailed('the ticket is too long for prompt = "arg": use stdin or file')
        return (*words, text)

    def _set_up(self, folder: Path, place: Workplace, call: Call, cancel: Cancel) -> None:
        """Before the clock and the baseline; what it makes is no work of the candidate."""
        streams = (folder / "setup.stdout", folder / "setup.stderr")
        limits = Limits(self._settings.setup_timeout_s)
        made = replace(call, command=self._settings.setup, secrets={}, stdin=None, limits=limits)
        done = run_agent(self._means.bwrap, place, made, streams, cancel)
        make_end(folder)
        if done.stop is not Stop.CANCELLED and (done.stop or done.returncode):
            why = done.stop or f"exit code {done.returncode}"
            said = decode(read_end(streams[1], 500) or read_end(streams[0], 500)).strip()
            raise SetupFailed(f"setup failed ({why}): {display(said.split(chr(10))[-1])}")

    def _finish(self, job: Job, folder: Path, exited: Exited, turn: Turn) -> Ending:
        """Read what it said, let the next begin, take what it changed, and say how it ended."""
        if exited.stop is Stop.CANCELLED:
            usage = self._read_usage(folder)
            cost = usage.cost_usd
            return Ending(ExitClass.CANCELLED, usage=usage, seconds=exited.seconds, spent_usd=cost)
        told = read_transcript(self._settings.adapter, folder / "stdout", folder / "stderr")
        said, usage, warnings = read_result(folder / "out", told.said, told.usage)
        notes = [*told.notes, *warnings]
        found, reason = find_class(self._settings, folder, exited, told)
        spent, patch, is_left = self._count(job, usage), b"", False
        if found is None or found.is_answer:
            turn.give_back(spent)
            harvest, failed, why = take_changes(self._harvester(job, folder))
            found, reason = failed or found, why or reason
            patch, notes = harvest.patch, [*notes, *harvest.notes]
            is_left = found is ExitClass.INFRASTRUCTURE
            if is_left:
                self._told.add(job.key)
        if exited.problem and not is_left:
            notes.append(f"what it printed could not be kept whole: {exited.problem}")
            if not patch and (found is None or found.is_answer):
                found, reason = ExitClass.INFRASTRUCTURE, f"{notes[-1]}; it has to be run again"
        cap = self._settings.max_cost_usd
        if cap and usage.cost_usd is not None and usage.cost_usd > cap:
            notes.append(f"cost {usage.cost_usd:.2f} USD, over its cap of {cap:.2f}")
        confidence = {name: self._means.environment.get(name, "") for name in self._settings.env}
        patch, said, more = take_out(confidence, patch, said)
        return Ending(
            found or classify(patch=patch, said=said),
            *(patch, said, usage, reason, (*notes, *more), round(exited.seconds, 3)),
            spent_usd=spent,
            leaks=told.leaks,
            is_left=is_left,
        )

    def _count(self, job: Job, usage: Usage) -> float | None:
        """What it cost, unless that was counted when its work could not be taken."""
        known = self._means.files.get(job)
        is_left = known is not None and known.is_left and known.usage.cost_usd is not None
        return None if is_left or job.key in self._told else usage.cost_usd


def _prompt(job: Job) -> str:
    """What a candidate sees of a ticket: title and body, nothing else."""
    return f"# {job.title}\n\n{job.body}\n"
