"""What each agent's own output tells: real output by its version, the rest as documented.

The samples with a version were printed by @anthropic-ai/claude-code, @openai/codex, opencode-ai
(npm) and aider-chat (PyPI) in front of tests/cli/model_server.py, as test_run_agents runs them.
"""

import json
import random
from pathlib import Path

import pytest

from workbench.adapters.agents import ADAPTERS, read_transcript
from workbench.adapters.agents.reading import Told, Trouble, cost_of
from workbench.domain.run import ExitClass, Usage

SAMPLES = Path(__file__).parent / "agents"
NOTHING = Path("/dev/null")
STEP = '{"type": "step_finish", "part": {"cost": 0.5, "tokens": {"input": 5, "output": 5}}}\n'
LEAK = "sed -i 's/a + b/b + a/' calc.py && git log --all --oneline | head -3"


def read(name: str, sample: str) -> Told:
    return read_transcript(name, SAMPLES / sample, NOTHING)


def test_claude() -> None:
    """Tokens of all models, cost as it says, the tool call that reached for history."""
    told = read("claude", "claude-2.1.197.jsonl")
    assert told.said.message == "Done: swapped the operands."
    assert told.usage == Usage(0.0022575, 165, 15, 60, 2, 0, 0, 0, 0, 0, "claude-opus-4-8[1m]")
    assert (told.leaks, told.failure) == ((LEAK,), None)


def test_codex() -> None:
    """No cost is known, and that is no 0."""
    told = read("codex", "codex-0.169.0.jsonl")
    assert told.said.message == "Done: swapped the operands."
    assert told.usage == Usage(None, 200, 20, 40, 1, 0, 0, None, 0, None)
    assert [LEAK in leak for leak in told.leaks] == [True]


def test_opencode() -> None:
    """Summed over its steps; it knows no price of this model, and says 0."""
    told = read("opencode", "opencode-1.18.33.jsonl")
    assert told.said.message == "Done: swapped the operands."
    assert told.usage == Usage(None, 200, 20, 40, 2, 0, 0, None, 0, 0)
    assert told.leaks == (LEAK,)


def test_aider() -> None:
    """Its banner is no message; the session's cost is the last one."""
    told = read("aider", "aider-0.86.2.txt")
    assert told.said.message.startswith("Swapped.")
    assert told.usage == Usage(None, 753, None, 34, 1, model="openai/m-1")
    told = read("aider", "aider-documented.txt")
    assert told.said.message.startswith("I will swap the operands. One question")
    assert told.usage == Usage(0.03, 3200, None, 400, 2, model="openai/m-1")


def test_openhands() -> None:
    """A failed command and one that worked after it are an error and a recovery."""
    told = read("openhands", "openhands-documented.jsonl")
    assert told.said.message == "Done."
    assert told.usage == Usage(0.25, 900, None, 80, 3, 1, 1, None, 0, 0)
    assert told.leaks == ("git log --all --oneline",)


@pytest.mark.parametrize(
    ("line", "adapter", "failure"),
    [
        ('{"type":"result","subtype":"error_max_turns"}', "claude", ExitClass.OUT_OF_BUDGET),
        (
            '{"type":"result","is_error":true,"result":"API Error: 529 overloaded"}',
            "claude",
            ExitClass.PROVIDER,
        ),
        (
            '{"type":"result","is_error":true,"result":"Invalid API key - please run /login"}',
            "claude",
            ExitClass.CONFIGURATION,
        ),
        (
            '{"type":"result","is_error":true,"result":"Credit balance is too low"}',
            "claude",
            ExitClass.QUOTA,
        ),
        ('{"type":"result","stop_reason":"refusal"}', "claude", ExitClass.REFUSED),
        (
            '{"type":"turn.failed","error":{"message":"stream disconnected before completion"}}',
            "codex",
            ExitClass.PROVIDER,
        ),
        ('{"type":"error","message":"it broke"}', "codex", ExitClass.AGENT_ERROR),
        (
            '{"type":"error","error":{"name":"APIError","data":{"message":"rate limit"}}}',
            "opencode",
            ExitClass.PROVIDER,
        ),
    ],
)
def test_whose_failure_it_was(tmp_path: Path, line: str, adapter: str, failure: ExitClass) -> None:
    """The provider's, the settings', the purse's, or its own."""
    (tmp_path / "out").write_text(line + "\n")
    assert read_transcript(adapter, tmp_path / "out", NOTHING).failure is failure


def test_what_an_agent_cannot_tell_is_none(tmp_path: Path) -> None:
    """A command that failed is an error; plain text and a lone result tell nothing of trouble."""
    part = {"tool": "bash", "state": {"status": "completed", "metadata": {"exit": 2}}}
    (tmp_path / "out").write_text(json.dumps({"type": "tool_use", "part": part}) + "\n" + STEP)
    assert read_transcript("opencode", tmp_path / "out", NOTHING).usage == Usage(
        0.5, 5, 0, 5, 1, 1, 0, None, 0, 0
    )
    (tmp_path / "out").write_text('{"type": "result", "result": "done", "total_cost_usd": 0}\n')
    for name in ("claude", "none"):
        assert read_transcript(name, tmp_path / "out", NOTHING).usage.tool_errors is None
    assert cost_of(0, 10) is None
    assert cost_of(0, 0) == 0.0


@pytest.mark.parametrize("name", ADAPTERS)
def test_hostile_output_never_raises(tmp_path: Path, name: str) -> None:
    """Bytes, cut lines, wrong types, nothing: an adapter says what it can, and no more."""
    dice, out = random.Random(1), tmp_path / "out"
    texts = [path.read_bytes() for path in sorted(SAMPLES.iterdir())]
    for n in range(150):
        data = bytearray(dice.choice(texts))
        for _ in range(dice.randrange(1, 30)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        out.write_bytes(bytes(data[: dice.randrange(len(data))]) if n % 2 else bytes(data))
        told = read_transcript(name, out, NOTHING)
        told.said.message.encode()
    for line in ("", "[]", "{}", '{"type": 1, "part": [], "item": 3}', "{" * 100_000, "\0" * 99):
        out.write_text(f"{line}\n")
        assert isinstance(read_transcript(name, out, NOTHING), Told)
    assert isinstance(read_transcript(name, tmp_path / "gone", NOTHING), Told)


@pytest.mark.parametrize(
    ("command", "is_leak"),
    [
        ("git log --all", True),
        ("git -C x log --oneline --all", True),
        ("git log -5", False),
        ("git show HEAD", False),
        ("git show 4f2a91c0", True),
        ("git fetch origin", True),
        ("git reflog", True),
        ("curl https://github.com/a/b/pull/1.patch", True),
        ("curl http://localhost:8000/health", False),
        ("pip download flask==2.3.1", True),
        ("pip install -e .", False),
        ("pip install -r requirements.txt", False),
        ("npm view left-pad", True),
        ("grep -r 'git fetch' .", True),
    ],
)
def test_what_reaches_for_the_answer(command: str, is_leak: bool) -> None:
    """History, a code host, a released version; a person looks at each."""
    trouble = Trouble()
    trouble.see_command(command)
    assert bool(trouble.leaks) is is_leak
