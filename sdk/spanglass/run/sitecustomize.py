"""Runs in every Python process below `spanglass run`, before the program; not imported otherwise.

A `sitecustomize` of the environment still runs: it is looked up again without this folder.
"""

import importlib
import os
import sys

_here = os.path.dirname(os.path.abspath(__file__))


def _run_the_other_one() -> None:
    path = sys.path[:]
    sys.path[:] = [entry for entry in path if os.path.abspath(entry or os.curdir) != _here]
    ourselves = sys.modules.pop("sitecustomize", None)
    try:
        importlib.import_module("sitecustomize")
    except ModuleNotFoundError:
        pass  # most environments have none
    finally:
        if ourselves is not None:
            sys.modules.setdefault("sitecustomize", ourselves)  # the import that runs this file looks for it
        sys.path[:] = [entry for entry in path if os.path.abspath(entry or os.curdir) != _here]


_run_the_other_one()
try:
    import spanglass

    spanglass.init()
except Exception as error:  # noqa: BLE001 - the program must start whatever is wrong with tracing
    sys.stderr.write(f"spanglass run: the program is not traced: {type(error).__name__}: {error}\n")
