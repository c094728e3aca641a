"""A judge's table in spanglass.toml: [evaluators.NAME] with `kind`. docs/evaluators/judge.md explains every setting."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.job_settings import SETTINGS
from spanglass_evaluators.judge.ask import Judge, Patience
from spanglass_evaluators.judge.cache import VerdictCache
from spanglass_evaluators.judge.calibration.map import CalibrationMap, load_map
from spanglass_evaluators.judge.endpoint import Endpoint, ModelConfig
from spanglass_evaluators.judge.file import JudgeFile
from spanglass_evaluators.judge.ledger import Bounds, Ledger
from spanglass_evaluators.judge.pairwise import Pairwise, PairwiseConfig
from spanglass_evaluators.judge.panel import Panel
from spanglass_evaluators.judge.price import TokenPrice, library_price
from spanglass_evaluators.judge.rubric import Rubric, RubricConfig
from spanglass_evaluators.registration import Options, configured

KINDS = ("rubric", "reference", "pairwise")
_FORMATS = ("auto", "json_schema", "json_object", "text")
_REFERENCE_CRITERION = (
    "correctness: Does the answer say the same as the reference, leaving out and adding nothing that matters?"
)


@dataclass(frozen=True, slots=True)
class AccessConfig:
    """How a model is reached, and its price per million tokens (0: the price library's); no part of the digest."""

    api_key_env: str = "OPENAI_API_KEY"
    provider: str = ""
    input_usd_per_million: float = 0.0
    output_usd_per_million: float = 0.0


@dataclass(frozen=True, slots=True)
class RunConfig:
    """How the judges are asked; no part of the digest. Times in seconds."""

    timeout_s: float = 60.0
    attempts: int = 4
    longest_wait_s: float = 30.0
    concurrency: int = 8
    cache: bool = True
    state_file: str = "spanglass-data/judge.sqlite"
    max_calls_per_day: int = 1000
    max_calls_per_run: int = 0
    max_usd_per_day: float = 0.0
    max_usd_per_run: float = 0.0


def build(options: Options, name: str, *, environ: Mapping[str, str] = os.environ) -> Rubric | Pairwise:
    """The judge of a table. Raises ConfigurationError."""
    where = f"evaluators.{name}"
    own = dict(options)
    kind = own.pop("kind", "rubric")
    if kind not in KINDS:
        raise ConfigurationError(f"{where}.kind = {kind!r}: use one of {', '.join(KINDS)}")
    run = configured(RunConfig, _taken(own, RunConfig), where)
    tables = _judge_tables(own, where)
    models = tuple(configured(ModelConfig, _taken(dict(table), ModelConfig), where) for table in tables)
    access = [configured(AccessConfig, _taken(dict(table), AccessConfig), where) for table in tables]
    _check_formats(models, where)
    found = load_map(Path(own.pop("calibration"))) if own.get("calibration") else None
    panel = _panel(name, run, models, access, environ)
    return _evaluator(kind, name, own | {"models": models, "calibration": found.digest if found else ""}, panel, found)


def judge_named(tables: Mapping[str, Any], name: str) -> Rubric | Pairwise:
    """The judge of [evaluators.NAME], out of all tables under [evaluators]. Raises ConfigurationError."""
    table = tables.get(name)
    if not isinstance(table, Mapping) or table.get("kind") not in KINDS:
        judges = [n for n, t in tables.items() if isinstance(t, Mapping) and t.get("kind") in KINDS]
        known = f"there are {', '.join(judges)}" if judges else "there is none"
        raise ConfigurationError(f"{name!r} is no judge of the settings ({known}): write [evaluators.{name}] with kind")
    return build({key: value for key, value in table.items() if key not in (*SETTINGS, "enabled")}, name)


def ledger_of(tables: Mapping[str, Any], name: str) -> Ledger:
    """The book of a judge. Raises ConfigurationError."""
    run = configured(RunConfig, _taken(dict(tables.get(name, {})), RunConfig), f"evaluators.{name}")
    return Ledger(JudgeFile(Path(run.state_file)), name, Bounds())


def _evaluator(
    kind: str, name: str, own: dict[str, Any], panel: Panel, found: CalibrationMap | None
) -> Rubric | Pairwise:
    where = f"evaluators.{name}"
    calibrate = found.apply if found else None
    if kind == "pairwise":
        return Pairwise(name, configured(PairwiseConfig, own, where).checked(where), panel, calibrate)
    if kind == "reference":
        own = {"criteria": (_REFERENCE_CRITERION,), "reference": True} | own
    return Rubric(name, configured(RubricConfig, own, where).checked(where), panel, calibrate)


def _taken(options: dict[str, Any], config: type[Any]) -> dict[str, Any]:
    """The options that are fields of `config`, taken out of `options`."""
    return {f.name: options.pop(f.name) for f in fields(config) if f.name in options}


def _judge_tables(own: dict[str, Any], where: str) -> list[dict[str, Any]]:
    """One table a judge: `judges`, each on top of what the evaluator's table says of models and access."""
    shared = _taken(own, ModelConfig) | _taken(own, AccessConfig)
    tables = own.pop("judges", [{}])
    if not isinstance(tables, Sequence) or not tables or not all(isinstance(table, Mapping) for table in tables):
        raise ConfigurationError(f"{where}.judges is a list of tables: write [[{where}.judges]] with a model in each")
    known = {f.name for config in (ModelConfig, AccessConfig) for f in fields(config)}
    for table in tables:
        for setting in table:
            if setting not in known:
                raise ConfigurationError(
                    f"{where}.judges has no setting {setting!r}; it has {', '.join(sorted(known))}"
                )
    joined = [shared | dict(table) for table in tables]
    if not all(table.get("model") for table in joined):
        raise ConfigurationError(f'{where} names no model: write model = "..." as the endpoint calls it')
    return joined


def _check_formats(models: Sequence[ModelConfig], where: str) -> None:
    for model in models:
        if model.reply_format not in _FORMATS:
            raise ConfigurationError(f"{where}.reply_format = {model.reply_format!r}: use one of {', '.join(_FORMATS)}")


def _panel(
    name: str, run: RunConfig, models: Sequence[ModelConfig], access: Sequence[AccessConfig], environ: Mapping[str, str]
) -> Panel:
    file = JudgeFile(Path(run.state_file))
    bounds = Bounds(run.max_calls_per_day, run.max_calls_per_run, run.max_usd_per_day, run.max_usd_per_run)
    ledger = Ledger(file, name, bounds)
    cache = VerdictCache(file) if run.cache else None
    patience = Patience(run.attempts, longest_wait_s=run.longest_wait_s)
    judges = [
        Judge(
            model,
            Endpoint(model, environ.get(reach.api_key_env, ""), timeout_s=run.timeout_s),
            ledger,
            cache=cache,
            price=_price(model, reach, bounds, name),
            patience=patience,
        )
        for model, reach in zip(models, access, strict=True)
    ]
    return Panel(judges, at_once=max(1, run.concurrency))


def _price(model: ModelConfig, access: AccessConfig, bounds: Bounds, name: str) -> TokenPrice | None:
    if access.input_usd_per_million or access.output_usd_per_million:
        given = access.input_usd_per_million / 1e6
        return TokenPrice(given, given, access.output_usd_per_million / 1e6)
    price = library_price(access.provider, model.model)
    if price is None and bounds.of_money:
        raise ConfigurationError(
            f"evaluators.{name}: a bound in USD needs a price, and nobody knows that of {model.model!r}: "
            "set input_usd_per_million and output_usd_per_million, or bound max_calls_per_day instead"
        )
    return price
