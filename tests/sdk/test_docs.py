"""The pages about the SDK say what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from spanglass import config, ledger
from spanglass.instrument.clients import MODULES

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "sdk"


def text(name: str) -> str:
    return (PAGES / name).read_text()


def test_every_reason_of_a_loss_is_explained() -> None:
    """Each constant of the ledger is in the table of reasons."""
    reasons = {value for name, value in vars(ledger).items() if name.isupper() and isinstance(value, str)}
    missing = {reason for reason in reasons - {"sampled_out"} if f"`{reason}`" not in text("reliability.md")}
    assert not missing


def test_every_setting_is_listed() -> None:
    """Each variable that the SDK's settings read is on a page."""
    source = (ROOT / "sdk" / "spanglass" / "config.py").read_text()
    names = set(re.findall(r'"((?:OTEL|SPANGLASS)_[A-Z_]+[A-Z])"', source))
    pages = "".join(page.read_text() for page in PAGES.rglob("*.md"))
    assert len(names) > 10
    assert {name for name in names if name not in pages} == set()


def test_the_node_program_is_the_one_that_was_run() -> None:
    """The page shows the file that `benchmarks/node_sdk.py` runs."""
    program = (ROOT / "tests" / "system" / "node" / "send.mjs").read_text().split("\n", 1)[1]
    assert program in text("other-languages.md")


def test_links_between_the_pages_lead_somewhere() -> None:
    """Every relative link names a file that is there."""
    for page in PAGES.rglob("*.md"):
        for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text()):
            if not target.startswith("http"):
                assert (page.parent / target).exists(), (page.name, target)


@pytest.mark.parametrize("page", sorted((PAGES / "frameworks").glob("*.md")), ids=lambda page: page.stem)
def test_a_framework_page_has_a_whole_example(page: Path) -> None:
    """Its Python compiles, and starts with `spanglass.init`."""
    for block in re.findall(r"```python\n(.*?)```", page.read_text(), re.S):
        compile(block, page.name, "exec")
        assert "spanglass.init(" in block


def test_defaults_on_the_pages_are_the_defaults() -> None:
    """Numbers that a page names."""
    limits = config.Limits()
    assert (limits.queue_spans, limits.queue_bytes, limits.exit_deadline_s) == (65_536, 64 << 20, 2.0)
    assert (limits.request_timeout_s, limits.retry_deadline_s, limits.overhead_budget) == (10.0, 60.0, 0.02)
    assert config.SpoolConfig("x").limit_bytes == 256 << 20
    assert MODULES["openai"] == "openai"
