"""The version, as a constant: reading package metadata would double the import time."""

VERSION = "0.1.0"
