"""The time in front of an output is exact, idle time apart, nothing counted twice."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.label import Effort
from workbench.tui.effort import Stopwatch

START = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
IDLE = 120


def at(seconds: float) -> datetime:
    """A moment of the fake clock."""
    return START + timedelta(seconds=seconds)


def touched(*seconds: float) -> Stopwatch:
    """A watch after keys at these moments."""
    watch = Stopwatch.start(START, IDLE)
    for second in seconds:
        watch = watch.touch(at(second))
    return watch


def test_field_t20_time_between_keys_is_active() -> None:
    """Reading for a minute and pressing is a minute."""
    assert touched(10, 40, 60.25).read() == Effort(START, active_ms=60_250)


def test_field_t20_a_pause_counts_up_to_the_limit_and_is_idle_from_there() -> None:
    """Lunch does not make an output expensive (label-studio #6406: three hours shown)."""
    assert touched(30, 30 + 3 * 3600).read() == Effort(
        START, active_ms=150_000, idle_ms=3 * 3_600_000 - 120_000
    )


def test_field_t20_a_pause_of_exactly_the_limit_is_all_active() -> None:
    """The border belongs to the reader."""
    assert touched(IDLE).read() == Effort(START, active_ms=IDLE * 1000)


def test_field_t20_before_any_key_nothing_has_counted() -> None:
    """An output that was only shown costs nothing."""
    assert touched().read() == Effort(START)


def test_field_t20_reading_does_not_stop_the_watch() -> None:
    """Two acts on one output, the second counts on; starting over is the screen's call."""
    watch = touched(5)
    assert watch.read() == watch.read()
    assert watch.touch(at(8)).read() == Effort(START, active_ms=8_000)


def test_field_t20_re_opening_adds_up_and_two_outputs_do_not_mix() -> None:
    """A watch per showing: the sum over showings is the time in front of each."""
    first = Stopwatch.start(at(0), IDLE).touch(at(10))
    other = Stopwatch.start(at(10), IDLE).touch(at(70))
    again = Stopwatch.start(at(70), IDLE).touch(at(75))
    assert first.read().active_ms + again.read().active_ms == 15_000
    assert other.read().active_ms == 60_000


def test_field_t20_a_clock_set_back_takes_nothing_away() -> None:
    """Daylight saving and a corrected clock happen."""
    assert touched(10, 5, 6).read() == Effort(START, active_ms=11_000)


def test_field_t20_peeks_are_counted_and_cost_no_time() -> None:
    """How often the message was opened before the label."""
    assert touched(3).peek().peek().read() == Effort(START, active_ms=3_000, peeks=2)


@given(st.lists(st.integers(0, 10_000_000), max_size=40))
def test_field_t20_active_and_idle_are_the_whole_time(gaps_ms: list[int]) -> None:
    """Nothing is lost and nothing is counted twice, whatever the pauses."""
    watch, now = Stopwatch.start(START, IDLE), START
    for gap in gaps_ms:
        now += timedelta(milliseconds=gap)
        watch = watch.touch(now)
    effort = watch.read()
    assert effort.active_ms + effort.idle_ms == sum(gaps_ms)
    assert effort.active_ms == sum(min(gap, IDLE * 1000) for gap in gaps_ms)
