"""The commented gate file that `gate init` writes: every key with its default and its meaning."""

from dataclasses import dataclass
from datetime import date, datetime

from workbench.domain.gate import Answer, choose_mode
from workbench.domain.gate_keys import QUESTIONS, TABLES, Key

_HEADS = {
    "workflow": "Three answers. What counts first among those that pass follows from them.",
    "design": "How large the study is, and how it is run.",
    "inference": "How sure a verdict is.",
    "labels": "What the labels mean.",
    "utility": "What outcomes cost, in merges; leave it out and no price is assumed.",
    "output": "What a pipeline makes of it.",
}
_CRITERIA = """\
# A candidate passes if every required criterion is proved: not the rate itself, its bound must keep
# to max or min. How many outputs that takes: `workbench plan`, and `workbench gate lint` says.

# Of what the tests call green, how much is wrong: the verdict.
[[criterion]]
metric = "escape_rate"
bound = "upper"
max = {escape:g}

# The same with what it confessed itself.
[[criterion]]
metric = "escape_rate_total"
bound = "upper"
max = {total:g}
required = false

# It asks where a ticket says too little ...
[[criterion]]
metric = "abstention_rate"
stratum = "vague"
bound = "lower"
min = 0.4

# ... and works where it says enough.
[[criterion]]
metric = "abstention_rate"
stratum = "clear"
bound = "upper"
max = 0.35

# It is of use.
[[criterion]]
metric = "merge_rate"
bound = "lower"
min = 0.3
"""


@dataclass(frozen=True, slots=True)
class Answers:
    """What `gate init` was told; `given` are the three answers in the order of QUESTIONS."""

    name: str
    given: tuple[Answer, Answer, Answer]
    by: str
    on: date
    at: datetime
    max_escape: float


def render_gate(answers: Answers) -> str:
    """The text of a new gate file."""
    lines = [
        "# A gate: what must be proved of a candidate before it may run. Agree on it before the",
        "# first label: from then on a change is seen, and decides nothing.",
        "",
        "schema = 1",
        f"name = {_toml(answers.name)}",
        f"locked_at = {answers.at:%Y-%m-%dT%H:%M:%SZ}",
    ]
    for table, head in _HEADS.items():
        lines += ["", f"# {head}"]
        lines += [f"# [{table}]" if table == "utility" else f"[{table}]"]
        lines += _render_workflow(answers) if table == "workflow" else map(_render, TABLES[table])
    total = min(0.95, answers.max_escape + 0.05)
    lines += ["", _CRITERIA.format(escape=answers.max_escape, total=total)]
    lines += [
        "# Published scores stand beside the numbers, and decide nothing.",
        "# [[capability]]",
    ]
    lines += ['# model = "a candidate"', '# benchmark = "SWE-bench Verified"', "# score = 0.5"]
    return "\n".join([*lines, "# n = 500", ""])


def _render_workflow(answers: Answers) -> list[str]:
    lines = []
    for question, answer in zip(QUESTIONS, answers.given, strict=True):
        lines += [f"# {question.help}", f"{question.name} = {_toml(answer.value)}"]
    lines += [f"answered_by = {_toml(answers.by)}", f"answered_on = {answers.on:%Y-%m-%d}"]
    return [*lines, f'# mode = "auto"  # here: {choose_mode(*answers.given)}']


def _render(key: Key) -> str:
    """One key in a comment, with its default."""
    choices = f" One of: {', '.join(key.choices)}." if len(key.choices) > 1 else ""
    shown = "..." if key.default is None else _toml(key.default)
    return f"# {key.name} = {shown}  # {key.help}{choices if key.kind is str else ''}"


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return str(value)
