"""A disk that is really full: nothing is lost, nothing is corrupt, and all goes on when there is room again."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from spanglass_collector.config import SpoolConfig
from spanglass_collector.errors import SpoolFull
from spanglass_collector.spool.queue import Spool
from tests.spool.test_queue import LARGE, books, names, request

ROOM = 8 << 20
CONFIG = SpoolConfig(free_disk_bytes=0, reserve_bytes=1 << 20)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 8 MiB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting a small file system is not permitted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(spool: Spool) -> list[str]:
    """Append until the disk is full; returns what was taken."""
    taken: list[str] = []
    while True:
        name = f"r{len(taken)}"
        try:
            spool.append([request(name, size=300_000)])
        except SpoolFull:
            return taken
        taken.append(name)


def take_the_rest(path: Path) -> None:
    with contextlib.suppress(OSError), path.open("wb", buffering=0) as file:
        while file.write(b"x" * 4096):
            pass


def drain(spool: Spool) -> list[str]:
    found: list[str] = []
    while block := spool.next_block(LARGE):
        found += names(block)
        spool.remove(block)
    return found


def test_a_full_disk_refuses_and_keeps_what_it_took(small_disk: Path) -> None:
    """What was acknowledged is read back, also by the next process; then there is room again."""
    first = Spool(small_disk / "spool", CONFIG)
    taken = fill(first)
    assert len(taken) >= 5
    first.close()
    second = Spool(small_disk / "spool", CONFIG)
    assert drain(second) == taken
    second.shrink()
    assert len(fill(second)) >= len(taken) - 1
    assert books(second)["pending"] > 0
    second.close()


def test_draining_needs_no_room_that_is_not_there(small_disk: Path) -> None:
    """Somebody else takes the last byte: the reserve makes removal possible."""
    spool = Spool(small_disk / "spool", CONFIG)
    taken = fill(spool)
    take_the_rest(small_disk / "greedy")
    assert os.statvfs(small_disk).f_bavail == 0
    assert drain(spool) == taken
    (small_disk / "greedy").unlink(missing_ok=True)
    spool.shrink()
    spool.append([request("after")])
    assert drain(spool) == ["after"]
    spool.close()
