"""Training runs, from the `with` block to the rows."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from spanglass.lineage import journal
from spanglass.lineage.dataset import dataset_ref
from spanglass.lineage.digest import content_of
from spanglass.lineage.upload import Uploader
from spanglass.training import current_run, training_run
from spanglass_collector.background import BackgroundCollector

Query = Callable[[str, str], list[tuple[object, ...]]]
RUN = "SELECT Status, Error, DatasetDigest, LineageId FROM training_runs FINAL WHERE RunId = {id:String}"


def test_a_run_is_told_from_start_to_end(delivered: Callable[[], None], rows: Query, tmp_path: Path) -> None:
    """Settings, numbers (also those that are none), checkpoint and the end are rows; the lineage is the data's."""
    (tmp_path / "train.jsonl").write_text('{"messages": []}\n')
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights" / "model.bin").write_bytes(b"\0" * 1000)
    with training_run("tuning", dataset=tmp_path / "train.jsonl", config={"lr": 0.1}, seed=7) as run:
        assert current_run() is run
        run.log(1, loss=2.5, name="not a number")
        run.log(2, loss=math.nan)
        run.checkpoint(tmp_path / "weights", 2)
    delivered()
    data = dataset_ref(tmp_path / "train.jsonl")
    assert rows(RUN, run.run_id) == [("finished", "", data.digest, data.lineage_id)]
    metrics = "SELECT Name, Step, isNaN(Value) FROM training_metrics FINAL WHERE RunId = {id:String} ORDER BY Step"
    assert rows(metrics, run.run_id) == [("loss", 1, 0), ("loss", 2, 1)]
    stored = rows("SELECT Digest, SizeBytes FROM checkpoints WHERE RunId = {id:String}", run.run_id)
    assert stored == [(content_of(tmp_path / "weights").digest, 1000)]


@pytest.mark.parametrize(
    ("error", "status"), [(ValueError("bad batch"), "failed"), (KeyboardInterrupt(), "interrupted")]
)
def test_how_a_run_ended_is_recorded(
    error: BaseException, status: str, delivered: Callable[[], None], rows: Query
) -> None:
    """An exception ends the run as failed, an interruption as interrupted; both go on to the caller."""
    with pytest.raises(type(error)), training_run("tuning") as run:
        raise error
    delivered()
    assert rows(RUN, run.run_id)[0][0] == status


def test_records_without_a_collector_are_delivered_later(
    records_folder: Path, shared_collector: BackgroundCollector, rows: Query
) -> None:
    """Offline, everything is in the journal; uploading it, even twice, makes the rows once."""
    with training_run("offline") as run:
        run.log(1, loss=1.0)
    journal.close(10)
    (file,) = records_folder.glob("*.jsonl")
    copy = file.with_name("copy.jsonl")
    copy.write_bytes(file.read_bytes())
    uploader = Uploader(f"http://{shared_collector.endpoints.otlp_http}", {})
    for path in (file, copy):
        assert uploader.deliver(path, 10).trouble == ""
    assert uploader.deliver(file, 10).sent == 0
    assert rows("SELECT count() FROM training_metrics FINAL WHERE RunId = {id:String}", run.run_id) == [(1,)]


def test_a_refused_record_does_not_hold_up_the_others(
    records_folder: Path, shared_collector: BackgroundCollector, rows: Query
) -> None:
    """What the collector will never take is set aside with the reason; the rest is stored."""
    with training_run("mixed") as run:
        pass
    journal.journal().add({"record": "training_run", "run_id": run.run_id})
    journal.close(10)
    journals = sorted(records_folder.glob("*.jsonl"))
    uploader = Uploader(f"http://{shared_collector.endpoints.otlp_http}", {})
    assert sum(uploader.deliver(file, 10).refused for file in journals) == 1
    (refused,) = records_folder.glob("*.refused")
    assert refused.read_text().startswith("# HTTP 400")
    assert rows(RUN, run.run_id)[0][0] == "finished"


def test_other_ranks_record_nothing(records_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of several processes that train together, rank 0 tells."""
    monkeypatch.setenv("RANK", "1")
    with training_run("distributed") as run:
        run.log(1, loss=1.0)
        assert run.register_model("m", "nowhere") is None
    journal.close(10)
    assert not records_folder.exists()


def test_a_registered_model_descends_from_its_run(delivered: Callable[[], None], rows: Query, tmp_path: Path) -> None:
    """The version is the artifact's content; run, dataset and lineage come along; the card shows the evaluation."""
    (tmp_path / "model.bin").write_bytes(b"weights of " + tmp_path.name.encode())
    with training_run("tuning") as run:
        ref = run.register_model("bot", tmp_path / "model.bin", evaluation={"eval_loss": 0.25})
    delivered()
    assert ref is not None
    columns = "RunId, LineageId, Evaluation['eval_loss'], position(Card, '| eval_loss | 0.25 |') > 0"
    stored = rows(f"SELECT {columns} FROM model_versions WHERE ModelVersion = {{id:String}}", str(ref))
    assert stored == [(run.run_id, run.lineage_id, 0.25, 1)]


def test_a_changed_export_is_known_by_its_own_content(tmp_path: Path) -> None:
    """The note beside an exported file counts only as long as the file is the one that was exported."""
    data = tmp_path / "train.jsonl"
    data.write_text("1\n")
    note = {"dataset": "d", "version": "abc", "digest": "ab" * 32, "lineage_id": "lin-1"}
    note["file_digest"] = content_of(data).digest
    data.with_name("train.jsonl.dataset.json").write_bytes(orjson.dumps(note))
    assert dataset_ref(data).name == "d@abc"
    data.write_text("2\n")
    assert dataset_ref(data).name == "train.jsonl"
