"""How far merge rates hang on the limit of a minor edit."""

from workbench.domain.case import Case
from workbench.domain.edited import Edited, EditSize
from workbench.domain.label import EditClass, Judgement, Label
from workbench.services.boards import score_cases
from workbench.services.sensitivity import list_flips

from .kit import ESCAPED, MAJOR, MERGED, case


def edited(lines: int, judged: str = "") -> Judgement:
    """So many lines of a hundred changed by the reviewer."""
    size = EditSize(100, lines, 100, 90, has_added_tests=False, is_base=False)
    edit = EditClass.MINOR if lines <= 20 else EditClass.MAJOR
    return Judgement(Label.EDITED, edit, edited=Edited("a" * 40, size, judged))


def cases_of(candidate: str, *judgements: Judgement) -> list[Case]:
    return [
        case(f"t{n}", held, candidate=candidate)._replace(output_id=f"{candidate}{n}")
        for n, held in enumerate(judgements)
    ]


def test_the_order_of_two_candidates_hangs_on_the_limit() -> None:
    """One merges two and edits one by 12 lines, the other merges two and edits two by 18.

    At a tenth they are alike, from 12 % the first is ahead, from 18 % the second.
    """
    first = cases_of("a", MERGED, MERGED, edited(12, "major"), MAJOR)
    second = cases_of("b", MERGED, MERGED, edited(18), edited(18))
    boards = score_cases(sorted([*first, *second], key=lambda c: (c.ticket_id, c.candidate)))
    assert boards["a"].edits == (1, 1, 1)
    assert boards["b"].edits == (2, 0, 0)
    assert boards["a"].curve == [(0.0, 0.5), (0.12, 0.75)]
    (flip,) = list_flips({who: board.curve for who, board in boards.items()})
    assert (flip.first, flip.second, flip.at) == ("a", "b", (0.18,))
    assert "their order changes at 18% of the patch" in flip.sentence


def test_the_curve_is_the_merge_rate_at_the_limit_in_force() -> None:
    """An escape is never a merge, however small its edit; one judged minor by eye always."""
    found = cases_of("a", MERGED, ESCAPED, edited(19), edited(25), Judgement(Label.EDITED))
    board = score_cases(found)["a"]
    assert board.curve == [(0.0, 0.4), (0.19, 0.6)]
    assert board.card.merge_rate.value == 0.6
