"""docs/deploy and the systemd unit name commands, files and statements that exist."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from spanglass_collector.store import ClickHouseStore
from tests.deploy.files import REPOSITORY, check_command, variables_of_code

DOCS = REPOSITORY / "docs" / "deploy"
PAGES = [*sorted(DOCS.glob("*.md")), REPOSITORY / "docs" / "dashboards.md"]
UNIT = REPOSITORY / "deploy" / "systemd" / "spanglass.service"


def _text(page: Path) -> str:
    return page.read_text(encoding="utf-8").replace("\\\n", " ")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_exists(page: Path) -> None:
    """`spanglass …` in blocks and in running text, with its options."""
    found = re.findall(r"(?:^|[\s`/(])spanglass ((?:[a-z]+)(?: [^`\n|&]*)?)", _blocks(_text(page)), re.MULTILINE)
    for words in found:
        check_command([word for word in shlex.split(words) if word != "…"])


def _blocks(text: str) -> str:
    """Lines of console blocks that start with a prompt, and `code` in running text that is a command of ours."""
    lines = re.findall(r"^[$#] (.*)$", text, re.MULTILINE)
    inline = re.findall(r"`((?:/opt/spanglass/bin/)?spanglass [a-z][^`]*)`", text)
    commands = [part for line in (*lines, *inline) for part in re.split(r"&&|\|", line)]
    return "\n".join(
        part.strip() for part in commands if re.search(r"(^|/| )spanglass [a-z]+", part) and "useradd" not in part
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_and_variable_exists(page: Path) -> None:
    """Paths of the repository, links to other pages, and our variables."""
    text = _text(page)
    for path in re.findall(r"(?<![\w(./-])((?:deploy|dashboards|docs)/[\w./-]+\w)", text):
        made = path.startswith("deploy/docker/secrets")
        assert made or (REPOSITORY / path).exists(), path
    for link in re.findall(r"\]\(([\w./-]+\.md)[)#]", text):
        assert (page.parent / link).exists(), link
    known = variables_of_code() | {"SPANGLASS_SQL_HOST", "SPANGLASS_TOPOLOGY", "SPANGLASS_X", "SPANGLASS_X_FILE"}
    assert set(re.findall(r"SPANGLASS_[A-Z_]+[A-Z]", text)) <= known


@pytest.mark.parametrize("page", [DOCS / "clickhouse-cloud.md", DOCS / "backup-restore.md"], ids=lambda page: page.name)
def test_every_statement_is_sql(page: Path, store: ClickHouseStore) -> None:
    """The engine parses each; it does not run them."""
    blocks = re.findall(r"```sql\n(.*?)```", page.read_text(), re.DOTALL)
    statements = [part for block in blocks for part in block.split(";") if part.strip()]
    assert statements
    for statement in statements:
        assert store.query(f"EXPLAIN AST {statement}").result_rows, statement


def test_the_service_starts_what_there_is() -> None:
    """Its command, options and variables are ours."""
    text = UNIT.read_text()
    command = re.search(r"^ExecStart=/opt/spanglass/bin/spanglass (.*)$", text, re.MULTILINE)
    assert command
    check_command(command[1].split())
    assert set(re.findall(r"^Environment=(SPANGLASS_\w+)", text, re.MULTILINE)) <= variables_of_code()


def test_systemd_takes_the_service(tmp_path: Path) -> None:
    """systemd-analyze verify, with an interpreter in place of ours."""
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("needs systemd-analyze")
    unit = tmp_path / "spanglass.service"
    unit.write_text(re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", UNIT.read_text(), flags=re.MULTILINE))
    done = subprocess.run([analyze, "verify", str(unit)], capture_output=True, text=True, check=False)
    assert "spanglass.service" not in done.stderr, done.stderr
