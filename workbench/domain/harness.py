"""What workbench.toml says of candidates and of how they are run: frozen, with every default.

The digest of a candidate leaves out its name: the same settings are the same candidate.
"""

import hashlib
import json
from dataclasses import asdict, dataclass

APIS = ("openai", "anthropic")
ADAPTERS = ("none", "claude", "codex", "opencode", "aider", "openhands")


@dataclass(frozen=True, slots=True)
class RunSettings:
    """The table [run]. Seconds and US dollars; 0 dollars: no ceiling."""

    max_workers: int = 2
    max_total_cost_usd: float = 0.0
    retries: int = 3
    retry_wait_s: float = 30.0
    max_retry_wait_s: float = 900.0


@dataclass(frozen=True, slots=True)
class CandidateSettings:
    """One table [[candidates]]: a command that edits a folder, a model over HTTP, or recordings.

    `env` and `key` hold names of variables, never values. `tools` are folders let into the
    sandbox. `template_digest` and `replay_digest` stand for the contents of the files named.
    """

    name: str
    command: tuple[str, ...] = ()
    prompt: str = "stdin"
    adapter: str = "none"
    trials: int = 1
    timeout_s: float = 1800.0
    max_cost_usd: float = 0.0
    env: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    setup: tuple[str, ...] = ()
    setup_timeout_s: float = 600.0
    copy: tuple[str, ...] = ()
    network: bool = False
    sandbox: str = "bwrap"
    api: str = ""
    model: str = ""
    base_url: str = ""
    key: str = ""
    template: str = ""
    context: tuple[str, ...] = ()
    max_context_tokens: int = 24_000
    max_output_tokens: int = 0
    input_usd_per_mtok: float = 0.0
    cached_usd_per_mtok: float = 0.0
    output_usd_per_mtok: float = 0.0
    replay: str = ""
    template_digest: str = ""
    replay_digest: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 over all that is not as it is by default, but for the name and the trials."""
        usual = asdict(CandidateSettings(self.name, trials=self.trials))
        held = {name: value for name, value in asdict(self).items() if value != usual[name]}
        return hashlib.sha256(json.dumps(held, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class RunPlan:
    """All that workbench.toml says about running."""

    run: RunSettings
    candidates: tuple[CandidateSettings, ...]
