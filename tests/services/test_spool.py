"""Values wait on disk: in order, as often as they are read, and gone afterwards."""

from hypothesis import given
from hypothesis import strategies as st

from workbench.services.spool import Spool


@given(st.lists(st.tuples(st.text(), st.binary(), st.none() | st.integers())))
def test_what_goes_in_comes_out_as_often_as_asked(values: list[tuple[object, ...]]) -> None:
    """In order, twice; a reading that stops early spoils nothing."""
    with Spool[tuple[object, ...]]() as spool:
        for value in values:
            spool.put(value)
        next(iter(spool), None)
        assert list(spool) == list(spool) == values
        assert len(spool) == len(values)


def test_a_value_can_be_added_after_a_reading() -> None:
    """It goes to the end, wherever the reading stopped."""
    with Spool[str]() as spool:
        for value in ("a", "b", "c"):
            spool.put(value)
        assert next(iter(spool)) == "a"
        spool.put("d")
        assert list(spool) == ["a", "b", "c", "d"]
