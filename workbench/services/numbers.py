"""All numbers of a study at once, by one set of definitions: what `metrics` and reports show."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from workbench.domain.case import Case
from workbench.domain.controls import Adjusted, ControlCard
from workbench.domain.definitions import Definitions
from workbench.domain.metrics import Rate
from workbench.services.agreements import Agreement, compare_reviewers, count_causes
from workbench.services.boards import Board, score_cases
from workbench.services.controls import adjust_all, score_reviewers
from workbench.services.guesses import note_guesses, rate_guesses
from workbench.services.repeats import Looks, SelfAgreement, note_repeats, score_repeats
from workbench.services.scorecards import choose_interval
from workbench.services.sensitivity import Flip, list_flips
from workbench.services.trajectories import Sums, Trajectory, read_logs, summarise, watch

if TYPE_CHECKING:  # the store's libraries are loaded when a study is opened
    from workbench.store.store import Store


class Lack(StrEnum):
    """What a gate may ask of a study beside its bounds."""

    DOUBLES = "labelled twice"
    CONTROLS = "controls with a label"
    FOLLOW_UP = "defects after merge"


@dataclass(frozen=True, slots=True)
class Numbers:
    """`boards`, `adjusted`, `trajectories` are by candidate, `controls`, `repeats` by reviewer.

    `recognised` is of blind reviewers who were asked whether they know whose an output is;
    `remarks` say where the study falls short of what its gate asks of it.
    """

    definitions: Definitions
    boards: Mapping[str, Board]
    adjusted: Mapping[str, Adjusted]
    trajectories: Mapping[str, Trajectory]
    flips: tuple[Flip, ...]
    agreed: Agreement
    settled: Mapping[str, int]
    controls: Mapping[str, ControlCard]
    repeats: Mapping[str, SelfAgreement]
    recognised: Rate
    remarks: Mapping[Lack, str]


def count_numbers(store: "Store", cases: Iterable[Case], definitions: Definitions) -> Numbers:
    """From the cases of a study, by ticket and candidate; they are taken once."""
    doubles: list[Case] = []
    labelled = [0]
    looks: dict[str, list[Looks]] = {}
    guesses: list[bool] = []
    sums: dict[str, Sums] = {}
    logs = read_logs(store.list_extras())
    placed = (case.under(definitions.policy) for case in cases)
    noted = note_repeats(note_guesses(placed, guesses), looks)
    seen = watch(_note_doubles(noted, doubles, labelled), logs, sums)
    boards = score_cases(seen, definitions)
    agreed = compare_reviewers(doubles, definitions.seed)
    controls = list(note_repeats(store.cases(is_control=True), looks))
    interval = choose_interval(definitions.interval).interval
    return Numbers(
        definitions=definitions,
        boards=boards,
        adjusted=adjust_all(boards, controls, definitions),
        trajectories=summarise(sums, interval),
        flips=tuple(list_flips({who: board.curve for who, board in boards.items()})),
        agreed=agreed,
        settled=count_causes(doubles),
        controls=score_reviewers(controls, definitions),
        repeats=score_repeats(looks),
        recognised=rate_guesses(guesses),
        remarks=dict(_list_remarks(store, definitions, labelled[0], agreed.n, controls)),
    )


def _note_doubles(
    cases: Iterable[Case], doubles: list[Case], labelled: list[int]
) -> Iterator[Case]:
    """The same cases; those with several labels are kept, those with one counted."""
    for case in cases:
        labelled[0] += bool(case.counted.reviewer)
        if case.others:
            doubles.append(case)
        yield case


def _list_remarks(
    store: "Store", definitions: Definitions, n_labelled: int, n_doubles: int, controls: list[Case]
) -> Iterator[tuple[Lack, str]]:
    """What the gate's design asks for, beside what there is."""
    design = definitions.design
    if design is None:
        return
    if n_labelled and n_doubles < design.double_label_share * n_labelled:
        asked = f"{design.double_label_share:.0%}"
        yield Lack.DOUBLES, f"{n_doubles} of {n_labelled}, the gate asks for {asked}"
    n_controls = sum(bool(case.counted.reviewer) for case in controls)
    if n_controls < design.controls_min:
        yield Lack.CONTROLS, f"{n_controls}, the gate asks for {design.controls_min}"
    began, last = store.first_label_at, store.last_event_at
    if began and last and (days := (last - began).days) < design.leak_window_days:
        asked = f"the gate asks for {design.leak_window_days}"
        yield Lack.FOLLOW_UP, f"followed for {days} days since the first label, {asked}"
