"""What a lifecycle record may hold: one model a table of `store/schema/0014_lineage.sql`.

On the wire a record is a JSON object; `record` names its kind, the other names are the table's columns in snake_case.
Times are ISO 8601 with an offset. Non-finite numbers are the strings "NaN", "Infinity" and "-Infinity".
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter

MAX_TEXT = 1 << 20
Name = Annotated[str, Field(min_length=1, max_length=200)]
Text = Annotated[str, Field(max_length=MAX_TEXT)]
Digest = Annotated[str, Field(pattern=r"^([0-9a-f]{12,64})?$")]
Labels = Annotated[dict[str, str], Field(max_length=1000)]
Count = Annotated[int, Field(ge=0, lt=1 << 63)]


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(timezone.utc)


class Record(BaseModel):
    """One row to be. Unknown names are refused: a misspelt one would otherwise be lost silently."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    table: ClassVar[str]

    def row(self) -> dict[str, Any]:
        """Column → value."""
        values = ((name, getattr(self, name)) for name in type(self).model_fields if name != "record")
        return {column(name): _utc(value) if isinstance(value, datetime) else value for name, value in values}


def column(field: str) -> str:
    """`dataset_digest` → `DatasetDigest`."""
    return "".join(part.capitalize() for part in field.split("_"))


class DatasetVersion(Record):
    """One immutable version of a dataset."""

    table: ClassVar[str] = "datasets"
    record: Literal["dataset"]
    dataset: Name
    version: Name
    digest: Digest
    lineage_id: Name
    created_at: AwareDatetime
    parent_digest: Digest = ""
    parent_lineage_id: str = ""
    source: Literal["traces", "file"]
    selection: Text = ""
    items: Count
    splits: dict[str, Count] = {}
    code_revision: str = ""
    data_revision: str = ""


class DatasetItem(Record):
    """One example of a dataset version."""

    table: ClassVar[str] = "dataset_items"
    record: Literal["dataset_item"]
    dataset_digest: Digest
    item_id: Digest
    split: Name
    trace_id: str = ""
    span_id: str = ""
    messages: Text
    rejected: Text = ""
    metadata: Labels = {}
    added_at: AwareDatetime


class TrainingRun(Record):
    """The state of a training run; sent again whenever it changes."""

    table: ClassVar[str] = "training_runs"
    record: Literal["training_run"]
    run_id: Name
    parent_run_id: str = ""
    resumed_from: str = ""
    name: Name
    status: Literal["running", "finished", "failed", "interrupted"]
    error: Text = ""
    started_at: AwareDatetime
    ended_at: AwareDatetime | None = None
    updated_at: AwareDatetime
    lineage_id: Name
    dataset: str = ""
    dataset_digest: Digest = ""
    base_model: str = ""
    adapter: Text = ""
    config: Text = ""
    seed: int | None = None
    code_revision: str = ""
    code_is_dirty: bool | None = None
    packages: Labels = {}
    hardware: Labels = {}
    world_size: Annotated[int, Field(ge=1, lt=1 << 31)] = 1


class TrainingMetric(Record):
    """One number of one step."""

    table: ClassVar[str] = "training_metrics"
    record: Literal["training_metric"]
    run_id: Name
    name: Name
    step: Count
    at: AwareDatetime
    value: float


class Checkpoint(Record):
    """Weights on disk."""

    table: ClassVar[str] = "checkpoints"
    record: Literal["checkpoint"]
    run_id: Name
    step: Count
    at: AwareDatetime
    uri: Text
    digest: Digest = ""
    size_bytes: Count | None = None


class ModelVersion(Record):
    """An artifact that can be deployed."""

    table: ClassVar[str] = "model_versions"
    record: Literal["model_version"]
    model: Name
    version: Name
    lineage_id: Name
    created_at: AwareDatetime
    uri: Text = ""
    digest: Digest = ""
    size_bytes: Count | None = None
    base_model: str = ""
    adapter: Text = ""
    quantisation: str = ""
    run_id: str = ""
    dataset_digest: Digest = ""
    evaluation: dict[str, float] = {}
    card: Text = ""


class ModelStage(Record):
    """A promotion: who put which version on which stage, and why."""

    table: ClassVar[str] = "model_stages"
    record: Literal["model_stage"]
    model: Name
    version: Name
    stage: Name
    at: AwareDatetime
    who: Name
    why: Text = ""
    digest: Digest = ""
    signature: str = ""
    public_key: str = ""


class Deployment(Record):
    """What runs where from now on."""

    table: ClassVar[str] = "deployments"
    record: Literal["deployment"]
    deployment_id: Name
    deployed_at: AwareDatetime
    environment: str = ""
    service: str = ""
    release: str = ""
    model_version: str = ""
    prompt_versions: Annotated[
        dict[str, str], BeforeValidator(lambda value: {k: str(v) for k, v in value.items()})
    ] = {}
    who: str = ""
    why: Text = ""
    lineage_id: str = ""


AnyRecord = Annotated[
    DatasetVersion | DatasetItem | TrainingRun | TrainingMetric | Checkpoint | ModelVersion | ModelStage | Deployment,
    Field(discriminator="record"),
]
RECORD: TypeAdapter[AnyRecord] = TypeAdapter(AnyRecord)
