"""The one list of what a gate file can say.

The check for unknown keys and the file that `gate init` writes both come from it.
"""

from datetime import date, datetime
from typing import NamedTuple

from workbench.domain.finding import FindingKind
from workbench.domain.gate import METRICS, Answer, Bound, Mode, OnInconclusive, Sequential
from workbench.domain.label import Label
from workbench.domain.policy import SelfFlag, UnknownTests

Value = str | int | float | bool | date | list[str] | None


class Key(NamedTuple):
    """One key of a table. `kind` is its type, `float` takes whole numbers too.

    `default` None: absent unless written. `low` and `high` bound a number.
    """

    name: str
    kind: type
    default: Value
    help: str
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None


def _answer(name: str, question: str) -> Key:
    return Key(name, str, "unknown", question, tuple(Answer))


_KINDS = tuple(str(kind) for kind in FindingKind if kind is not FindingKind.REMARK)

QUESTIONS = (
    _answer("reversible_low_blast", "Can what it does be undone, and does little hang on it?"),
    _answer("human_reviews_all", "Does a person review every output before it takes effect?"),
    _answer(
        "throughput_bound_cheap_check",
        "Is throughput or cost what holds you back, and is checking an output cheap?",
    ),
)

TABLES: dict[str, tuple[Key, ...]] = {
    "": (
        Key("schema", int, None, "The version of this format."),
        Key("name", str, None, "What the gate is called; else the file's name."),
        Key("locked_at", datetime, None, "When it was agreed on; must lie before the first label."),
    ),
    "workflow": (
        *QUESTIONS,
        Key(
            "mode",
            str,
            "auto",
            "What counts first among those that pass: escapes (calibration) or cost (capability).",
            ("auto", *Mode),
        ),
        Key("answered_by", str, None, "Who answered."),
        Key("answered_on", date, None, "When."),
    ),
    "design": (
        Key("tickets", str, "tickets.lock.json", "The frozen tickets, beside this file."),
        Key("harness_sha", str, None, "The harness that every output must come from."),
        Key("min_tickets", int, 20, "Fewer tickets decide nothing.", low=1),
        Key("min_vague", int, 8, "Fewer vague ones do not show whether it asks.", low=0),
        Key("min_clear", int, 8, "Fewer clear ones do not show whether it asks too much.", low=0),
        Key(
            "expected_green",
            int,
            None,
            "Green outputs to expect; else the tickets that are not vague.",
            low=0,
        ),
        Key("trials", int, 1, "Outputs of a candidate on each ticket.", low=1),
        Key(
            "max_void_share",
            float,
            0.10,
            "More failures of the harness make the data invalid.",
            low=0.0,
            high=1.0,
        ),
        Key("blind", bool, True, "Whether reviewers do not know whose output they see."),
        Key("controls_min", int, 2, "Merged human patches hidden in the queue.", low=0),
        Key(
            "double_label_share",
            float,
            0.20,
            "Outputs that a second reviewer labels too.",
            low=0.0,
            high=1.0,
        ),
        Key("leak_window_days", int, 30, "How long merged outputs are watched.", low=0),
    ),
    "inference": (
        Key("confidence", float, 0.95, "Of each bound, one-sided.", low=0.5, high=0.999),
        Key(
            "gate_interval",
            str,
            "clopper-pearson",
            "How a bound is computed.",
            ("clopper-pearson",),
        ),
        Key("display_interval", str, "wilson", "How an interval is shown.", ("wilson", "jeffreys")),
        Key("clusters", str, "ticket", "What counts once.", ("ticket",)),
        Key(
            "sequential",
            str,
            "off",
            "off: no verdict before the last label. e-process: at any time.",
            tuple(Sequential),
        ),
        Key("comparisons", str, "holm", "How several comparisons are adjusted.", ("holm",)),
        Key(
            "unknown_tests",
            str,
            "worst-case",
            "What a patch may be whose tests did not run.",
            tuple(UnknownTests),
        ),
        Key("seed", int, 1, "Of all that is drawn at random."),
    ),
    "labels": (
        Key(
            "minor_max_ratio",
            float,
            0.20,
            "Most edited lines for each line of a minor edit.",
            low=0.0,
        ),
        Key("minor_max_lines", int, 20, "Most edited lines of a minor edit.", low=0),
        Key(
            "reject_below_kept",
            float,
            0.10,
            "An edit that keeps less is a rejection.",
            low=0.0,
            high=1.0,
        ),
        Key(
            "escape_kinds",
            list,
            ["functional", "breaks_other", "security", "data_loss"],
            "Defects that can be escapes.",
            _KINDS,
        ),
        Key("escape_min_severity", int, 2, "From this severity on.", low=1, high=3),
        Key(
            "self_flag",
            str,
            "matched-specific",
            "Which flags of its own take an escape back.",
            tuple(SelfFlag),
        ),
    ),
    "utility": (
        Key("edit_minor", float, None, "A minor edit, in merges."),
        Key("edit_major", float, None, "A major edit, a rejection, or nothing delivered."),
        Key("abstain_vague", float, None, "Asking on a vague ticket."),
        Key("abstain_clear", float, None, "Asking on a clear one."),
        Key("caught", float, None, "A patch that the tests caught."),
        Key("escape", float, None, "A patch that they let through."),
        Key("leak", float, None, "On top: a defect found after merge."),
    ),
    "output": (
        Key(
            "on_inconclusive",
            str,
            "fail",
            "fail: exit code 2. warn: exit code 0.",
            tuple(OnInconclusive),
        ),
    ),
}

ARRAYS: dict[str, tuple[Key, ...]] = {
    "criterion": (
        Key("metric", str, None, "What is bounded.", METRICS),
        Key("stratum", str, "all", "On which tickets.", ("all", "vague", "clear")),
        Key("bound", str, None, "upper with max, lower with min.", tuple(Bound)),
        Key("max", float, None, "The rate must be proved to lie at or below it."),
        Key("min", float, None, "The rate must be proved to lie at or above it."),
        Key("required", bool, True, "false only warns."),
        Key("label", str, None, "Of an agreement: this label against all others.", tuple(Label)),
        Key("k", int, None, "Of pass_hat_k: in how many trials it must hold.", low=1),
        Key("versus", str, None, 'Of a difference: a candidate, or "incumbent".'),
    ),
    "capability": (
        Key("model", str, None, "A candidate of the study."),
        Key("benchmark", str, None, "Where the score is from."),
        Key("score", float, None, "A share, as in 0.887.", low=0.0, high=1.0),
        Key("n", int, None, "Of how many tasks.", low=1),
        Key("source", str, None, "Who published it."),
        Key("as_of", date, None, "When."),
    ),
}
