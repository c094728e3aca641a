"""Statistics of judges: against other implementations, by what must always hold, and on simulated truth."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.proportion import proportion_confint

from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.judge.calibration.agreement import agreement_of, confusion, correlations_of, kappa
from spanglass_evaluators.judge.calibration.bias import length_bias, position_bias, self_preference
from spanglass_evaluators.judge.calibration.fit import METHODS, calibration_error, fit_map, held_out
from spanglass_evaluators.judge.calibration.labels import Judged
from spanglass_evaluators.judge.calibration.map import CalibrationMap, load_map
from spanglass_evaluators.judge.calibration.partial import partial_correlation
from spanglass_evaluators.judge.calibration.prevalence import prediction_powered, rogan_gladen
from spanglass_evaluators.judge.calibration.report import report_of
from spanglass_evaluators.judge.calibration.win_rate import length_controlled_win_rate, length_term

RATINGS = st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4)), min_size=2, max_size=60)
SOME = settings(max_examples=40, deadline=None)


@SOME
@given(RATINGS)
def test_kappa_is_that_of_statsmodels(ratings: list[tuple[int, int]]) -> None:
    """Plain, linear and quadratic."""
    table = confusion([a for a, _ in ratings], [b for _, b in ratings], [1, 2, 3, 4])
    for ours, theirs in (("none", None), ("linear", "linear"), ("quadratic", "quadratic")):
        value = float(kappa(table, ours))
        if not math.isnan(value):
            assert value == pytest.approx(cohens_kappa(table, wt=theirs, return_results=False), abs=1e-9)


@SOME
@given(RATINGS)
def test_kappa_has_bounds_and_no_favourite(ratings: list[tuple[int, int]]) -> None:
    """At most 1, at least -1, 1 for a rater with itself, and the same whoever is named first."""
    first, second = [a for a, _ in ratings], [b for _, b in ratings]
    assume(len({*first}) > 1)
    found, mirrored = agreement_of(first, second).kappa, agreement_of(second, first).kappa

    assert found is not None
    assert mirrored is not None
    assert -1 <= found.value <= 1
    assert found.value == pytest.approx(mirrored.value)
    assert agreement_of(first, first).kappa.value == pytest.approx(1)  # type: ignore[union-attr]  # two labels at least


def test_raters_who_say_one_thing_only_have_no_kappa() -> None:
    """Agreement of 1 by certainty, not by skill: None, not 0 or 1."""
    found = agreement_of(["a"] * 9, ["a"] * 9)

    assert (found.percent.value, found.kappa) == (1.0, None)
    assert correlations_of([1.0] * 9, [1.0, 2.0] * 4 + [1.0]).pearson is None


def test_agreement_on_everything_is_not_certain() -> None:
    """No resample of 30 alike pairs differs, so the bootstrap said 1 to 1; ten times as many pairs say more."""
    few, many = (agreement_of([0, 1] * n, [0, 1] * n, [0, 1]) for n in (15, 150))

    assert few.percent.low == pytest.approx(proportion_confint(30, 30, method="wilson")[0])
    for found in (few.kappa, few.weighted_kappa):
        assert found is not None
        assert (found.value, found.high) == (1.0, 1.0)
        assert found.low == pytest.approx(1 - 2 * (1 - few.percent.low))
    assert many.kappa is not None
    assert many.kappa.low > 0.97


def test_kappa_of_a_good_judge_is_covered() -> None:
    """True kappa .9, 30 items: 600 samples. With resampling alone the interval held the truth in 77 % of them."""
    rng = np.random.default_rng(7)
    held = 0
    for _ in range(600):
        first = rng.integers(0, 2, 30)
        found = agreement_of(first.tolist(), np.where(rng.random(30) < 0.05, 1 - first, first).tolist()).kappa
        held += found is not None and (found.low or 0) <= 0.9 <= (found.high or 0)

    assert held / 600 > 0.93


def test_a_judge_that_is_always_alike_in_both_orders_may_still_err() -> None:
    """Twelve pairs are no proof: Wilson's interval, not 1 to 1."""
    found = position_bias([("first", "second")] * 12)

    assert found is not None
    assert found.consistent.value == 1.0
    assert found.consistent.low == pytest.approx(proportion_confint(12, 12, method="wilson")[0])


def test_a_judge_without_values_is_told_from_one_without_labels() -> None:
    """A misspelt name read as "no judged item has a human label"."""
    with pytest.raises(ConfigurationError, match="the judge has no values"):
        report_of([])
    with pytest.raises(ConfigurationError, match="has a human label"):
        report_of([Judged(0.5)])


def test_a_bootstrap_interval_holds_the_truth() -> None:
    """Kappa of 0.6 by construction, 200 samples of 150 items: about 95 % of the intervals have it."""
    rng = np.random.default_rng(5)
    held = 0
    for _ in range(200):
        truth = rng.integers(0, 2, 150)
        said = np.where(rng.random(150) < 0.8, truth, 1 - truth)
        found = agreement_of(truth.tolist(), said.tolist()).kappa
        assert found is not None
        assert found.low is not None
        assert found.high is not None
        held += found.low <= 0.6 <= found.high

    assert 0.90 <= held / 200 <= 0.99


@pytest.mark.parametrize(("true", "sensitivity", "specificity"), [(0.1, 0.9, 0.8), (0.4, 0.7, 0.7), (0.02, 0.8, 0.97)])
def test_corrected_prevalence_covers_the_truth(true: float, sensitivity: float, specificity: float) -> None:
    """400 rounds, 150 labelled of 2,000: about 95 % by Rogan-Gladen and by prediction power; the judge alone is off."""
    rng = np.random.default_rng(11)
    powered, corrected, naive = 0, 0, []
    for _ in range(400):
        y = (rng.random(2000) < true).astype(float)
        f = (rng.random(2000) < np.where(y == 1, sensitivity, 1 - specificity)).astype(float)
        found = prediction_powered(y[:150].tolist(), f[:150].tolist(), f[150:].tolist())
        powered += found.low <= true <= found.high  # type: ignore[operator]  # always an interval
        gladen = rogan_gladen(y[:150].tolist(), f[:150].tolist(), f[150:].tolist())
        corrected += gladen is None or gladen.low <= true <= gladen.high  # type: ignore[operator]
        naive.append(f.mean())

    # With 15 and 3 expected cases among the 150 a normal interval is too short; the card says so.
    least = {0.4: 0.92, 0.1: 0.89, 0.02: 0.80}[true]
    assert powered / 400 >= least
    assert corrected / 400 >= 0.92
    assert abs(np.mean(naive) - true) > 0.01


def test_a_useless_judge_does_no_harm() -> None:
    """Tuned prediction power falls back on people; untuned it would add the judge's noise."""
    rng = np.random.default_rng(3)
    y, f = rng.random(200).tolist(), (10 * rng.random(2200)).tolist()

    tuned = prediction_powered(y, f[:200], f[200:])
    plain = prediction_powered(y, f[:200], f[200:], tuned=False)

    assert tuned.high - tuned.low < 0.12 < plain.high - plain.low  # type: ignore[operator]


def test_what_prevalence_cannot_tell_it_does_not() -> None:
    """A judge at chance, people who all say the same, too few labels, values that are no verdicts."""
    assert rogan_gladen([0, 1] * 10, [1, 0] * 10, [1, 0]) is None
    assert rogan_gladen([1] * 20, [1] * 20, [1, 0]) is None
    with pytest.raises(ConfigurationError, match="at least 10"):
        prediction_powered([1], [1], [1, 0])
    with pytest.raises(ConfigurationError, match="threshold"):
        rogan_gladen([0.5] * 20, [0.5] * 20, [0.5, 0.5])


def _judged(n: int, seed: int = 0) -> tuple[list[float], list[float]]:
    """A judge that is too sure of itself, and people."""
    rng = np.random.default_rng(seed)
    likely = rng.random(n)
    return (1 / (1 + np.exp(-9 * (likely - 0.5)))).tolist(), (rng.random(n) < 0.2 + 0.6 * likely).astype(float).tolist()


def test_a_map_makes_an_overconfident_judge_honest() -> None:
    """The calibration error on rows that no map has seen falls by half or more, whichever method is asked."""
    x, y = (np.array(each) for each in _judged(800))
    before = calibration_error(x, y)

    for method in ("isotonic", "platt"):
        assert calibration_error(held_out(x, y, METHODS[method]), y) < before / 2
    errors = fit_map(x.tolist(), y.tolist()).errors
    assert errors["raw"] > errors["platt"]


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 50), st.sampled_from(["isotonic", "platt", "auto"]), st.floats(0, 1), st.floats(0, 1))
def test_a_map_never_turns_the_order_round(seed: int, method: str, a: float, b: float) -> None:
    """A higher value of the judge is never a lower one of people, and nothing leaves people's range."""
    x, y = _judged(40, seed)
    found = fit_map(x, [1 + 4 * label for label in y], method)
    low, high = sorted((a, b))

    assert 1 <= found.apply(low) <= found.apply(high) + 1e-12 <= 5 + 1e-9


def test_a_judge_that_knows_nothing_is_mapped_to_the_mean() -> None:
    """Or to nearly it: auto does not fit noise, and a judge that is worse than chance is not turned round."""
    rng = np.random.default_rng(1)
    noise, labels = rng.random(400).tolist(), (rng.random(400) < 0.3).astype(float).tolist()
    found = fit_map(noise, labels)

    assert abs(found.apply(0.0) - 0.3) < 0.15
    assert abs(found.apply(1.0) - 0.3) < 0.15
    assert fit_map([1 - label for label in labels], labels, "platt").method == "mean"


def test_a_map_is_kept_in_a_file_and_known_by_its_digest(tmp_path: Path) -> None:
    """Read as written; the digest is of what it does, not of when it was made; a file that is no map is told."""
    found = fit_map(*_judged(60))
    file = tmp_path / "map.json"
    found.save(file)
    read = load_map(file)

    assert read == found
    assert read.digest == CalibrationMap(**{**_fields(found), "made_at": "later"}).digest
    assert read.digest != fit_map(*_judged(60, seed=9)).digest
    for text in ("", "{}", '{"format": 1}', '{"format": 1, "method": "isotonic", "points": []}', "[1]"):
        broken = tmp_path / "broken.json"
        broken.write_text(text)
        with pytest.raises(ConfigurationError, match="calibra"):
            load_map(broken)


def _fields(found: CalibrationMap) -> dict[str, object]:
    return {name: getattr(found, name) for name in CalibrationMap.__slots__}


def test_too_few_labels_are_no_fit() -> None:
    """Fewer than thirty, or all alike."""
    with pytest.raises(ConfigurationError, match="at least 30"):
        fit_map([0.1] * 29, [1.0] * 29)
    with pytest.raises(ConfigurationError, match="alike"):
        fit_map([0.1] * 40, [1.0] * 40)
    with pytest.raises(ConfigurationError, match="auto"):
        fit_map(*_judged(40), "magic")


def test_a_taste_for_length_is_found_and_a_just_judge_cleared() -> None:
    """0.1 more for each doubling, beyond what people give; a judge that follows people has none, although they do."""
    rng = np.random.default_rng(2)
    length = np.exp2(rng.uniform(5, 11, 400))
    human = 0.05 * np.log2(length) + rng.normal(0, 0.1, 400)
    noise = rng.normal(0, 0.05, 400)
    swayed = length_bias((human + 0.1 * np.log2(length) + noise).tolist(), human.tolist(), length.tolist())
    just = length_bias((human + noise).tolist(), human.tolist(), length.tolist())

    assert swayed is not None
    assert just is not None
    assert swayed.low < 0.1 < swayed.high  # type: ignore[operator]
    assert just.low < 0 < just.high  # type: ignore[operator]
    assert length_bias([1.0] * 20, [1.0] * 20, [5.0] * 20) is None


def test_a_taste_for_the_first_place_is_found() -> None:
    """60 of 100 pairs won by content, 40 by standing first: 20 points over half, and 60 % alike in both orders."""
    found = position_bias([("first", "second")] * 60 + [("first", "first")] * 40)

    assert found is not None
    assert found.first is not None
    assert found.first.value == pytest.approx(0.2)
    assert found.consistent.value == pytest.approx(0.6)
    assert position_bias([("tie", "tie")] * 5).first is None  # type: ignore[union-attr]
    assert position_bias([]) is None


def test_a_judge_that_favours_its_family_is_found() -> None:
    """0.2 more for its own than people say, when all others get 0.1 more, too: 0.1 of favour."""
    rng = np.random.default_rng(4)
    human, own = rng.random(300), rng.random(300) < 0.4
    judge = human + np.where(own, 0.2, 0.1) + rng.normal(0, 0.02, 300)
    found = self_preference(judge.tolist(), human.tolist(), own.tolist())

    assert found is not None
    assert found.value == pytest.approx(0.1, abs=0.01)
    assert found.low > 0  # type: ignore[operator]
    assert self_preference([1.0] * 20, [1.0] * 20, [True] * 20) is None


def test_a_score_that_only_knows_the_system_has_no_partial_correlation() -> None:
    """Systems differ in quality, the score is the system's mean with noise: r is high, within systems it is 0."""
    rng = np.random.default_rng(6)
    system = rng.integers(0, 5, 500)
    human, score = system + rng.normal(0, 1, 500), system + rng.normal(0, 0.5, 500)
    plain = correlations_of(score.tolist(), human.tolist()).pearson
    within = partial_correlation(score.tolist(), human.tolist(), system.tolist())

    assert plain is not None
    assert within is not None
    assert plain.value > 0.6
    assert within.low < 0 < within.high  # type: ignore[operator]


def test_length_control_takes_out_what_length_alone_wins() -> None:
    """Equal answers, a judge for whom the longer one wins nine times of ten; ours are mostly longer: 50 % in truth."""
    rng = np.random.default_rng(8)
    ours, other = rng.uniform(200, 2000, 800), rng.uniform(100, 1200, 800)
    wins = (rng.random(800) < np.where(ours > other, 0.9, 0.1)).astype(float)
    controlled = length_controlled_win_rate(wins, length_term(ours, other), np.zeros(800))

    assert wins.mean() > 0.65
    assert abs(controlled - 50) < 8
