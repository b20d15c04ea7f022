"""A candidate that is a model alone: one request, one reply, no tools.

The prompt is a template of the study; the key is read from environment or keyring and goes into one
header. A cancel ends the request, not only the waiting.
"""

import queue
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path, PurePosixPath

import httpx

from workbench.adapters.checkouts import make_checkout
from workbench.adapters.command_endings import take_out
from workbench.adapters.context_files import Context, choose_context
from workbench.adapters.harvest import Harvester
from workbench.adapters.http_models import (
    Reply,
    body_of,
    explain_status,
    headers_of,
    read_reply,
    url_of,
)
from workbench.adapters.replies import Answer, read_answer
from workbench.adapters.run_files import RunFiles
from workbench.adapters.sandbox import Cancel
from workbench.adapters.secrets import find_secret
from workbench.adapters.turns import Turn
from workbench.domain.errors import InputRefused
from workbench.domain.harness import CandidateSettings
from workbench.domain.run import Ending, ExitClass, Job, classify
from workbench.text import display

_LARGEST_REPLY = 32 << 20
_LOOK_SECONDS = 0.1
_CONNECT_SECONDS = 30.0
_Answer = tuple[int, Mapping[str, str], bytes]  # status, headers, body


@dataclass(frozen=True, slots=True)
class HttpMeans:
    """What requests are made with; `template` is the text of the prompt."""

    clone_of: Mapping[str, Path]
    files: RunFiles
    environment: Mapping[str, str]
    template: str
    clock: Callable[[], datetime]


class HttpHarness:
    """Runs the jobs of one candidate; `run` may be called from several threads."""

    sandbox = ""

    def __init__(self, settings: CandidateSettings, means: HttpMeans) -> None:
        """Raises InputRefused where a key is wanted and not there."""
        self._settings, self._means = settings, means
        key = settings.key
        self._key = find_secret(key, environment=means.environment) if key else ""
        if settings.key and not self._key:
            where = "is neither set in the environment nor in a keyring"
            raise InputRefused(f"candidate {settings.name}: {key} {where}")

    def find_lost(self, job: Job) -> float:
        """Nobody can tell what a provider asks for an answer that nobody read."""
        del job
        return 0.0

    def identify(self) -> str:
        """A model has no version of its own; the ids it was served under are in the lock."""
        return ""

    def run(self, job: Job, turn: Turn) -> Ending:
        """One request."""
        folder = self._means.files.clear(job)
        try:
            context = self._choose(job)
            prompt = render_prompt(
                self._means.template, f"# {job.title}\n\n{job.body}", context.text
            )
            ending = self._ask(job, folder, prompt, context, turn)
        except (InputRefused, OSError) as error:
            ending = Ending(ExitClass.INFRASTRUCTURE, reason=str(error))
        if not ending.exit_class.is_answer:
            self._means.files.leave(job)
        return ending

    def _choose(self, job: Job) -> Context:
        settings = self._settings
        ticket = f"{job.title}\n{job.body}"
        clone, budget = self._means.clone_of[job.repo], settings.max_context_tokens
        return choose_context(clone, job.base_commit, ticket, settings.context, budget)

    def _ask(self, job: Job, folder: Path, prompt: str, context: Context, turn: Turn) -> Ending:
        """Ask once it is its turn; `seconds` is what the provider took."""
        timeout = httpx.Timeout(self._settings.timeout_s, connect=_CONNECT_SECONDS)
        with httpx.Client(timeout=timeout) as client:
            if not turn.wait():
                return Ending(ExitClass.CANCELLED)
            (folder / "stderr").write_text(prompt, "utf-8", "backslashreplace")
            began = self._means.clock()
            answer = self._follow(client, prompt, turn.cancel)
            seconds = round((self._means.clock() - began).total_seconds(), 3)
        if not isinstance(answer, Ending):
            answer = self._read(job, folder, answer, context, turn)
        return replace(answer, seconds=seconds)

    def _follow(self, client: httpx.Client, prompt: str, cancel: Cancel) -> Ending | _Answer:
        """The request in a thread, so that a cancel can close the connection under it."""
        answers: queue.SimpleQueue[Ending | _Answer] = queue.SimpleQueue()
        threading.Thread(
            target=lambda: answers.put(self._request(client, prompt)), name="http", daemon=True
        ).start()
        while True:
            try:
                return answers.get(timeout=_LOOK_SECONDS)
            except queue.Empty:
                if cancel.is_set():
                    return Ending(ExitClass.CANCELLED)

    def _read(
        self, job: Job, folder: Path, answer: _Answer, context: Context, turn: Turn
    ) -> Ending:
        status, headers, data = answer[0], answer[1], self._clean(answer[2])
        (folder / "stdout").write_bytes(data)
        if status != httpx.codes.OK:
            return explain_status(self._settings, status, headers, data, self._means.clock())
        try:
            reply = read_reply(self._settings, data)
        except (ValueError, TypeError, RecursionError) as error:
            return Ending(
                ExitClass.PROVIDER, reason=f"the reply cannot be read: {display(str(error))[:200]}"
            )
        turn.give_back(reply.usage.cost_usd)
        return self._judge(job, folder, reply, context)

    def _request(self, client: httpx.Client, prompt: str) -> Ending | _Answer:
        settings = self._settings
        try:
            with client.stream(
                "POST",
                url_of(settings),
                json=body_of(settings, prompt),
                headers=headers_of(settings, self._key),
            ) as response:
                data = bytearray()
                for chunk in response.iter_bytes():
                    data += chunk
                    if len(data) > _LARGEST_REPLY:
                        return Ending(ExitClass.PROVIDER, reason="the reply is larger than 32 MB")
                return response.status_code, dict(response.headers), bytes(data)
        except httpx.ReadTimeout:
            return Ending(ExitClass.OUT_OF_BUDGET, reason=f"timeout after {settings.timeout_s:g} s")
        except httpx.HTTPError as error:
            return Ending(
                ExitClass.PROVIDER, reason=f"{type(error).__name__}: {display(str(error))[:200]}"
            )
        except (httpx.InvalidURL, UnicodeEncodeError) as error:
            return Ending(
                ExitClass.CONFIGURATION, reason=f"base_url or key: {type(error).__name__}"
            )

    def _clean(self, data: bytes) -> bytes:
        return data.replace(self._key.encode(), b"[redacted key]") if self._key else data

    def _judge(self, job: Job, folder: Path, reply: Reply, context: Context) -> Ending:
        answer = read_answer(reply.text)
        patch, notes = answer.patch.encode("utf-8", "surrogatepass"), _note_context(context)
        if answer.files:
            patch, more = self._diff_files(job, folder, answer)
            notes += more
        key = {self._settings.key: self._key} if self._key else {}
        patch, said, more = take_out(key, patch, answer.said)
        found, reason = classify(patch=patch, said=said), ""
        if reply.is_refusal:
            found, reason = ExitClass.REFUSED, "the provider says that the model refused"
        elif reply.is_cut:
            found, reason = ExitClass.OUT_OF_BUDGET, "the reply was cut at its limit of tokens"
        cost = reply.usage.cost_usd
        return Ending(found, patch, said, reply.usage, reason, (*notes, *more), spent_usd=cost)

    def _diff_files(self, job: Job, folder: Path, answer: Answer) -> tuple[bytes, tuple[str, ...]]:
        """Whole files as a patch: written into a checkout, and taken as a command's are."""
        checkout, scratch = folder / "checkout", folder / "scratch"
        clone = self._means.clone_of[job.repo]
        make_checkout(clone, job.base_commit, checkout)
        harvester = Harvester(clone, job.base_commit, checkout, scratch)
        harvester.begin()
        refused = [path for path, body in answer.files if not _write(checkout, path, body)]
        harvest = harvester.take()
        notes = [f"a file outside of the repository was left out: {display(p)}" for p in refused]
        return harvest.patch, (*notes, *harvest.notes)


def _write(checkout: Path, name: str, body: str) -> bool:
    """Write one file below the checkout, through no link; whether it could be."""
    inner = PurePosixPath(name.strip())
    parts = [part.lower() for part in inner.parts]
    if inner.is_absolute() or ".." in parts or ".git" in parts or not parts or "\0" in name:
        return False
    target = checkout / inner
    if any(one.is_symlink() for one in (target, *target.parents) if one.is_relative_to(checkout)):
        return False
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(body, "utf-8", "backslashreplace", newline="")
    except OSError:
        return False
    return True


def render_prompt(template: str, ticket: str, files: str) -> str:
    """The template with its two places filled; what is filled in is not looked at again."""
    return ticket.join(piece.replace("{{files}}", files) for piece in template.split("{{ticket}}"))


def _note_context(context: Context) -> tuple[str, ...]:
    sent = ", ".join(context.sent) or "none"
    notes = [f"files sent: {sent}"]
    if context.left_out:
        notes.append(f"left out for the budget of tokens: {', '.join(context.left_out)}")
    return tuple(notes)
