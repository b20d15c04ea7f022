"""A gate: which bounds a candidate must keep before it may run, written down before the data.

Thresholds are on interval bounds, never on points. The three answers about the workflow choose how
candidates that pass are compared.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from workbench.domain.policy import Policy
from workbench.domain.utility import Prices

GATE_FILE = "gate.toml"
DIFFERENCES = frozenset({"escape_rate_diff", "merge_rate_diff", "exposure_diff"})
AGREEMENTS = frozenset({"agreement_ac1", "agreement_alpha"})
HAT_K = "pass_hat_k"
INCUMBENT = "incumbent"
PROPORTIONS = (
    "escape_rate",
    "escape_rate_total",
    "exposure",
    "merge_rate",
    "yield",
    "coverage",
    "abstention_rate",
    "abstention_precision",
    "self_flag_rate",
    "flag_precision",
    "control_acceptance",
    "error_recovery",
)
METRICS = (*PROPORTIONS, *sorted(DIFFERENCES), *sorted(AGREEMENTS), HAT_K)
ABSTENTION = "abstention_rate"


class Answer(StrEnum):
    """To one of the three questions about a workflow."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Mode(StrEnum):
    """What counts first among candidates that pass: what escapes, or what it costs."""

    CALIBRATION = "calibration"
    CAPABILITY = "capability"


def choose_mode(reversible: Answer, reviewed: Answer, cheap_check: Answer) -> Mode:
    """Capability only where all three are a clear yes; unknown counts as no."""
    is_safe = (reversible, reviewed, cheap_check) == (Answer.YES,) * 3
    return Mode.CAPABILITY if is_safe else Mode.CALIBRATION


class Bound(StrEnum):
    """On which side the data must stay of a limit."""

    UPPER = "upper"  # the rate is at most the limit
    LOWER = "lower"  # the rate is at least the limit


class Sequential(StrEnum):
    """Whether a verdict may be read before the last label."""

    OFF = "off"
    E_PROCESS = "e-process"


class OnInconclusive(StrEnum):
    """What a pipeline makes of an inconclusive verdict."""

    FAIL = "fail"
    WARN = "warn"


class Workflow(NamedTuple):
    """Where a candidate is to run; `mode` None: as the answers say."""

    reversible_low_blast: Answer = Answer.UNKNOWN
    human_reviews_all: Answer = Answer.UNKNOWN
    throughput_bound_cheap_check: Answer = Answer.UNKNOWN
    mode: Mode | None = None
    answered_by: str = ""
    answered_on: date | None = None

    @property
    def derived(self) -> Mode:
        """The mode that follows from the answers."""
        return choose_mode(
            self.reversible_low_blast, self.human_reviews_all, self.throughput_bound_cheap_check
        )

    @property
    def in_force(self) -> Mode:
        """The mode by which candidates are compared."""
        return self.mode or self.derived


class Design(NamedTuple):
    """How large the study is; `expected_green` None: the tickets that are not vague."""

    tickets: str = "tickets.lock.json"
    harness_sha: str = ""
    min_tickets: int = 20
    min_vague: int = 8
    min_clear: int = 8
    expected_green: int | None = None
    trials: int = 1
    max_void_share: float = 0.10
    blind: bool = True
    controls_min: int = 2
    double_label_share: float = 0.20
    leak_window_days: int = 30


class Inference(NamedTuple):
    """How sure a verdict is (one-sided), and how it is reached."""

    confidence: float = 0.95
    gate_interval: str = "clopper-pearson"
    display_interval: str = "wilson"
    clusters: str = "ticket"
    sequential: Sequential = Sequential.OFF
    comparisons: str = "holm"
    seed: int = 1

    @property
    def alpha(self) -> float:
        """The share of wrong passes that is accepted."""
        return 1 - self.confidence


class Criterion(NamedTuple):
    """One bound. `label` is of agreements, `k` of pass^k, `versus` of differences."""

    metric: str
    bound: Bound
    limit: float
    stratum: str = "all"
    is_required: bool = True
    label: str = ""
    k: int = 0
    versus: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        """What no two criteria of a gate may share."""
        return (self.metric, self.stratum, self.label, self.bound, str(self.k), self.versus)

    @property
    def title(self) -> str:
        """As in `abstention_rate vague`."""
        parts = [self.metric, "" if self.stratum == "all" else self.stratum, self.label]
        parts += [f"k={self.k}" if self.k else "", f"vs {self.versus}" if self.versus else ""]
        return " ".join(filter(None, parts))

    @property
    def wanted(self) -> str:
        """As in `upper<=0.25`."""
        return f"{self.bound}{'<=' if self.bound is Bound.UPPER else '>='}{self.limit:g}"


class Published(NamedTuple):
    """One published score of a model, a share of `n` tasks (0: not said)."""

    model: str
    benchmark: str
    score: float
    n: int = 0
    source: str = ""
    as_of: date | None = None


class Gate(NamedTuple):
    """A gate file, read."""

    name: str
    criteria: tuple[Criterion, ...]
    locked_at: datetime | None = None
    workflow: Workflow = Workflow()
    design: Design = Design()
    inference: Inference = Inference()
    policy: Policy = Policy()
    prices: Prices | None = None
    on_inconclusive: OnInconclusive = OnInconclusive.FAIL
    published: tuple[Published, ...] = ()


@dataclass(frozen=True, slots=True)
class SuiteSize:
    """How many frozen tickets there are; those not marked are in neither kind."""

    tickets: int
    vague: int
    clear: int

    def count(self, stratum: str) -> int:
        """The tickets of a stratum."""
        return {"vague": self.vague, "clear": self.clear}.get(stratum, self.tickets)

    def expect_green(self, gate: Gate) -> int:
        """Outputs with passing tests to expect of one candidate."""
        stated = gate.design.expected_green
        return self.tickets - self.vague if stated is None else stated
