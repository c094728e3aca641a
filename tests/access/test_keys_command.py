"""`spanglass keys` as a person uses it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from spanglass_app.cli import app
from spanglass_collector.access import Access, AccessConfig, Scope, Unauthenticated

runner = CliRunner()


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


def _run(data_dir: Path, *arguments: str) -> Result:
    return runner.invoke(app, ["keys", *arguments, "--data-dir", str(data_dir)])


def _opens(data_dir: Path, secret: str, scope: Scope = Scope.INGEST) -> bool:
    try:
        Access(AccessConfig(data_dir / "keys.json", is_required=True)).admit({"x-api-key": secret}, scope)
    except Unauthenticated:
        return False
    return True


def test_create_prints_the_key_once(data_dir: Path) -> None:
    """Alone on standard output, so that scripts can take it; never again afterwards."""
    made = _run(data_dir, "create", "--scope", "read", "--scope", "ingest", "--project", "shop", "--name", "ci")
    secret = made.stdout.strip()
    assert _opens(data_dir, secret)
    listed = _run(data_dir, "list").stdout
    assert secret[:11] in listed
    assert secret not in listed
    assert all(word in listed for word in ("shop", "ci", "ingest, read", "active", "never"))


def test_a_key_that_reads_everything_says_so(data_dir: Path) -> None:
    """Free SQL knows no projects."""
    assert "read everything" in _run(data_dir, "create", "--scope", "read", "--all-projects").stderr
    assert "read everything" not in _run(data_dir, "create", "--scope", "read").stderr


def test_rotate_leaves_an_overlap(data_dir: Path) -> None:
    """Both work, or only the new one when there is no overlap."""
    first = _run(data_dir, "create").stdout.strip()
    second = _run(data_dir, "rotate", first[:11]).stdout.strip()
    assert _opens(data_dir, first)
    assert _opens(data_dir, second)
    third = _run(data_dir, "rotate", second[:11], "--overlap", "0s").stdout.strip()
    assert not _opens(data_dir, second)
    assert _opens(data_dir, third)


def test_revoke_ends_a_key(data_dir: Path) -> None:
    """At once."""
    secret = _run(data_dir, "create").stdout.strip()
    assert _run(data_dir, "revoke", secret[:11]).exit_code == 0
    assert not _opens(data_dir, secret)
    assert "revoked" in _run(data_dir, "list").stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["revoke", "sg_nothere"], "spanglass keys list"),
        (["create", "--project", "a b"], "letters, digits"),
        (["create", "--expires", "soon"], "90d"),
    ],
)
def test_mistakes_are_explained(data_dir: Path, arguments: list[str], says: str) -> None:
    """In one line that says what would be right."""
    answer = _run(data_dir, *arguments)
    assert answer.exit_code == 1
    assert says in " ".join(answer.stderr.split())
