"""Runs one program under limits: `python -I launcher.py PROGRAM CPU_S MEMORY_BYTES NETWORK`.

A file of its own that imports nothing of ours: it is what the child process starts with. It leaves the network (a
fresh network namespace has only a loopback that is down), then lowers its own limits, which cannot be raised again,
and becomes the program. Exit status 97: the network could not be left and the caller asked for that.
"""

from __future__ import annotations

import ctypes
import os
import resource
import runpy
import sys

NO_ISOLATION = 97
_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000  # CLONE_NEWUSER, CLONE_NEWNET of <linux/sched.h>
_LARGEST_FILE = 1 << 20


def _leave_network() -> bool:
    try:
        return int(ctypes.CDLL(None, use_errno=True).unshare(_NEW_USER | _NEW_NETWORK)) == 0
    except (AttributeError, OSError):
        return False


def _limit(cpu_s: int, memory_bytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 1))  # SIGXCPU first, so that it can be told apart
    limits = {
        resource.RLIMIT_AS: memory_bytes,
        resource.RLIMIT_FSIZE: _LARGEST_FILE,
        resource.RLIMIT_NOFILE: 64,
        resource.RLIMIT_CORE: 0,
    }
    for which, most in limits.items():
        resource.setrlimit(which, (most, most))
    if hasattr(resource, "RLIMIT_NPROC"):
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def main() -> None:
    program, cpu_s, memory_bytes, network = sys.argv[1:5]
    if network == "deny" and not _leave_network():
        os._exit(NO_ISOLATION)
    _limit(int(cpu_s), int(memory_bytes))
    sys.argv = [program]
    runpy.run_path(program, run_name="__main__")


if __name__ == "__main__":
    main()
