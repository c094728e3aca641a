"""AlpacaEval's win rates from the recorded preferences of its GPT-4 judge, plain and length-controlled."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr

from benchmarks.eval_report.measured import Measured
from spanglass_evaluators.judge.calibration.estimate import Numbers
from spanglass_evaluators.judge.calibration.win_rate import (
    instruction_difficulty,
    length_controlled_win_rate,
    length_term,
    standard_error,
    win_rate,
)

TITLE = "Judges: win rates of AlpacaEval"

MODELS = ("claude-2", "gpt-3.5-turbo-1106", "vicuna-13b", "alpaca-7b")
JUDGE = "recorded GPT-4-turbo"


@dataclass
class Board:
    """Preferences (0 to 1, nan: none) and lengths in characters by model, over the same prompts in order."""

    baseline: dict[str, int] = field(default_factory=dict)
    preferences: dict[str, Numbers] = field(default_factory=dict)
    lengths: dict[str, Numbers] = field(default_factory=dict)
    published: dict[str, dict[str, str]] = field(default_factory=dict)

    def put(self, model: str, prompt: int, preference: float, length: int) -> None:
        for table, value in ((self.preferences, preference), (self.lengths, float(length))):
            table.setdefault(model, np.full(len(self.baseline), np.nan))[prompt] = value

    def length_controlled(self) -> dict[str, float]:
        """By model; the difficulty of the prompts comes from all models together."""
        other = np.array(list(self.baseline.values()), dtype=np.float64)
        terms = [length_term(np.where(np.isfinite(each), each, other), other) for each in self.lengths.values()]
        preferences = np.array(list(self.preferences.values()))
        difficulty = instruction_difficulty(preferences, np.array(terms))
        seen = np.isfinite(preferences)
        return {
            model: length_controlled_win_rate(preferences[i][seen[i]], terms[i][seen[i]], difficulty[seen[i]])
            for i, model in enumerate(self.preferences)
        }


def read_board(data: Path) -> Board:
    folder, board = data / "alpaca_eval", Board()
    with gzip.open(folder / "prompts_and_gpt4_1106_baseline.jsonl.gz", "rt", encoding="utf-8") as lines:
        board.baseline = {row["id"]: len(row["baseline_output"]) for row in map(json.loads, lines)}
    place = {prompt: i for i, prompt in enumerate(board.baseline)}
    with gzip.open(folder / "model_outputs.jsonl.gz", "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            board.put(row["model"], place[row["id"]], row["preference"] - 1, len(row["output"]))
    with gzip.open(folder / "preferences_other_models.csv.gz", "rt", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            board.put(row["model"], place[row["id"]], float(row["preference"]) - 1, int(row["output_chars"]))
    with gzip.open(folder / "leaderboard.csv.gz", "rt", encoding="utf-8") as lines:
        board.published = {row["model"]: row for row in csv.DictReader(lines)}
    return board


def rows(data: Path) -> Iterator[Measured]:
    """Win rates and standard errors to the printed precision; length control beside the leaderboard's."""
    board = read_board(data)
    for model in MODELS:
        preferences, published = board.preferences[model], board.published[model]
        found = win_rate(preferences)
        yield Measured(
            JUDGE, f"alpaca_eval {model}", "win rate, %", found.value, len(preferences), low=found.low, high=found.high,
            reference=float(published["win_rate"]), reference_is="published", tolerance=0.01,
            headline=model == MODELS[0],
        )  # fmt: skip
        yield Measured(
            JUDGE, f"alpaca_eval {model}", "standard error, points", standard_error(preferences), len(preferences),
            reference=float(published["standard_error"]), reference_is="published", tolerance=0.001,
        )  # fmt: skip
    yield from _over_all(board)


def _over_all(board: Board) -> Iterator[Measured]:
    plain = {m: float(100 * np.nanmean(p)) for m, p in board.preferences.items()}
    largest = max(abs(plain[m] - float(board.published[m]["win_rate"])) for m in plain)
    data = f"alpaca_eval, {len(plain)} models"
    yield Measured(
        JUDGE, data, "win rate, largest difference from the leaderboard, points", largest,
        len(plain), reference=0.0, reference_is="published", tolerance=0.01,
    )  # fmt: skip
    controlled = board.length_controlled()
    published = {m: float(board.published[m]["length_controlled_winrate"]) for m in controlled}
    gaps = np.array([abs(controlled[m] - published[m]) for m in controlled])
    order = float(spearmanr(list(controlled.values()), list(published.values())).statistic)
    for metric, value in (("mean", gaps.mean()), ("largest", gaps.max())):
        yield Measured(
            JUDGE, data,
            f"length-controlled win rate, {metric} difference from the leaderboard, points", float(value), len(plain),
            note="the leaderboard took the difficulty of prompts from all its models, we from these",
        )  # fmt: skip
    yield Measured(
        JUDGE, data, "rank correlation of length-controlled win rates with the leaderboard", order, len(plain),
        headline=True,
    )  # fmt: skip


def pictures(data: Path, folder: Path) -> list[Path]:
    """Plain and length-controlled, ours against the leaderboard's."""
    from matplotlib.figure import Figure

    board = read_board(data)
    ours = {
        "win rate, %": ({m: 100 * np.nanmean(p) for m, p in board.preferences.items()}, "win_rate"),
        "length-controlled win rate, %": (board.length_controlled(), "length_controlled_winrate"),
    }
    canvas = Figure(figsize=(8, 3.6), layout="constrained")
    for axes, (title, (found, column)) in zip(canvas.subplots(1, 2), ours.items(), strict=True):
        published = [float(board.published[model][column]) for model in found]
        axes.plot([1, 80], [1, 80], color="#999999", linewidth=0.8)
        axes.plot(published, list(found.values()), "o", color="#1d4e6b", markersize=4)
        axes.set(xscale="log", yscale="log", title=title, xlabel="leaderboard", ylabel="from the recorded preferences")
    file = folder / "alpaca_win_rates.png"
    canvas.savefig(file, dpi=90)
    return [file]
