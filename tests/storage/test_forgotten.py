"""Notices of who was forgotten: they say whether something concerns the person, and not who that was."""

from __future__ import annotations

import os
from pathlib import Path

from s2edit_plugin.storage import forgotten
from s2edit_plugin.storage.paths import DataFolder

MARKS = ("ab" * 32, "0b1ce5b4-3b0e-4a57-8a77-2f2ab6f5a001")


def test_a_notice_knows_the_person_and_does_not_name_them(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    assert forgotten.notices(folder) == ()
    before = forgotten.stamp(folder)
    forgotten.announce(folder, "annabel", MARKS)
    forgotten.announce(folder, "bea", ())
    assert forgotten.stamp(folder) != before
    first, second = forgotten.notices(folder)
    for text in ("annabel", "Annabel", *MARKS):
        assert first.concerns(["x", text])
        assert not second.concerns([text])
    assert not first.concerns(["anna", "annabel/me", ""])
    content = (tmp_path / "forgotten.json").read_bytes()
    assert os.stat(tmp_path / "forgotten.json").st_mode & 0o077 == 0
    for text in ("annabel", *MARKS):
        assert text.encode() not in content


def test_the_same_name_has_another_hash_each_time(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    for _ in range(2):
        forgotten.announce(folder, "annabel", ())
    first, second = forgotten.notices(folder)
    assert not first.digests & second.digests


def test_notices_go_with_time_and_a_damaged_file_is_none(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    for number in range(forgotten.MOST + 3):
        if number < 2:
            forgotten.announce(folder, f"person{number}", ())
    old = forgotten.notices(folder)[0]
    path = tmp_path / "forgotten.json"
    path.write_text(path.read_text().replace(str(old.at), str(old.at - 31 * 86_400)))
    forgotten.announce(folder, "new", ())
    assert [one.concerns(["person0"]) for one in forgotten.notices(folder)] == [False, False]
    for damaged in (b"", b"{", b"[1]", b'[{"salt": 1}]', b"[" * 100_000):
        path.write_bytes(damaged)
        assert forgotten.notices(folder) == ()
    forgotten.announce(folder, "new", ())
    assert len(forgotten.notices(folder)) == 1
