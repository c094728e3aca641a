"""`spanglass judge` as a person uses it: judged traffic, people's labels, a map, an anchor set, a judge that drifts."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from evaluated_traffic import NOON_NS, SECOND, SettableClock
from judge_server import JudgeServer, texts_of, verdict
from typer.testing import CliRunner

from spanglass_app.cli import app
from spanglass_collector.background import BackgroundCollector
from spanglass_collector.store import ClickHouseStore
from spanglass_evaluators.config import from_mapping
from spanglass_evaluators.engine.span_loop import SpanLoop
from spanglass_evaluators.judge.calibration.map import load_map
from spanglass_evaluators.registry import BUILT_IN

OFF = {r.name: {"enabled": False} for r in BUILT_IN}
N = 60
HUMAN = "Project, ScoredAt, TargetKind, TraceId, SpanId, TargetTime, Name, Value, Source, Evaluator"


@dataclass
class Desk:
    """A project of its own in the shared store, judged by one judge through the engine."""

    store: ClickHouseStore
    url: str
    config: Path
    project: str
    table: dict[str, Any]

    def run(self, *arguments: str) -> Result:
        where = [] if arguments[0] == "try" else ["--store", self.url, "--project", self.project]
        return CliRunner().invoke(app, ["judge", *arguments, "--config", str(self.config), *where])

    def judge_traffic(self) -> None:
        """Answers whose text says how good they are; the engine claims, asks and writes."""
        columns = ["Project", "Timestamp", "ReceivedAt", "Kind", "TraceId", "SpanId", "OutputMessages", "ResponseModel"]
        rows = [
            [self.project, NOON_NS - i * SECOND, NOON_NS - i * SECOND, "llm", f"{i:032x}", f"{i:016x}",
             f"worth {1 + i % 5} points" + " really" * (i % 7), "gpt-x" if i % 2 else "other"]
            for i in range(N)
        ]  # fmt: skip
        self.store.insert("spans", rows, columns)
        where = {"where": f"Project = '{self.project}'"}
        jobs = from_mapping({"evaluators": OFF | {"mine": self.table | where}}).span_jobs
        SpanLoop(jobs, SettableClock(NOON_NS + SECOND)).backfill(self.store, NOON_NS - 3600 * SECOND, NOON_NS + SECOND)

    def label(self, values: dict[int, float]) -> None:
        rows = ", ".join(
            f"('{self.project}', now64(6), 'span', '{i:032x}', '{i:016x}', "
            f"fromUnixTimestamp64Nano({NOON_NS - i * SECOND}), 'good', {value}, 'human', 'ann')"
            for i, value in values.items()
        )
        self.store.command(f"INSERT INTO scores ({HUMAN}) VALUES {rows}")

    def rows(self, sql: str) -> list[Any]:
        return list(self.store.query(sql, {"project": self.project}).result_rows)


def honest(body: dict[str, Any]) -> str:
    return verdict(body, scores={"helpfulness": int(texts_of(body)["ANSWER"].split()[1])})


@pytest.fixture
def desk(
    shared_collector: BackgroundCollector, shared_store: ClickHouseStore, server: JudgeServer, tmp_path: Path
) -> Desk:
    server.reply = honest
    table = {"kind": "rubric", "model": "local", "base_url": server.url, "state_file": str(tmp_path / "judge.sqlite")}
    config = tmp_path / "spanglass.toml"
    config.write_text("[evaluators.mine]\n" + "".join(f'{name} = "{value}"\n' for name, value in table.items()))
    url = shared_collector.endpoints.store_url
    return Desk(shared_store, url, config, f"judge-{uuid.uuid4().hex[:8]}", table)


def test_a_judge_is_measured_and_mapped_to_people(desk: Desk, tmp_path: Path) -> None:
    """People say 1 from three points on: agreement and bias with intervals, and a map that changes the digest."""
    desk.judge_traffic()
    desk.label({i: float(i % 5 >= 2) for i in range(N)})
    out = tmp_path / "mine-1.json"

    told = desk.run("calibrate", "mine", "--human", "good", "--since", "all", "--out", str(out), "--family", "gpt")

    assert told.exit_code == 0, told.output
    assert "60 items labelled by both" in told.output
    for line in ("Cohen's kappa", "Spearman's rho", "gained by each doubling", "own family: gained"):
        assert line in told.output
    found = load_map(out)
    assert found.n == N
    assert found.apply(0.0) < 0.2 < 0.8 < found.apply(1.0)
    again = desk.run("calibrate", "mine", "--human", "good", "--since", "all", "--out", str(out))
    assert again.exit_code == 1
    assert "not overwritten" in again.output


def test_prevalence_is_put_right_by_few_labels(desk: Desk) -> None:
    """Every third item is labelled; the judge calls too few of them good, the corrected share is people's."""
    desk.judge_traffic()
    desk.label({i: float(i % 5 >= 2) for i in range(0, N, 3)})

    told = desk.run("prevalence", "mine", "--human", "good", "--since", "all", "--threshold", "0.75")

    assert told.exit_code == 0, told.output
    assert "60 judged, 20 of them labelled" in told.output
    lines = {line.strip()[:10]: line.split() for line in told.output.splitlines()}
    assert "Rogan-Glad" in lines
    assert "0.400" in told.output  # the judge alone: four and five points of five


def test_a_judge_that_drifts_is_caught_by_its_anchors(desk: Desk, server: JudgeServer, tmp_path: Path) -> None:
    """The same answers again, not from the cache: first as before, then by a judge that has become mild."""
    desk.judge_traffic()
    anchors = tmp_path / "anchors.jsonl"

    frozen = desk.run("anchor", "freeze", "mine", "--file", str(anchors), "--n", "40", "--since", "all")
    steady = desk.run("anchor", "run", "mine", "--file", str(anchors))
    server.reply = lambda body: verdict(body, scores={"helpfulness": 5})
    drifted = desk.run("anchor", "run", "mine", "--file", str(anchors))

    assert frozen.exit_code == 0, frozen.output
    assert anchors.stat().st_mode & 0o077 == 0
    assert (steady.exit_code, drifted.exit_code) == (0, 2), steady.output + drifted.output
    assert "32 of 40 differ" in drifted.output
    scores = desk.rows(
        "SELECT count(), uniq(TargetTime) FROM scores FINAL WHERE Project = {project:String} AND Name = 'mine.anchor'"
    )
    assert scores == [(80, 2)]
    windows = desk.rows(
        "SELECT Drifted, N, EffectSize > 0.2 FROM window_scores FINAL WHERE Project = {project:String} "
        "AND Name = 'drift' AND Feature = 'anchor:mine' ORDER BY ScoredAt"
    )
    assert windows == [(False, 40, False), (True, 40, True)]


def test_anchors_are_of_one_judge_as_it_was_set(desk: Desk, tmp_path: Path) -> None:
    """A changed rubric is another judge: its difference would not be drift."""
    desk.judge_traffic()
    anchors = tmp_path / "anchors.jsonl"
    desk.run("anchor", "freeze", "mine", "--file", str(anchors), "--n", "20", "--since", "all")
    desk.config.write_text(desk.config.read_text() + "scale = [0, 10]\n")

    told = desk.run("anchor", "run", "mine", "--file", str(anchors))

    assert told.exit_code == 1
    assert "freeze a new one" in told.output


def test_a_judge_is_tried_on_one_answer(desk: Desk) -> None:
    """Value, cost and explanation; a name that is no judge is told with the judges there are."""
    tried = desk.run("try", "mine", "--question", "How much?", "--answer", "worth 2 points")
    missing = desk.run("try", "yours", "--answer", "x")

    assert "value 0.250" in tried.output
    assert "because" in tried.output
    assert missing.exit_code == 1
    assert "there are mine" in missing.output


def test_labels_may_come_from_a_file(desk: Desk, tmp_path: Path) -> None:
    """With the orders of a pairwise judge: position bias beside agreement. A wrong line is named."""
    csv = tmp_path / "labels.csv"
    lines = [f"{i % 2},{i % 2},{100 + i},{i % 3},first,{'first' if i % 4 == 0 else 'second'}" for i in range(40)]
    csv.write_text("\n".join(["judge,human,length,own,straight,swapped", *lines]))
    told = desk.run("calibrate", "mine", "--csv", str(csv))
    csv.write_text("judge,human\n1,yes\n")
    wrong = desk.run("calibrate", "mine", "--csv", str(csv))

    assert told.exit_code == 0, told.output
    assert "alike in both orders" in told.output
    assert "0.750" in told.output
    assert wrong.exit_code == 1
    assert "labels.csv:2: human = 'yes'" in wrong.output


def test_what_a_judge_spent_is_shown_by_day(desk: Desk) -> None:
    """One call, without a price."""
    desk.run("try", "mine", "--answer", "worth 2 points")

    told = CliRunner().invoke(app, ["judge", "spent", "mine", "--config", str(desk.config)])

    assert told.output.splitlines()[-1].split()[1:] == ["1", "0.000000", "1"]
