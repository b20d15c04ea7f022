"""Wilson's interval against published and generated values."""

import json
from pathlib import Path
from typing import TypedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.stats.proportion import wilson


class _Input(TypedDict):
    k: int
    n: int
    conf: float


class _Row(TypedDict):
    id: str
    input: _Input
    expected: list[float]
    tol: float


_FILE = Path(__file__).with_name("vectors_wilson.json")
ROWS: list[_Row] = json.loads(_FILE.read_text("utf-8"))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_wilson_agrees_with_independent_software(row: _Row) -> None:
    """R, SAS and statsmodels, each within the tolerance of its source."""
    found = wilson(row["input"]["k"], row["input"]["n"], row["input"]["conf"])
    assert found == pytest.approx(row["expected"], abs=row["tol"])


@given(n=st.integers(0, 2000), share=st.floats(0, 1), confidence=st.floats(0.5, 0.999))
def test_wilson_holds_the_proportion_and_is_symmetric(
    n: int, share: float, confidence: float
) -> None:
    """0 <= low <= k/n <= high <= 1, and failures mirror hits."""
    hits = round(n * share)
    low, high = wilson(hits, n, confidence)
    assert 0 <= low <= (hits / n if n else 0.5) <= high <= 1
    assert wilson(n - hits, n, confidence) == pytest.approx((1 - high, 1 - low), abs=1e-12)
    assert (low == 0) == (hits == 0)
    assert (high == 1) == (hits == n)


@pytest.mark.parametrize(("hits", "n"), [(-1, 5), (6, 5)])
def test_impossible_counts_are_refused(hits: int, n: int) -> None:
    """More hits than trials are an error of the caller, never a rate."""
    with pytest.raises(ValueError, match="between 0 and n"):
        wilson(hits, n)
