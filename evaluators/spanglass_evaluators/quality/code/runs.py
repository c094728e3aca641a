"""1 when the Python in an answer runs to its end, with the tests that metadata `tests` adds behind it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from spanglass_evaluators.contract import Failure, Judgement
from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.functions import MODEL_ANSWERS
from spanglass_evaluators.quality.code.sandbox import Limits, run_python
from spanglass_evaluators.quality.rule import Rule

_BLOCK = re.compile(r"```[ \t]*(?:python|py|python3)?[ \t]*\n(.*?)(?:\n```|\Z)", re.DOTALL | re.IGNORECASE)
_READ_CHARS = 100_000


@dataclass(frozen=True, slots=True)
class CodeRunsConfig:
    """Limits of the program. `bare`: an answer without a code block is itself taken for a program."""

    timeout_s: float = 5.0
    cpu_s: int = 4
    memory_mb: int = 512
    network: str = "deny"
    bare: bool = False

    def __post_init__(self) -> None:
        if self.network not in ("deny", "allow"):
            raise ConfigurationError(f'network = {self.network!r}: use "deny" or "allow"')


def code_of(answer: str, *, bare: bool) -> str:
    """The Python blocks of the answer, one after the other; '' when there is none."""
    blocks = _BLOCK.findall(answer)
    return "\n\n".join(blocks) if blocks else (answer if bare else "")


def judge_code(config: CodeRunsConfig, answer: str, tests: str) -> Judgement | Failure:
    """Labels: `runs`, `syntax`, `fails`, `timeout`, `no_code`; the explanation is the exception's name."""
    source = code_of(answer[:_READ_CHARS], bare=config.bare)
    if not source.strip():
        return Judgement(None, "no_code")
    try:
        compile(source, "answer", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return Judgement(0.0, "syntax", type(error).__name__)
    limits = Limits(config.timeout_s, config.cpu_s, config.memory_mb, config.network)
    run = run_python(f"{source}\n\n{tests}\n", limits)
    if run.outcome == "no_isolation":
        return Failure('no network namespace here: run in a container that allows one, or set network = "allow"')
    return Judgement(float(run.outcome == "runs"), run.outcome, run.error)


RULE = Rule(
    "code_runs",
    judge_code,
    columns=("output_text", "metadata.tests"),
    config=CodeRunsConfig,
    where=f"{MODEL_ANSWERS} AND (position(OutputMessages, '```') > 0 OR position(Output, '```') > 0)",
)
