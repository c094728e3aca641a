"""Secrets by file."""

from __future__ import annotations

from pathlib import Path

import pytest

from spanglass_app.secret_files import read_secret_files
from spanglass_collector.errors import ConfigurationError


def test_a_file_stands_for_its_variable(tmp_path: Path) -> None:
    """Its text without the last line break; what is set already goes first; others' variables are left alone."""
    (tmp_path / "key").write_text("s3cret\n")
    file = str(tmp_path / "key")
    environ = {
        "SPANGLASS_API_KEY_FILE": file,
        "SPANGLASS_STORE_FILE": file,
        "SPANGLASS_STORE": "x",
        "SSL_CERT_FILE": file,
    }
    read_secret_files(environ)
    assert (environ["SPANGLASS_API_KEY"], environ["SPANGLASS_STORE"], "SSL_CERT" in environ) == ("s3cret", "x", False)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """The variable and the path: a collector must not start without its key."""
    with pytest.raises(ConfigurationError, match=r"SPANGLASS_API_KEY_FILE: .*missing"):
        read_secret_files({"SPANGLASS_API_KEY_FILE": str(tmp_path / "missing")})
