"""How long the rest takes: what was measured, with the tests on base timed apart."""

from workbench.services.paces import Pace, Watch


class Clock:
    """A clock that is moved by hand."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_tests_on_base_are_not_taken_for_those_of_an_output() -> None:
    """Ten seconds on base, then one for each output: the rest of them takes a second each."""
    clock = Clock()
    watch = Watch(["a"] * 5, clock)
    clock.now += 10
    assert watch.look("tests on base, run 3 of 3") == Pace(0, 5, None, "tests on base, run 3 of 3")
    for left in (4.0, 3.0):
        clock.now += 1
        assert watch.step("a").seconds_left == left
    clock.now += 0.5
    assert watch.look() == Pace(2, 5, 2.5)
    clock.now += 9
    assert watch.look().seconds_left == 0


def test_bases_that_are_still_to_come_count() -> None:
    """Two base commits are left: each takes what the first took."""
    clock = Clock()
    watch = Watch(["a", "b", "c"], clock)
    clock.now += 6
    watch.look("tests on base, run 1 of 1")
    clock.now += 2
    assert watch.step("a").seconds_left == 2 * (6 + 2)


def test_known_results_promise_nothing() -> None:
    """A thousand are skipped in no time: what that says of the rest is nothing."""
    clock = Clock()
    watch = Watch(["a"] * 1002, clock)
    for _ in range(1000):
        clock.now += 0.001
        assert watch.skip("a").seconds_left is None
    clock.now += 3
    assert watch.step("a") == Pace(1001, 1002, 3.0)
