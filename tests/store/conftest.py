"""Spans in, rows out: as the dialect tests do it."""

from tests.dialects.conftest import rows_of as rows_of
