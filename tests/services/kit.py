"""What the tests of services share: cases made from a few words."""

from workbench.domain.case import Case, Opinion
from workbench.domain.cell import classify
from workbench.domain.check import CheckStatus
from workbench.domain.delivery import Delivery
from workbench.domain.finding import Finding, FindingKind
from workbench.domain.label import EditClass, Judgement, Label
from workbench.domain.spec import Spec

PASS, FAIL, NOT_RUN = CheckStatus.PASS, CheckStatus.FAIL, CheckStatus.NOT_RUN
BUG = Finding(FindingKind.FUNCTIONAL, 3, "calc.py", 7)
MERGED, MAJOR = Judgement(Label.MERGED), Judgement(Label.EDITED, EditClass.MAJOR)
ESCAPED = Judgement(Label.ESCAPED, findings=(BUG,))
ASKED = Judgement(Label.ABSTAINED)


def case(
    ticket: str,
    judgement: Judgement = MERGED,
    tests: CheckStatus = PASS,
    delivery: Delivery = Delivery.PATCH,
    spec: Spec = Spec.CLEAR,
    *,
    trial: int = 1,
    others: tuple[tuple[str, Judgement], ...] = (),
    candidate: str = "m1",
    began: int = 0,
) -> Case:
    def hold(reviewer: str, held: Judgement) -> Opinion:
        return Opinion(reviewer, held, classify(spec, delivery, tests, held))

    return Case(
        output_id=f"{ticket}-{trial}",
        ticket_id=ticket,
        candidate=candidate,
        trial=trial,
        spec=spec,
        delivery=delivery,
        tests=tests,
        counted=hold("ann" if judgement.label else "", judgement),
        others=tuple(hold(*other) for other in others),
        began=began,
    )


def study_of(candidate: str, *kinds: tuple[int, Spec, str]) -> list[Case]:
    """Cases on tickets t01, t02 ...: so many of each (spec, what became of it)."""
    cases: list[Case] = []
    for n, spec, what in kinds:
        for _ in range(n):
            judgement, tests, delivery = _MADE[what]
            ticket = f"t{len(cases) + 1:02}"
            made = case(ticket, judgement, tests, delivery, spec, candidate=candidate)
            cases.append(made._replace(output_id=f"{candidate}-{ticket}", began=len(cases) + 1))
    return cases


_MADE = {
    "merged": (MERGED, PASS, Delivery.PATCH),
    "major": (MAJOR, PASS, Delivery.PATCH),
    "escaped": (ESCAPED, PASS, Delivery.PATCH),
    "untested": (MERGED, NOT_RUN, Delivery.PATCH),
    "red": (Judgement(), FAIL, Delivery.PATCH),
    "asked": (ASKED, NOT_RUN, Delivery.ASK),
    "open": (Judgement(), PASS, Delivery.PATCH),
    "void": (Judgement(), NOT_RUN, Delivery.VOID),
    "empty": (Judgement(), NOT_RUN, Delivery.EMPTY),
}
