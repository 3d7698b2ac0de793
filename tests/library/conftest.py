"""A library with one token."""

from __future__ import annotations

from pathlib import Path

import pytest

from s2edit_plugin.library import Library
from tests.fakes.tokens import TENSORS, make_record


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """A library that holds anna/me."""
    library = Library(tmp_path / "home")
    library.add(make_record(), TENSORS)
    return library
