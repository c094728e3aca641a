"""What a run happened in: code, packages, hardware. Every part is best effort: unknown is left out."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from importlib.metadata import distributions

_GIT_TIMEOUT_S = 3.0


@dataclass(frozen=True, slots=True)
class Code:
    """The Git commit of the working directory; '' and None outside of a repository."""

    revision: str = ""
    is_dirty: bool | None = None


@cache
def code() -> Code:
    revision = _git("rev-parse", "HEAD")
    if not revision:
        return Code()
    status = _git("status", "--porcelain", "--untracked-files=no")
    return Code(revision, None if status is None else bool(status))


@cache
def packages() -> dict[str, str]:
    """Name → version of everything installed, at most 900 by name."""
    found = {str(d.metadata["Name"]): d.version for d in distributions() if d.metadata["Name"]}
    return dict(sorted(found.items())[:900])


def hardware() -> dict[str, str]:
    """Machine, cores, memory, Python and accelerators. Asks torch only when the program uses it already."""
    known = {
        "machine": platform.machine(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "cpu_cores": str(os.cpu_count() or ""),
        "memory_bytes": _memory_bytes(),
        **_accelerators(),
    }
    return {name: value for name, value in known.items() if value}


def rank() -> int:
    """This process's place among those that train together; 0 when it is alone. As torchrun, Slurm and MPI say it."""
    return _number("RANK", "SLURM_PROCID", "OMPI_COMM_WORLD_RANK", default=0)


def world_size() -> int:
    """How many processes train together."""
    return max(1, _number("WORLD_SIZE", "SLURM_NTASKS", "OMPI_COMM_WORLD_SIZE", default=1))


def _number(*names: str, default: int) -> int:
    texts = (os.environ.get(name, "") for name in names)
    return next((int(text) for text in texts if text.isdigit()), default)


def _memory_bytes() -> str:
    try:
        return str(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (AttributeError, ValueError, OSError):
        return ""


def _accelerators() -> dict[str, str]:
    torch = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_available():
        return {}
    names = [torch.cuda.get_device_name(index) for index in range(torch.cuda.device_count())]
    return {"accelerators": ", ".join(names), "cuda": str(torch.version.cuda or "")}


def _git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603  fixed words, no shell
            ["git", *arguments],  # noqa: S607  the user's own git
            capture_output=True,
            text=True,
            timeout=_GIT_TIMEOUT_S,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
