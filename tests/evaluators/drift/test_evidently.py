"""evidently measures what we measure where both use the same test, and takes our test where its own is wrong."""

from __future__ import annotations

import importlib
import os
from typing import Any

import numpy as np
import pytest

from spanglass_evaluators import Window
from spanglass_evaluators.drift.categorical import compare_categories
from spanglass_evaluators.drift.counted import count_categories
from spanglass_evaluators.drift.distances import jensen_shannon
from spanglass_evaluators.drift.numeric import compare_numbers
from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.reports.page import Page, drift_page

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(autouse=True)
def _needs_evidently() -> None:
    if not os.environ.get("CI"):
        pytest.importorskip("evidently", reason="pip install 'spanglass[reports]'")
    importlib.import_module("evidently")


def window(**columns: Any) -> Window:
    return Window(0, 1, {name: list(values) for name, values in columns.items()}, len(next(iter(columns.values()))))


def page(x: tuple[Any, Any], **settings: Any) -> Page:
    return drift_page(window(x=x[0]), window(x=x[1]), **settings)


def numbers() -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(0)
    return generator.lognormal(0, 1, 700), generator.lognormal(0.1, 1, 700)


def letters() -> tuple[list[str], list[str]]:
    generator = np.random.default_rng(1)
    return generator.choice(list("abcdefgh"), 1000).tolist(), generator.choice(list("abcdefgh"), 1000).tolist()


def test_kolmogorov_smirnov_agrees() -> None:
    """The exact p-value of theirs and the asymptotic one of ours differ by less than a tenth of them."""
    before, now = numbers()

    theirs = page((before, now), methods=("ks", "jensenshannon")).p_values["x"]

    assert compare_numbers(now, before).p_value == pytest.approx(theirs, rel=0.1)


def test_wasserstein_agrees() -> None:
    """Their "normed" distance divides by the reference's deviation, ours by that of both windows together."""
    before, now = numbers()

    theirs = page((before, now), methods=("wasserstein", "jensenshannon")).p_values["x"]

    ours = compare_numbers(now, before, test="wasserstein", permutations=19).statistic
    assert ours / np.std(before) == pytest.approx(theirs)


def test_jensen_shannon_agrees() -> None:
    """Of categories, in their base: e there, 2 here."""
    before, now = letters()

    theirs = page((before, now), methods=("ks", "jensenshannon")).p_values["x"]

    ours = float(jensen_shannon(count_categories(now, before)[0]))
    assert ours * np.sqrt(np.log(2)) == pytest.approx(theirs)


def test_our_test_stands_behind_their_page() -> None:
    """The p-values on the page are those of our verdicts."""
    assert page(numbers()).p_values["x"] == pytest.approx(compare_numbers(*numbers()[::-1]).p_value)
    assert page(letters()).p_values["x"] == pytest.approx(compare_categories(*letters()[::-1]).p_value)


def test_their_default_cries_wolf_and_ours_does_not() -> None:
    """30 pairs of windows of the same 8 letters: theirs alarms in a third of them or so, ours in one in twenty."""
    from evidently.legacy.calculations.stattests import chi_stat_test

    pandas = importlib.import_module("pandas")
    generator = np.random.default_rng(2)
    theirs, ours = [], []
    for _ in range(30):
        before, now = (generator.choice(list("abcdefgh"), 1000).tolist() for _ in range(2))
        theirs.append(chi_stat_test(pandas.Series(before), pandas.Series(now), "cat", 0.05).drift_score)
        ours.append(compare_categories(now, before).p_value)

    assert sum(p < 0.05 for p in theirs) >= 8
    assert sum(p < 0.05 for p in ours) <= 5


def test_texts_are_on_the_page_by_length_and_language() -> None:
    """evidently's own treatment of texts takes 10 s a column; and it ends at a small vocabulary."""
    texts = ["Where is my parcel, please? I have waited long."] * 40

    found = drift_page(window(output_text=texts), window(output_text=texts))

    assert found.p_values == {"output_text.length": 1.0, "output_text.language": 1.0}


def test_columns_without_values_are_left_out_and_named() -> None:
    """Theirs ends the whole run at the first one."""
    before, now = numbers()
    reference, current = window(x=before, y=[None] * 700), window(x=now, y=[1.0] * 700)

    found = drift_page(reference, current, presets=("drift", "summary"))

    assert list(found.p_values) == ["x"]
    assert found.left_out == ("y (0 -> 700 values)",)
    with pytest.raises(ConfigurationError, match="no column has 30 values"):
        drift_page(window(y=[None] * 9), window(y=[None] * 9))
