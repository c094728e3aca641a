"""Settings become jobs, and wrong settings are told with what would be right."""

from __future__ import annotations

from typing import Any

import pytest

from spanglass_evaluators import evaluator
from spanglass_evaluators.bias.group_gap import GroupGap
from spanglass_evaluators.config import EvaluationConfig, from_mapping
from spanglass_evaluators.digest import config_digest
from spanglass_evaluators.drift.drift import Drift
from spanglass_evaluators.engine.limits import Budget, Limits
from spanglass_evaluators.engine.sampling import Sample, Strata
from spanglass_evaluators.errors import ConfigurationError, DuplicateEvaluatorError
from spanglass_evaluators.quality.refusal import RefusalConfig
from spanglass_evaluators.registration import Registration
from spanglass_evaluators.registry import BUILT_IN, by_name

KEPT = ("reference_match", "refusal")
QUIET = {r.name: {"enabled": False} for r in BUILT_IN if r.enabled_by_default and r.name not in KEPT}
"""All but two of the defaults off: their weights and rules are other tests' business."""


@evaluator(name="shout", version="3")
def shout(text: str) -> bool:
    return text.isupper()


def names(config: EvaluationConfig) -> list[str]:
    return [job.evaluator.name for job in config.span_jobs]


def test_without_settings_the_defaults_run() -> None:
    """Span evaluators that are registered so, and one drift comparison."""
    config = from_mapping({})

    assert names(config) == [r.name for r in BUILT_IN if r.enabled_by_default]
    assert set(KEPT) < set(names(config))
    assert [type(job.evaluator) for job in config.window_jobs] == [Drift]


def test_settings_reach_their_places() -> None:
    """Selection, evaluator settings, window plans and thresholds."""
    config = from_mapping(
        {
            "evaluators": QUIET
            | {
                "refusal": {"sample": 0.1, "batch_rows": 50, "opening_chars": 99},
                "reference_match": {"enabled": False},
            },
            "drift": [
                {
                    "label": "weekly", "window": "7d", "every": "15m", "features": ["OutputTokens"],
                    "reference": {"start": "2026-01-01", "end": "2026-02-01T00:00:00Z", "where": "1"},
                }
            ],
            "bias": [{"attribute": "metadata.gender", "min_group": 100}],
        }
    )  # fmt: skip

    [refusal], [drift, bias] = config.span_jobs, config.window_jobs
    assert (refusal.selection.sample, refusal.selection.batch_rows) == (Sample(0.1), 50)
    assert refusal.evaluator.config == RefusalConfig(opening_chars=99)
    assert (drift.plan.window_s, drift.plan.every_s, drift.plan.label) == (604_800, 900, "weekly")
    assert drift.plan.reference.start_ns == 1_767_225_600 * 10**9
    assert drift.evaluator.config.features == ("OutputTokens",)
    assert isinstance(bias.evaluator, GroupGap)
    assert bias.evaluator.config.min_group == 100


def test_samples_limits_and_budgets_reach_the_engine() -> None:
    """All that is the engine's; the evaluator never sees it."""
    config = from_mapping(
        {
            "evaluators": QUIET
            | {
                "refusal": {
                    "sample": {"share": 0.1, "always": "StatusCode = 'Error'"},
                    "batches_at_once": 4, "batch_timeout_s": 9, "retries": 0, "budget": {"usd_per_day": 5},
                },
                "reference_match": {"sample": {"by": "RequestModel", "n": 20, "per": "15m"}, "settle_s": 5},
            }
        }
    )  # fmt: skip

    by_name = {job.evaluator.name: job for job in config.span_jobs}
    assert by_name["refusal"].selection.sample == Sample(0.1, "StatusCode = 'Error'")
    assert by_name["refusal"].limits == Limits(4, 9, 0, Budget(usd_per_day=5))
    assert by_name["reference_match"].selection.sample == Sample(strata=Strata("RequestModel", 20, 900))
    assert by_name["reference_match"].selection.settle_s == 5


def test_a_function_of_the_users_is_loaded() -> None:
    """`load` names a decorated function in any module that can be imported."""
    config = from_mapping({"evaluators": QUIET | {"shout": {"load": f"{__name__}:shout"}}})

    assert names(config) == ["reference_match", "refusal", "shout"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"evaluators": {"guess": {}}}, "no such evaluator; there are reference_match, refusal"),
        ({"evaluators": {"refusal": {"chars": 1}}}, "no setting 'chars'; it has opening_chars"),
        ({"evaluators": {"refusal": {"sample": 0}}}, "sample = 0: use a share above 0"),
        ({"evaluators": {"refusal": True}}, "use a table"),
        ({"evaluators": {"refusal": {"sample": {"part": 1}}}}, "it has share, always, by, n, per, shares"),
        ({"evaluators": {"refusal": {"sample": {"n": 1}}}}, "need by"),
        ({"evaluators": {"refusal": {"sample": {"by": "Kind"}}}}, "give either n"),
        ({"evaluators": {"refusal": {"sample": {"share": 2}}}}, "2 is no share"),
        ({"evaluators": {"refusal": {"budget": {"usd": 2}}}}, "no setting 'usd'; it has calls_per_hour"),
        ({"evaluators": {"refusal": {"batches_at_once": 0}}}, "batches_at_once is at least 1"),
        ({"evaluators": {"refusal": {"batch_rows": 0}}}, "use 1 or more"),
        ({"evaluators": {"mine": {"load": "no.such:thing"}}}, "names nothing"),
        ({"evaluators": {"mine": {"load": "math:pi"}}}, "evaluators.mine"),
        ({"evaluators": {"mine": {"load": "math"}}}, 'load = .math.: write "module:attribute"'),
        ({"evaluators": {"mine": {"kind": "rubrik"}}}, "evaluators.mine.kind = 'rubrik': use one of rubric, reference"),
        ({"evaluation": {"interval": 5}}, "it has interval_s"),
        ({"drift": {}}, r"write \[\[drift\]\]"),
        ({"drift": [{"window": "fast"}]}, r"drift\[0\].window = 'fast'"),
        ({"drift": [{"reference": {"start": "yesterday"}}]}, "use a date or time"),
        ({"drift": [{"reference": {"begin": 1}}]}, "it has start, end, where"),
        ({"drift": [{"anchor": "then"}]}, "use one of now, latest"),
        ({"bias": [{}]}, "attribute is missing"),
    ],
)
def test_wrong_settings_are_told(settings: dict[str, Any], message: str) -> None:
    """The message names the setting and what would be right."""
    settings["evaluators"] = QUIET | settings.get("evaluators", {})
    with pytest.raises(ConfigurationError, match=message):
        from_mapping(settings)


def test_two_evaluators_of_one_name_are_refused() -> None:
    """Their scores could not be told apart."""
    with pytest.raises(DuplicateEvaluatorError):
        by_name([*BUILT_IN, Registration("refusal", BUILT_IN[0].build)])
    with pytest.raises(DuplicateEvaluatorError):
        from_mapping({"evaluators": QUIET | {x: {"load": f"{__name__}:shout"} for x in ("a", "b")}})


def test_a_digest_is_of_the_content() -> None:
    """Equal configurations have equal digests, different ones do not."""
    assert config_digest(RefusalConfig()) == config_digest(RefusalConfig(opening_chars=320))
    assert config_digest(RefusalConfig()) != config_digest(RefusalConfig(opening_chars=321))


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"evaluators": {"toxicity": {"threshold": "high"}}}, "evaluators.toxicity.threshold = 'high': use a number"),
        (
            {"evaluators": {"x": {"kind": "rubric", "model": "m", "criteria": "help: is it of help?"}}},
            "criteria = 'help: is it of help?': use a list [...], each of it text in quotes",
        ),
        ({"evaluators": {"refusal": {"batch_rows": "many"}}}, "batch_rows = 'many': use a whole number"),
        ({"drift": [{"permutations": 0}]}, "least p-value is 1/1, never below alpha = 0.05; use 20 or more"),
        ({"drift": [{"alpha": 2}]}, "alpha = 2: use a share between 0 and 1"),
        ({"bias": [{"attribute": "metadata.g", "correction": "none"}]}, "correction = 'none': use one of fdr_bh, holm"),
        ({"expected_performance": [{"score": "score:a"}]}, "expected_performance[0] needs a setting 'truth'"),
    ],
)
def test_a_value_of_another_type_is_told_as_toml_has_it(settings: dict[str, Any], says: str) -> None:
    """Not as a TypeError from within an evaluator, hours later or never."""
    with pytest.raises(ConfigurationError) as error:
        from_mapping(settings)
    assert says in str(error.value)
