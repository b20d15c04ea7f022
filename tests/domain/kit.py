"""What the tests of numbers share: outputs made of every combination, as values and as strategies.

`Facts` is one output with all that its cell depends on; an event replaces one of them.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from hypothesis import strategies as st

from workbench.domain.cell import Cell, classify
from workbench.domain.check import CheckStatus
from workbench.domain.delivery import Delivery
from workbench.domain.edited import EditSize
from workbench.domain.finding import Finding, FindingKind, Flag, FlagVerdict, FoundBy
from workbench.domain.label import EditClass, Judgement, Label, Reason
from workbench.domain.metrics import Scorecard, compute_scorecard
from workbench.domain.policy import DEFAULT_POLICY, Policy
from workbench.domain.spec import Spec
from workbench.stats.proportion import wilson

PASS, FAIL, NOT_RUN = CheckStatus.PASS, CheckStatus.FAIL, CheckStatus.NOT_RUN
MERGED = Judgement(Label.MERGED)


@dataclass(frozen=True, slots=True)
class Facts:
    """One output: its ticket's spec, what came, what the tests and a reviewer said of it."""

    spec: Spec = Spec.CLEAR
    delivery: Delivery = Delivery.PATCH
    tests: CheckStatus = CheckStatus.PASS
    judgement: Judgement = MERGED
    measured: EditSize | None = None
    asked_first: bool = False

    def cell(self, policy: Policy = DEFAULT_POLICY) -> Cell:
        return classify(
            self.spec,
            self.delivery,
            self.tests,
            self.judgement,
            policy,
            measured=self.measured,
            asked_first=self.asked_first,
        )


def tally(outputs: Iterable[Facts], policy: Policy = DEFAULT_POLICY) -> Counter[Cell]:
    return Counter(output.cell(policy) for output in outputs)


def score(outputs: Iterable[Facts], policy: Policy = DEFAULT_POLICY) -> Scorecard:
    return compute_scorecard(tally(outputs, policy), wilson)


FLAGS = st.builds(Flag, st.just("may be slow"), st.sampled_from(FlagVerdict))
FINDINGS = st.builds(
    Finding,
    kind=st.sampled_from(FindingKind),
    severity=st.integers(1, 3),
    found_by=st.sampled_from(FoundBy),
    test_blind=st.booleans(),
)
PLAIN_REASONS = [r for r in Reason if r not in {Reason.BASELINE, Reason.FLAKY}]


@st.composite
def judgements(draw: st.DrawFn) -> Judgement:
    """Any judgement whose findings point at flags that are there."""
    flags = tuple(draw(st.lists(FLAGS, max_size=2)))
    places = [None, *range(len(flags))]
    findings = []
    for finding in draw(st.lists(FINDINGS, max_size=3)):
        flag = draw(st.sampled_from(places))
        findings.append(
            Finding(
                finding.kind,
                finding.severity,
                found_by=finding.found_by,
                test_blind=finding.test_blind,
                flag=flag,
            )
        )
    label = draw(st.sampled_from([None, *Label]))
    return Judgement(
        label=label,
        edit=draw(st.sampled_from(EditClass)) if label is Label.EDITED else None,
        findings=tuple(findings),
        flags=flags,
        reason=draw(st.sampled_from([None, *PLAIN_REASONS])),
        said_so_itself=draw(st.sampled_from([None, True, False])),
    )


SIZES = st.builds(
    EditSize,
    patch_lines=st.integers(0, 60),
    edit_lines=st.integers(0, 60),
    added=st.integers(0, 30),
    kept=st.integers(0, 30),
    has_added_tests=st.booleans(),
    is_base=st.booleans(),
).filter(lambda size: size.kept <= size.added)
OUTPUTS = st.builds(
    Facts,
    spec=st.sampled_from(Spec),
    delivery=st.sampled_from([*Delivery, *[Delivery.PATCH] * 6]),
    tests=st.sampled_from([*CheckStatus, CheckStatus.PASS]),
    judgement=judgements(),
    measured=st.none() | SIZES,
    asked_first=st.booleans(),
)
STUDIES = st.lists(OUTPUTS, max_size=12)
