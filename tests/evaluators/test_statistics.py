"""Proportions, means and many tests at once behave as statistics must."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanglass_evaluators.statistics.mean import compare_means
from spanglass_evaluators.statistics.multiplicity import adjust
from spanglass_evaluators.statistics.proportion import compare_proportions
from spanglass_evaluators.statistics.ratio import ratio_of_shares
from spanglass_evaluators.statistics.stratified import compare_means_within_strata


def test_newcombe_interval_of_a_published_example() -> None:
    """56/70 against 48/80: Newcombe (1998), table II, method 10 gives 0.0524 to 0.3339."""
    found = compare_proportions(56, 70, 48, 80)

    assert (found.low, found.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)


@given(st.integers(1, 200), st.integers(1, 200), st.data())
def test_proportions_are_symmetric(n: int, m: int, data: st.DataObject) -> None:
    """Swapping the samples keeps p and turns the sign of the effect and its interval."""
    hits, other = data.draw(st.integers(0, n)), data.draw(st.integers(0, m))

    one, two = compare_proportions(hits, n, other, m), compare_proportions(other, m, hits, n)

    assert one.p_value == pytest.approx(two.p_value, abs=1e-9)
    assert one.effect == pytest.approx(-two.effect)
    assert (one.low, one.high) == pytest.approx((-float(two.high or 0), -float(two.low or 0)), abs=1e-9)
    assert float(one.low or 0) - 1e-9 <= one.effect <= float(one.high or 0) + 1e-9


def test_newcombe_interval_covers() -> None:
    """A 95 % interval of 2000 simulated gaps holds the true gap in 93 % to 97.5 % of them."""
    generator = np.random.default_rng(0)
    hits, other = generator.binomial(60, 0.3, 2000), generator.binomial(40, 0.1, 2000)

    found = [compare_proportions(int(a), 60, int(b), 40) for a, b in zip(hits, other, strict=True)]
    covered = np.mean([float(c.low or 0) <= 0.2 <= float(c.high or 0) for c in found])

    assert 0.93 <= covered <= 0.975


numbers = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=40)


@given(numbers, numbers)
def test_means_are_symmetric_and_never_crash(values: list[float], reference: list[float]) -> None:
    """Constant samples included."""
    one = compare_means(np.array(values), np.array(reference))
    two = compare_means(np.array(reference), np.array(values))

    assert one.p_value == pytest.approx(two.p_value, nan_ok=True)
    assert one.effect == pytest.approx(-two.effect, abs=1e-9, rel=1e-6)


def test_two_constants_differ_or_not() -> None:
    """No variance leaves nothing to test: equal is p = 1, different is p = 0."""
    assert compare_means(np.ones(5), np.ones(5)).p_value == 1
    assert compare_means(np.ones(5), np.zeros(5)).p_value == 0


def test_adjusting_leaves_gaps_alone() -> None:
    """A feature that could not be tested neither counts nor gets a p-value."""
    assert adjust([0.01, None, 0.04], "holm") == [pytest.approx(0.02), None, pytest.approx(0.04)]
    assert adjust([None], "fdr_bh") == [None]


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_adjusted_p_values_never_fall(p_values: list[float]) -> None:
    """Correction only ever makes a finding less sure."""
    for method in ("holm", "fdr_bh"):
        adjusted = adjust(p_values, method)  # type: ignore[arg-type]
        assert all(a is not None and a >= p - 1e-12 for a, p in zip(adjusted, p_values, strict=True))


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 60), st.integers(1, 60), st.data())
def test_ratios_of_shares_hold_their_value(n: int, m: int, data: st.DataObject) -> None:
    """The interval is real, in order, and around the ratio; turned round it is the reciprocal."""
    hits, other = data.draw(st.integers(0, n)), data.draw(st.integers(0, m))

    found, turned = ratio_of_shares(hits, n, other, m), ratio_of_shares(other, m, hits, n)

    if found.low is not None and found.high is not None:
        assert found.low <= (found.value or 0) * (1 + 1e-6)
        assert (found.value or 0) <= found.high * (1 + 1e-6)
        assert (turned.value or 0) == pytest.approx(1 / (found.value or 1))
    if other == 0:
        assert found.value is None


def test_means_within_one_stratum_are_means() -> None:
    """Nothing is held fixed: the plain difference, in the given unit."""
    generator = np.random.default_rng(0)
    ours, theirs = generator.normal(1, 1, 200), generator.normal(0, 1, 300)

    found = compare_means_within_strata([(ours, theirs)], deviation=2.0)

    assert found.effect == pytest.approx((ours.mean() - theirs.mean()) / 2)
    assert found.p_value < 1e-6
    assert compare_means_within_strata([(ours[:1], theirs)], deviation=1.0).p_value == 1
    assert compare_means_within_strata([], deviation=1.0).p_value == 1
