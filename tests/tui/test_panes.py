"""Every pane is a pure function from a frozen value to lines: what a person reads on them."""

import os
import re
from collections import Counter
from datetime import UTC, datetime

import pytest

from workbench.domain.check import CheckStatus
from workbench.domain.definitions import USUAL
from workbench.domain.delivery import Delivery
from workbench.domain.draft import Decision
from workbench.domain.finding import Finding, FindingKind
from workbench.domain.label import EditClass, Judgement, Label
from workbench.domain.metrics import Cell, Rate, Scorecard, classify
from workbench.domain.queue import Progress
from workbench.domain.spec import Spec
from workbench.services.scorecards import score
from workbench.text import cells, display
from workbench.tui.actions import REVIEW
from workbench.tui.label_keys import Mode, Waiting, complete
from workbench.tui.screens.help import render_help
from workbench.tui.widgets.end_card import render_card
from workbench.tui.widgets.header import HeaderSnapshot, render_header
from workbench.tui.widgets.label_bar import LabelBarSnapshot, render_bar_lines, render_footer
from workbench.tui.widgets.lines import Line, Span
from workbench.tui.widgets.metrics_pane import (
    MetricsSnapshot,
    format_percent,
    render_bar,
    render_metrics,
)
from workbench.tui.widgets.queue_list import QueueSnapshot, render_queue
from workbench.tui.widgets.text_pane import Prose

from .kit import HOSTILE, make_item, make_progress, make_row, plain

HOME = os.environ.get("HOME", "").rstrip("/")
FOOTER = [action for action in REVIEW if action.footer]
KEYS = {action.id: action.keys for action in REVIEW}
FORBIDDEN = {chr(n) for n in (*range(32), *range(0x7F, 0xA0), 0x202E, 0x2066)}
NAMES = {"K": HOSTILE}
WHEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def cell(
    label: Label | None = None,
    tests: CheckStatus = CheckStatus.PASS,
    delivery: Delivery = Delivery.PATCH,
    spec: Spec = Spec.CLEAR,
    findings: tuple[Finding, ...] = (),
) -> Cell:
    edit = EditClass.MINOR if label is Label.EDITED else None
    return classify(spec, delivery, tests, Judgement(label=label, edit=edit, findings=findings))


def card(*found: Cell) -> Scorecard:
    return score(Counter(found))


def metrics(*found: Cell, seconds: float | None = None) -> MetricsSnapshot:
    return MetricsSnapshot({"K": card(*found)}, {}, len(found), 9, seconds)


@pytest.mark.parametrize("has_trials", [False, True])
def test_the_pane_and_the_end_card_say_where_outputs_are_no_tickets(has_trials: bool) -> None:
    """Further trials tell how steady a candidate is, and are no further tickets (METRICS 7.2)."""
    snapshot = metrics(cell(Label.MERGED))._replace(has_trials=has_trials)
    said = "n counts outputs, not tickets"
    for lines in (render_metrics(snapshot, 40), render_card(snapshot, make_progress(0, 1), 80)):
        assert (said in plain(lines)) is has_trials


def header(snapshot: HeaderSnapshot, width: int = 80) -> str:
    return plain([render_header(snapshot, width)])


def bar(snapshot: LabelBarSnapshot, width: int = 80) -> list[str]:
    return plain(render_bar_lines(snapshot, FOOTER, KEYS, width)).split("\n")


ESCAPED = cell(Label.ESCAPED, findings=(Finding(FindingKind.FUNCTIONAL),))


# The numbers.


def test_nothing_of_nothing_is_a_dash_with_the_reason() -> None:
    """Before the first label no rate is 0 % and none is 100 %."""
    text = plain(render_metrics(metrics(cell(), cell()), 40))
    assert "%" not in text
    assert text.count("— ") >= 4
    assert "no label yet" in text
    assert "0/0" not in text


def test_no_test_status_is_said_to_be_why_there_is_no_escape_rate() -> None:
    """A merge without tests is no proof of anything."""
    text = plain(render_metrics(metrics(cell(Label.MERGED, CheckStatus.NOT_RUN)), 40))
    (escape,) = [line for line in text.split("\n") if line.strip().startswith("escape")]
    assert "%" not in escape
    assert "no test status yet" in text
    assert "1/1  100%" in text


def test_a_rate_is_hits_of_n_a_percentage_and_a_bar() -> None:
    """One escape of two green outputs, and its Wilson interval around it."""
    lines = render_metrics(metrics(cell(Label.MERGED), ESCAPED), 40)
    (escape,) = [line for line in lines if line and line[0].text.strip().startswith("escape")]
    assert "1/2   50%" in escape[0].text
    assert escape[1].text.count("●") == 1
    assert escape[1].text.count("━") >= 8
    assert escape[1].text.startswith("·")
    assert escape[1].style == "bad"


def test_companions_stand_under_their_rates() -> None:
    """Merge of all, abstention on clear tickets, escape in total."""
    text = plain(render_metrics(metrics(cell(Label.MERGED), ESCAPED), 40))
    assert [word for word in ("of all", "on clear", "total") if word in text] == [
        "of all", "on clear", "total",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("hits", "n", "interval", "drawn"),
    [
        (0, 4, (0.0, 0.5), "●━━━━━·····"),
        (4, 4, (0.5, 1.0), "·····━━━━━●"),
        (1, 2, (0.3, 0.7), "···━━●━━···"),
    ],
)
def test_the_bar_shows_rate_and_interval(
    hits: int, n: int, interval: tuple[float, float], drawn: str
) -> None:
    """From 0 on the left to 1 on the right, whatever the width."""
    assert render_bar(Rate(hits, n, interval), 11) == drawn


def test_a_percentage_of_nothing_is_a_dash() -> None:
    """None is neither nought nor everything."""
    assert format_percent(None) == "—"
    assert format_percent(0.0) == "0%"
    assert format_percent(1.0) == "100%"


@pytest.mark.parametrize("width", [40, 34, 20])
def test_the_numbers_fit_their_pane(width: int) -> None:
    """Text never runs into the bar; what is too wide for a narrow pane is the bar alone."""
    for line in render_metrics(metrics(cell(Label.MERGED), ESCAPED, seconds=67), width):
        assert cells("".join(span.text for span in line)) <= max(width, 36)


@pytest.mark.parametrize("height", [10, 21, 24, 48, 60])
def test_the_numbers_of_many_candidates_fit_or_say_how_many_do_not(height: int) -> None:
    """Companions give way first; nobody is left out in silence."""
    cards = {alias: card(cell(Label.MERGED), ESCAPED) for alias in "ABCDE"}
    lines = render_metrics(MetricsSnapshot(cards, {}, 2, 9, 1.0), 40, height)
    text = plain(lines)
    shown = sum(f" {alias}  2/2 settled" in text for alias in "ABCDE")
    assert len(lines) <= height
    assert shown == 5 or f"{5 - shown} more: workbench metrics" in text
    assert ("of all" in text) is (height >= 48)


def test_the_mean_time_per_output_is_shown_once_there_is_one() -> None:
    """Minutes and seconds; before the first label nothing."""
    assert "1:07 an output" in plain(render_metrics(metrics(cell(Label.MERGED), seconds=67), 40))
    assert "an output" not in plain(render_metrics(metrics(cell(Label.MERGED)), 40))


# The queue.


def test_a_row_says_what_was_decided_by_letter_and_what_came_by_sign() -> None:
    """Never by colour alone."""
    rows = (
        make_row(1, Label.MERGED),
        make_row(2, Label.EDITED, edit=EditClass.MAJOR),
        make_row(3, Label.ABSTAINED, Delivery.ASK),
        make_row(4, tests=CheckStatus.NOT_RUN),
        make_row(5, delivery=Delivery.EMPTY),
    )
    text = plain(render_queue(QueueSnapshot(rows, "o4", make_progress(), {}), 12))
    lines = [line for line in text.split("\n") if " t" in line]
    assert [line[:5] for line in lines] == [" m ✓ ", " e2✓ ", " a ? ", "▸  · ", " - ∅ "]


def test_field_t3_the_queue_says_how_many_need_no_label_and_why() -> None:
    """What is missing from the list is no secret."""
    progress = Progress(3, 1, 4, tests_failed=2, nothing_delivered=1, void=0)
    text = plain(render_queue(QueueSnapshot((make_row(),), "o1", progress, {}), 12))
    assert "3 left of 4" in text
    assert "not in the queue:" in text
    assert "2 with failed tests" in text
    assert "1 nothing delivered" in text
    assert "harness" not in text


def test_field_t3_a_view_is_named_with_the_way_out_and_may_be_empty() -> None:
    """A list that holds nothing says so."""
    text = plain(render_queue(QueueSnapshot((), "", make_progress(), {}, "filter: zzz"), 12))
    assert "filter: zzz (esc clears)" in text
    assert "nothing matches" in text


@pytest.mark.parametrize("height", [1, 3, 10, 24])
@pytest.mark.parametrize("current", [1, 30, 60])
def test_the_current_row_is_in_sight_at_any_height(height: int, current: int) -> None:
    """And the list is never longer than its pane."""
    rows = tuple(make_row(n) for n in range(1, 61))
    snapshot = QueueSnapshot(rows, f"o{current}", make_progress(), {})
    lines = render_queue(snapshot, height)
    assert len(lines) <= max(height, 2)
    assert f"t{current} " in plain(lines)


# The bar.


def test_until_the_first_label_three_lines_say_what_the_keys_mean() -> None:
    """And they are gone after it."""
    first = bar(LabelBarSnapshot(is_first=True))
    assert len(first) == 5
    assert [line.split()[0] for line in first[:3]] == ["m", "a", "x"]
    assert " e edited" in first[0]
    assert all(cells(line) <= 80 for line in first)
    assert len(bar(LabelBarSnapshot())) == 2


def test_the_three_lines_name_the_keys_in_force() -> None:
    """Whoever changed the keys is not taught the old ones."""
    keys = KEYS | {"label.merged": ("f9",)}
    text = plain(render_bar_lines(LabelBarSnapshot(is_first=True), FOOTER, keys, 80))
    assert "f9 merged" in text


@pytest.mark.parametrize("label", [Label.EDITED, Label.ESCAPED])
def test_what_the_next_key_means_fits_in_80_columns(label: Label) -> None:
    """All choices and the way out, none of it cut."""
    line = bar(LabelBarSnapshot(Waiting(Mode.DETAIL, label)))[0]
    assert cells(line) <= 80
    assert line.endswith("esc cancel")
    assert f"{label}:" in line
    digits = "123" if label is Label.EDITED else "1234"
    assert [word for word in line.split() if word.isdigit()] == list(digits)


@pytest.mark.parametrize(
    ("kept", "where", "leaving"),
    [
        (f"{HOME}/.local/state/workbench/unsaved/0123456789ab-0123456789ab.json",
         "kept in ~/.local/state/workbench/unsaved", "again to quit: it is kept"),
        ("", "kept nowhere but on this screen", "again to quit: it is lost then"),
    ],
)  # fmt: skip
def test_field_t6_not_saved_is_said_in_words_with_the_reason_and_both_ways_on(
    kept: str, where: str, leaving: str
) -> None:
    """A red bar alone would be colour alone; all of it fits, also when quitting asks."""
    reason = "another program is writing (waited 250 ms)"
    waiting = Waiting(Mode.NOT_SAVED, sentence=reason, kept=kept)
    state, ways = bar(LabelBarSnapshot(waiting))
    assert state == f" NOT SAVED: {reason} "
    assert ways.startswith(" enter retry  esc give up ")
    assert ways.endswith(where)
    asking = bar(LabelBarSnapshot(waiting._replace(is_leaving=True)))
    assert asking[1].endswith(leaving)
    assert max(cells(line) for line in (state, ways, *asking)) <= 80


@pytest.mark.parametrize("delivery", list(Delivery))
@pytest.mark.parametrize("label", list(Label))
def test_a_question_fits_in_80_columns_with_its_answers(delivery: Delivery, label: Label) -> None:
    """A question whose answers are cut off cannot be answered."""
    step = complete(Decision(label), make_item(delivery))
    line = bar(LabelBarSnapshot(step.waiting))[0]
    assert cells(line) <= 80
    if step.waiting.mode is Mode.CONFIRM:
        assert line.endswith("y yes  n no")


@pytest.mark.parametrize("width", [30, 40, 80, 200])
def test_the_footer_fits_and_keeps_help(width: int) -> None:
    """As many keys as there is room for; the one that shows all others always."""
    line = plain([render_footer(FOOTER, KEYS, width)])
    assert cells(line.rstrip()) <= width
    assert line.rstrip().endswith("? help")


def test_at_80_columns_the_footer_names_the_four_labels_and_undo() -> None:
    """The first keys a reviewer needs."""
    line = plain([render_footer(FOOTER, KEYS, 80)])
    for words in ("m merged", "e edited", "a abstained", "x escaped", "u undo"):
        assert words in line


# The header.


def test_the_header_says_what_is_in_front_what_is_left_and_when_it_was_saved() -> None:
    """One line of exactly the width."""
    text = header(HeaderSnapshot("study", make_item(), make_progress(left=7), WHEN, {}))
    assert text.startswith(" K ")
    assert "t1 Totals are wrong" in text
    assert "tests green" in text
    assert "7 left · saved " in text
    assert cells(text) <= 80


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_the_title_gives_way_first(width: int) -> None:
    """A ticket with a long title never pushes out what is left."""
    item = make_item(title="long " * 60)
    text = header(HeaderSnapshot("study", item, make_progress(left=7), WHEN, {}), width)
    assert cells(text) <= width
    assert "7 left" in text


@pytest.mark.parametrize(
    ("delivery", "words"),
    [
        (Delivery.ASK, "? asks"),
        (Delivery.DECLINE, "? declines"),
        (Delivery.EMPTY, "∅ nothing delivered"),
        (Delivery.VOID, "∅ harness failed"),
    ],
)
def test_the_header_names_what_came_instead_of_a_patch(delivery: Delivery, words: str) -> None:
    """Tests of an output without a patch would be somebody else's."""
    item = make_item(delivery)
    assert words in header(HeaderSnapshot("study", item, make_progress(), None, {}))


def test_without_any_output_the_header_names_the_study() -> None:
    """An empty study is no crash."""
    assert "study" in header(HeaderSnapshot("study", None, make_progress(0, 0), None, {}))


# The end card.


def test_the_end_card_has_the_numbers_what_is_unknown_and_the_export() -> None:
    """And the one command that would resolve what is unknown."""
    snapshot = metrics(cell(Label.MERGED, CheckStatus.NOT_RUN), cell(tests=CheckStatus.FAIL))
    text = plain(render_card(snapshot, Progress(0, 1, 1, 1, 0, 0), 80))
    assert "1 of 1 labelled; 1 needed no label." in text
    assert "1 labelled output has no test status" in text
    assert "workbench outputs tests FILE" in text
    assert "workbench export jsonl" in text
    assert "escape" in text


def test_the_end_card_of_two_candidates_fits_80_by_24() -> None:
    """Two columns; the header takes one line, the bar two."""
    one, other = card(cell(Label.MERGED, CheckStatus.NOT_RUN)), card(ESCAPED, cell(Label.MERGED))
    snapshot = MetricsSnapshot({"K": one, "B": other}, {}, 3, 3, None, USUAL.live_name)
    lines = render_card(snapshot, Progress(1, 3, 4, 1, 0, 0, 1), 80)
    assert " Numbers  usual definitions" in plain(lines)
    assert len(lines) <= 21
    assert all(cells(line.rstrip()) <= 80 for line in plain(lines).split("\n"))
    (escapes,) = [line for line in plain(lines).split("\n") if "escape  " in line]
    assert escapes.count("escape") == 2
    assert "escape" in plain(render_card(snapshot, make_progress(0, 3), 40))


@pytest.mark.parametrize("length", [0, 5, 60, 300])
def test_the_end_card_says_its_commands_whole_however_long_the_path(length: int) -> None:
    """As a shell reads them; where a path is longer than a line, from where it is not needed."""
    option = f" --study /{'x' * length}" if length else ""
    lines = plain(render_card(metrics(cell(Label.MERGED)), make_progress(0, 1), 80, option))
    assert max(cells(line.rstrip()) for line in lines.split("\n")) <= 80
    read = lines.replace("\\\n", "")
    for command in ("workbench export jsonl -o labels.jsonl", "workbench metrics"):
        whole = f"{command}{option}"
        assert whole in re.sub(" +", " ", read) or (
            length > 70 and f"{command}\n    in the study's folder\n" in read
        )


def test_a_long_name_pushes_no_other_out_of_sight() -> None:
    """A candidate may call itself anything; the next column stays where it is."""
    cards = {"A": card(cell(Label.MERGED)), "B": card(ESCAPED)}
    snapshot = MetricsSnapshot(cards, {"A": "long " * 40, "B": "short"}, 2, 2, None)
    lines = plain(render_card(snapshot, make_progress(0, 2), 80)).split("\n")
    (names,) = [line for line in lines if "settled" in line]
    assert names.index("short") == 41
    assert "…" in names[:41]


def test_where_everything_is_known_the_end_card_says_nothing_of_it() -> None:
    """No empty warning."""
    text = plain(render_card(metrics(cell(Label.MERGED)), make_progress(0, 1), 80))
    assert "Unknown" not in text


# What others wrote.


def hostile_panes() -> list[list[Line]]:
    item = make_item(title=HOSTILE)
    row = make_row(title=HOSTILE)
    snapshot = MetricsSnapshot({"K": card(cell(Label.MERGED))}, NAMES, 1, 1, 1.0)
    header_snapshot = HeaderSnapshot(HOSTILE, item, make_progress(), WHEN, NAMES)
    not_saved = LabelBarSnapshot(Waiting(Mode.NOT_SAVED, sentence=HOSTILE))
    return [
        render_queue(QueueSnapshot((row,), "o1", make_progress(), NAMES, HOSTILE), 12),
        render_metrics(snapshot, 80),
        render_card(snapshot, make_progress(), 80),
        [render_header(header_snapshot, 200)],
        [render_header(HeaderSnapshot(HOSTILE, None, make_progress(), WHEN, NAMES), 200)],
        render_bar_lines(not_saved, FOOTER, KEYS, 200),
    ]


def test_t1_hostile_names_come_out_visible_and_harmless() -> None:
    """No escape, no reordering on any pane; markup stays the text that it is."""
    for lines in hostile_panes():
        text = plain(lines)
        assert not FORBIDDEN.intersection(text.replace("\n", "")), text
        if "…" not in text:  # a name cut short
            assert "[bold]loud[/]" in text
            assert "[@click=app.quit]" in text


def test_t1_a_wrapped_text_is_safe_line_by_line_and_keeps_blank_ones() -> None:
    """Tickets and messages are prose of strangers."""
    lines = Prose(f"{HOSTILE}\n\nplain words of some length to wrap", 20).lines(0, 99)
    assert not FORBIDDEN.intersection("".join(lines))
    assert "" in lines
    assert all(cells(line) <= 20 for line in lines)
    assert display("".join(lines)) == "".join(lines)


def test_an_action_without_a_key_is_left_to_the_palette() -> None:
    """In the help, in the three lines and in the footer; with no key at all nothing breaks."""
    keys = KEYS | {"label.merged": (), "queue.skip": ()}
    assert "(palette)         Label merged" in render_help(keys)
    lines = plain(render_bar_lines(LabelBarSnapshot(is_first=True), FOOTER, keys, 80))
    assert "(palette) merged: as it is" in lines
    assert "skip" not in lines
    nothing: dict[str, tuple[str, ...]] = {action.id: () for action in REVIEW}
    assert render_bar_lines(LabelBarSnapshot(), FOOTER, nothing, 80)[-1] == (Span(""),)


def test_the_help_names_every_action_with_the_keys_in_force() -> None:
    """Within 76 columns, so that it fits everywhere."""
    keys = KEYS | {"pane.rubric": ("f9",)}
    text = render_help(keys)
    for action in REVIEW:
        assert " ".join(action.help.split()) in " ".join(text.split())
    assert "  f9 " in text
    assert all(cells(line) <= 76 for line in text.split("\n"))
