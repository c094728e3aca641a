"""Every evaluator and every setting is in docs/evaluators."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from spanglass_evaluators.bias.bbq_answers import BbqConfig
from spanglass_evaluators.bias.counterfactual import CounterfactualConfig
from spanglass_evaluators.bias.group_gap import GroupGapConfig
from spanglass_evaluators.bias.group_rates import GroupRatesConfig
from spanglass_evaluators.config import EngineConfig, from_mapping
from spanglass_evaluators.drift.config import DriftConfig
from spanglass_evaluators.drift.performance import PerformanceConfig
from spanglass_evaluators.drift.streams import StreamConfig
from spanglass_evaluators.engine.windows import WindowPlan
from spanglass_evaluators.judge.endpoint import ModelConfig
from spanglass_evaluators.judge.pairwise import PairwiseConfig
from spanglass_evaluators.judge.rubric import RubricConfig
from spanglass_evaluators.judge.settings import AccessConfig, RunConfig
from spanglass_evaluators.quality.grounding.groundedness import GroundednessConfig
from spanglass_evaluators.quality.matching import RULES
from spanglass_evaluators.quality.reference_match import ReferenceMatchConfig
from spanglass_evaluators.quality.refusal import RefusalConfig
from spanglass_evaluators.registry import BUILT_IN
from spanglass_evaluators.safety import settings as safety

DOCS = Path(__file__).parents[2] / "docs" / "evaluators"
JUDGE_CONFIGS = (ModelConfig, AccessConfig, RunConfig, RubricConfig, PairwiseConfig)
IN_THE_FILE = {"window_s": "window", "every_s": "every", "chunk_s": "chunk"}


@pytest.mark.parametrize(
    ("config", "page"),
    [
        (EngineConfig, "README.md"),
        (WindowPlan, "README.md"),
        (DriftConfig, "drift.md"),
        (StreamConfig, "drift.md"),
        (PerformanceConfig, "drift.md"),
        (GroupGapConfig, "group_gap.md"),
        (CounterfactualConfig, "counterfactual.md"),
        (GroupRatesConfig, "fairness.md"),
        (BbqConfig, "bbq.md"),
        (RefusalConfig, "refusal.md"),
        (GroundednessConfig, "groundedness.md"),
        (ReferenceMatchConfig, "reference_match.md"),
        (safety.PiiConfig, "pii.md"),
        (safety.SecretsConfig, "secrets.md"),
        (safety.InjectionConfig, "injection.md"),
        (safety.LeakConfig, "leak.md"),
        (safety.LinksConfig, "exfiltration.md"),
        (safety.CodeConfig, "unsafe_code.md"),
        (safety.TopicsConfig, "topics.md"),
        *((config, "judge.md") for config in JUDGE_CONFIGS),
    ],
)
def test_settings_are_documented(config: type, page: str) -> None:
    """Each by the name it has in the file."""
    text = (DOCS / page).read_text(encoding="utf-8")

    assert [f.name for f in fields(config) if f"`{IN_THE_FILE.get(f.name, f.name)}`" not in text] == []


def test_evaluators_and_rules_are_documented() -> None:
    """Names as they stand in scores and metadata."""
    readme, rules = ((DOCS / page).read_text(encoding="utf-8") for page in ("README.md", "reference_match.md"))

    assert [r.name for r in BUILT_IN if f"`{r.name}`" not in readme] == []
    assert [rule for rule in RULES if f"`{rule}`" not in rules] == []


def test_the_example_settings_are_right() -> None:
    """What the page shows can be copied into spanglass.toml."""
    tomllib = pytest.importorskip("tomllib")
    page = (DOCS / "README.md").read_text(encoding="utf-8")
    example, *others = (block.split("```")[0] for block in page.split("```toml")[1:])

    config = from_mapping(tomllib.loads(example))
    for other in others:
        from_mapping(tomllib.loads(other))

    assert [job.evaluator.name for job in config.window_jobs] == ["drift", "drift", "drift", "drift", "group_gap"]
