"""All numbers of a study at once, by one set of definitions: what `metrics` and reports show."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from workbench.domain.case import Case, place_all
from workbench.domain.controls import Adjusted, ControlCard
from workbench.domain.counted import counted
from workbench.domain.definitions import Definitions
from workbench.domain.metrics import Rate
from workbench.services.agreements import Agreement, compare_reviewers, count_causes
from workbench.services.boards import Board, score_cases
from workbench.services.controls import adjust_all, score_reviewers
from workbench.services.guesses import rate_guesses
from workbench.services.repeats import Looks, SelfAgreement, note_look, score_repeats
from workbench.services.scorecards import choose_interval
from workbench.services.sensitivity import Flip, list_flips
from workbench.services.trajectories import Logs, Sums, Trajectory, read_logs, summarise

if TYPE_CHECKING:  # the store's libraries are loaded when a study is opened
    from workbench.store.store import Store


class Lack(StrEnum):
    """What a gate may ask of a study beside its bounds."""

    DOUBLES = "labelled twice"
    CONTROLS = "controls with a label"
    FOLLOW_UP = "defects after merge"


class Numbers(NamedTuple):
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


@dataclass(slots=True)
class _Beside:
    """What is counted beside the rates, while the outputs pass by; `looks` are by reviewer."""

    logs: Logs
    sums: dict[str, Sums] = field(default_factory=dict)
    looks: dict[str, list[Looks]] = field(default_factory=dict)
    guesses: list[bool] = field(default_factory=list)
    doubles: list[Case] = field(default_factory=list)
    n_labelled: int = 0

    def watch(self, cases: Iterable[Case]) -> Iterator[Case]:
        """The same cases."""
        for case in cases:
            self.n_labelled += bool(case.counted.reviewer)
            for opinion in (case.counted, *case.others):
                judgement = opinion.judgement
                if judgement.again is not None:
                    note_look(opinion, self.looks)
                if judgement.recognised is not None:
                    self.guesses.append(judgement.recognised)
            if case.others:
                self.doubles.append(case)
            if case.output_id in self.logs:
                sums = self.sums.setdefault(case.candidate, Sums())
                sums.add(case, self.logs[case.output_id])
            yield case


def count_numbers(store: "Store", cases: Iterable[Case], definitions: Definitions) -> Numbers:
    """From the cases of a study, by ticket and candidate, as its store has them; taken once."""
    beside = _Beside(read_logs(store.list_extras()))
    boards = score_cases(beside.watch(place_all(cases, definitions.policy)), definitions)
    agreed = compare_reviewers(beside.doubles, definitions.seed)
    controls = list(store.cases(is_control=True))
    for control in controls:
        for opinion in (control.counted, *control.others):
            note_look(opinion, beside.looks)
    interval = choose_interval(definitions.interval).interval
    return Numbers(
        definitions=definitions,
        boards=boards,
        adjusted=adjust_all(boards, controls, definitions),
        trajectories=summarise(beside.sums, boards, interval),
        flips=tuple(list_flips({who: board.curve for who, board in boards.items()})),
        agreed=agreed,
        settled=count_causes(beside.doubles),
        controls=score_reviewers(controls, definitions),
        repeats=score_repeats(beside.looks),
        recognised=rate_guesses(beside.guesses),
        remarks=dict(_list_remarks(store, definitions, beside.n_labelled, agreed.n, controls)),
    )


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
        yield Lack.FOLLOW_UP, f"followed for {counted(days, 'day')} since the first label, {asked}"
