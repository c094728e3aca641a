"""The yardsticks are those of scipy and of the textbooks, on tables of any kind."""

from __future__ import annotations

from inspect import signature

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.spatial.distance import jensenshannon

from spanglass_evaluators.drift.categorical import compare_categories
from spanglass_evaluators.drift.counted import Counted, at_quantiles, count_categories, count_numbers, permuted
from spanglass_evaluators.drift.distances import (
    anderson_darling,
    chi_square,
    cliffs_delta,
    energy,
    jensen_shannon,
    kolmogorov_smirnov,
    population_stability,
    wasserstein,
)
from spanglass_evaluators.drift.numeric import compare_numbers

RIGHT = {"variant": "right"} if "variant" in signature(stats.anderson_ksamp).parameters else {"midrank": False}
"""scipy before 1.17, the last for Python 3.10, has another name for it."""
samples = st.lists(st.integers(-20, 20).map(float), min_size=2, max_size=50).map(np.array)


@settings(max_examples=50, deadline=None)
@given(samples, samples)
def test_distances_of_numbers_are_scipys(one: np.ndarray, two: np.ndarray) -> None:
    """Also with ties, which sorted tables get wrong first."""
    table = count_numbers(one, two)

    assert kolmogorov_smirnov(table) == pytest.approx(stats.ks_2samp(one, two).statistic)
    assert wasserstein(table) == pytest.approx(stats.wasserstein_distance(one, two))
    assert energy(table) == pytest.approx(stats.energy_distance(one, two), abs=1e-9)
    u = stats.mannwhitneyu(one, two).statistic
    assert cliffs_delta(table) == pytest.approx(2 * u / (len(one) * len(two)) - 1)


@pytest.mark.filterwarnings("ignore:p-value")
def test_anderson_darling_is_scipys() -> None:
    """scipy standardises the statistic: (A2 - 1) over its standard deviation, the same for one pair of sizes."""
    generator = np.random.default_rng(0)
    pairs = [(generator.normal(size=40).round(1), generator.normal(shift, 1, 30).round(1)) for shift in (0, 0.3, 1)]

    ours = [float(anderson_darling(count_numbers(a, b))) for a, b in pairs]
    theirs = [stats.anderson_ksamp([a, b], **RIGHT).statistic for a, b in pairs]

    slopes = np.diff(ours) / np.diff(theirs)
    assert slopes == pytest.approx([slopes[0]] * 2)
    assert np.array(ours) - slopes[0] * np.array(theirs) == pytest.approx([1.0] * 3)


def test_distances_of_categories_are_the_textbooks() -> None:
    """PSI by hand: (.5 - .2) ln 2.5 + (.5 - .8) ln .625."""
    table, names = count_categories(["a"] * 50 + ["b"] * 50, ["a"] * 20 + ["b"] * 80)

    assert names == ["a", "b"]
    assert population_stability(table) == pytest.approx(0.3 * np.log(2.5) - 0.3 * np.log(0.625))
    assert jensen_shannon(table) == pytest.approx(jensenshannon([0.5, 0.5], [0.2, 0.8], base=2))
    assert chi_square(table) == pytest.approx(stats.chi2_contingency([[50, 50], [20, 80]], correction=False).statistic)


def test_large_samples_have_the_p_values_of_scipy() -> None:
    """Where the asymptotic distribution is used, it is the same one."""
    generator = np.random.default_rng(1)
    one, two = generator.normal(size=900), generator.normal(0.05, 1, 700)
    letters = [generator.choice(list("abcde"), size).tolist() for size in (900, 700)]
    table, _ = count_categories(*letters)

    assert compare_numbers(one, two).p_value == pytest.approx(stats.ks_2samp(one, two, method="asymp").pvalue)
    assert compare_categories(*letters).p_value == pytest.approx(
        stats.chi2_contingency(np.array([table.current, table.reference])).pvalue
    )


def test_permuted_p_values_are_those_of_scipys_permutations() -> None:
    """Anderson-Darling on 60 and 50 values, against as many permutations made row by row."""
    generator = np.random.default_rng(3)
    one, two = generator.normal(size=60), generator.normal(0.45, 1, 50)

    ours = compare_numbers(one, two, test="anderson_darling", permutations=4999).p_value
    method = stats.PermutationMethod(n_resamples=999, rng=np.random.default_rng(0))
    theirs = stats.anderson_ksamp([one, two], **RIGHT, method=method).pvalue

    assert ours == pytest.approx(theirs, abs=0.02)


tables = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=12)


@settings(max_examples=50, deadline=None)
@given(tables)
def test_permutations_keep_both_margins(columns: list[tuple[int, int]]) -> None:
    """Nobody is lost and nobody is new; the windows keep their sizes."""
    now, before = np.array(columns).T + 1
    found = permuted(Counted(now, before, np.arange(len(now), dtype=float)), 5, seed=0)

    assert (found.current + found.reference == now + before).all()
    assert (found.current.sum(axis=1) == now.sum()).all()
    assert (found.current >= 0).all()
    assert (found.reference >= 0).all()


@settings(max_examples=50, deadline=None)
@given(samples, samples, st.integers(1, 20))
def test_bins_of_equal_shares_lose_nobody(one: np.ndarray, two: np.ndarray, bins: int) -> None:
    """And keep the mean, which Wasserstein's distance lives by."""
    table = count_numbers(one, two)
    binned = at_quantiles(table, bins)

    assert len(binned.positions) <= max(bins + 1, 1)
    assert (binned.n, binned.reference_n) == (table.n, table.reference_n)
    pooled = binned.current + binned.reference
    assert pooled @ binned.positions == pytest.approx(np.concatenate([one, two]).sum(), abs=1e-6)


def test_thousands_of_categories_are_bounded() -> None:
    """One category a row, as ids are: the frequent ones are compared, the others are one."""
    one, two = ([f"{side}{i}" for i in range(3000)] + ["same"] * 500 for side in "xy")

    found = compare_categories(one, two, permutations=99)

    assert found.p_value < 0.05
    assert 0 < found.effect < 0.6
