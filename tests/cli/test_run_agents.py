"""Real agents, each with the tests' server as its model: one ticket to a labelled output.

They are looked for in the folders of WORKBENCH_AGENTS, then on PATH; what is not there is skipped
by name. None of them reaches anything but this machine.
"""

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from .kit import CALC
from .model_server import ModelServer, serve
from .run_kit import make_run_study, rows_of, set_candidates

pytestmark = pytest.mark.slow
SWAP = "sed -i 's/a + b/b + a/' calc.py && git log --all --oneline | head -3"
DONE = "Done: swapped the operands."
WHOLE = f"Swapped.\n\ncalc.py\n```\n{CALC.replace('a + b', 'b + a')}```\n"
KEY = "sk-CANARY-0123456789"
USED = {"input_tokens": 2000, "cached_tokens": 800, "output_tokens": 400}


@dataclass(frozen=True)
class Agent:
    """How one is started, `{url}` being the server's; and what its adapter should find."""

    program: str
    arguments: Sequence[str]
    variables: Mapping[str, str]
    prompt: str = "stdin"
    adapter: str = ""
    commands: Sequence[str] = (SWAP,)
    reply: str = DONE
    said: str = DONE
    found: Mapping[str, object] = field(default_factory=dict)


AGENTS = [
    Agent(
        "claude",
        ("-p", "--output-format", "stream-json", "--verbose", "--dangerously-skip-permissions"),
        {
            "ANTHROPIC_BASE_URL": "{url}",
            "ANTHROPIC_API_KEY": KEY,
            "DISABLE_AUTOUPDATER": "1",
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        },
        found={"leaks": [SWAP], "turns": 2},
    ),
    Agent(
        "codex",
        (
            *("exec", "--json", "--skip-git-repo-check"),
            *("--dangerously-bypass-approvals-and-sandbox", "-m", "m-1"),
            *("-c", "model_provider=here", "-c", "model_providers.here.name=here"),
            *("-c", "model_providers.here.base_url={url}/v1"),
            *("-c", "model_providers.here.wire_api=responses"),
            *("-c", "model_providers.here.env_key=AGENT_KEY"),
        ),
        {"AGENT_KEY": KEY},
        found={"turns": 1, "cost_usd": None, "tool_errors": 0, **USED},
    ),
    Agent(
        "opencode",
        ("run", "--format", "json", "-m", "here/m-1"),
        {
            "AGENT_KEY": KEY,
            "OPENCODE_DISABLE_MODELS_FETCH": "1",
            "OPENCODE_DISABLE_AUTOUPDATE": "1",
            "OPENCODE_CONFIG_CONTENT": json.dumps(
                {
                    "provider": {
                        "here": {
                            "npm": "@ai-sdk/openai-compatible",
                            "options": {"baseURL": "{url}/v1", "apiKey": KEY},
                            "models": {"m-1": {}},
                        }
                    }
                }
            ),
        },
        "arg",
        found={"leaks": [SWAP], "turns": 2, **USED},
    ),
    Agent(
        "aider",
        (
            *("--message-file", "{ticket_file}", "--yes-always", "--no-auto-commits"),
            *("--model", "openai/m-1", "--edit-format", "whole", "--no-check-update"),
            *("--analytics-disable", "--no-show-release-notes", "--no-gitignore", "calc.py"),
        ),
        {"OPENAI_API_BASE": "{url}/v1", "OPENAI_API_KEY": KEY},
        "file",
        reply=WHOLE,
        said="Swapped.",
        found={"turns": 1, "model": "openai/m-1", "context_losses": None},
    ),
    Agent(
        "mini",
        ("--yolo", "--exit-immediately", "--model", "openai/m-1", "--task"),
        {
            "OPENAI_API_BASE": "{url}/v1",
            "OPENAI_API_KEY": KEY,
            "MSWEA_CONFIGURED": "true",
            "MSWEA_COST_TRACKING": "ignore_errors",
        },
        "arg",
        "none",
        (SWAP, "echo COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT"),
        said="",
        found={"turns": None, "cost_usd": None},
    ),
]


def find_agent(program: str) -> Path:
    """Where it is installed; skips where it is not."""
    folders = [os.environ.get("WORKBENCH_AGENTS", ""), os.environ["PATH"]]
    found = shutil.which(program, path=os.pathsep.join(filter(None, folders)))
    if found is None:
        pytest.skip(f"{program} is neither in WORKBENCH_AGENTS nor on PATH")
    return Path(found)


@pytest.mark.usefixtures("sandbox")
@pytest.mark.parametrize("agent", AGENTS, ids=lambda agent: agent.program)
def test_one_ticket_to_a_labelled_output(tmp_path: Path, agent: Agent) -> None:
    """It asks the model, runs what the model wants, and its patch takes a label."""
    program = find_agent(agent.program)
    cli = make_run_study(tmp_path, {})
    with serve() as server:
        server.commands, server.reply = agent.commands, agent.reply
        variables = {n: v.replace("{url}", server.url) for n, v in agent.variables.items()}
        words = [word.replace("{url}", server.url) for word in agent.arguments]
        table = {
            "command": [str(program), *words],
            "prompt": agent.prompt,
            "adapter": agent.adapter or agent.program,
            "env": sorted(variables),
            "network": True,
            "tools": find_roots(program),
            "timeout_s": 240,
        }
        set_candidates(cli, {"a": table})
        done = cli.run("run", env=variables)
    assert done.code == 0, done.err
    row = rows_of(cli)["t0", "a", 1]
    assert (row["delivery"], row["exit_class"]) == ("patch", "patch"), row
    assert str(row["patch"]).count("diff --git") == 1
    assert "\n-    return a + b\n+    return b + a\n" in str(row["patch"])
    assert agent.said in str(row["message"])
    assert_asked(server)
    found = {name: row[name] for name in agent.found}
    assert found == agent.found
    (output,) = cli.ok("outputs", "list", "--json").json("outputs")
    cli.ok("label", str(output["id"]), "merged")


def assert_asked(server: ModelServer) -> None:
    """The ticket reached the model, and the key with it."""
    asked = [body for _, _, body in server.requests]
    assert "Body of t0" in json.dumps(asked)
    assert any(KEY in value for _, heads, _ in server.requests for value in heads.values())


def find_roots(program: Path) -> list[str]:
    """What a boxed program needs beside /usr: where it is installed, and its own Python."""
    roots = [program.parents[1]]
    settings = roots[0] / "pyvenv.cfg"
    if settings.is_file():
        told = dict(line.split(" = ") for line in settings.read_text().splitlines())
        roots.append(Path(told["home"]).parent)
    return [str(root) for root in roots if not root.is_relative_to("/usr")]
