"""The doctor says whether results can be signed, and by whom."""

from __future__ import annotations

import sys

import pytest

from s2edit_plugin.imaging.credentials import signing
from s2edit_plugin.storage.paths import data_folder
from s2edit_plugin.storage.settings import change_settings
from s2edit_plugin.workflows.doctor import check_credentials


def test_who_signs_is_told_and_that_viewers_do_not_know_the_signer() -> None:
    check = check_credentials()
    assert check.ok
    assert "S2Edit Studio on one machine until 20" in check.finding
    assert "viewers show an unknown signer" in check.finding


def test_an_own_certificate_that_is_gone_is_a_finding() -> None:
    change_settings(data_folder(), certificate="gone.pem", certificate_key="gone.key")
    check = check_credentials()
    assert not check.ok
    assert "gone.pem cannot be read" in check.finding
    assert "s2edit settings certificate" in check.remedy


def test_not_signing_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    change_settings(data_folder(), content_credentials=False)
    assert check_credentials().ok
    assert not (data_folder().root / "credentials").exists()
    monkeypatch.setattr(signing.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(sys, "platform", "win32")
    assert "no build for this system" in check_credentials().finding
