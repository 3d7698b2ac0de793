"""Composition of prompts, and inversions that wait on disk for the next edit."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from s2edit_plugin.errors import MaskError, PromptError
from s2edit_plugin.method import compose
from s2edit_plugin.method.invert import Inversion
from s2edit_plugin.perception.masks.found import FoundMask
from s2edit_plugin.workflows import scenes
from s2edit_plugin.workflows.inversion_cache import InversionCache, cache_key


def test_attribute_tokens_are_appended_once() -> None:
    prompt = "a photo of a <anna/me> woman"
    both = [("mia/lips", "lipstick"), ("eva/hat", "hat")]
    assert compose.with_attributes(prompt, []) == prompt
    made = compose.with_attributes(prompt, both)
    assert made == "a photo of a <anna/me> woman with <mia/lips> lipstick and <eva/hat> hat"
    assert compose.with_attributes(made, both) == made
    with pytest.raises(PromptError):
        compose.with_attributes("a <anna woman>", both)


@pytest.mark.parametrize(
    ("found_by", "method"),
    [
        ("lips", "lips"),
        ("word:hair", "word:hair"),
        ("file", "subject"),
        ("auto", "subject"),
        ("face", "face"),
    ],
)
def test_an_attribute_acts_in_the_region_it_was_learned_in(found_by: str, method: str) -> None:
    assert compose.region_of(found_by) == method


MARKS = ("ab" * 32, "id-of-a-token")


def _inversion(steps: int = 3, uncond: bool = True) -> Inversion:
    inversion = Inversion("direct", torch.randn(steps + 1, 5, 8, 8))
    if uncond:
        inversion.uncond = {i: torch.randn(1, 5, 8, 8) for i in range(steps)}
    return inversion


def test_a_stored_inversion_comes_back_bit_for_bit(tmp_path: Path) -> None:
    cache, inversion = InversionCache(tmp_path), _inversion()
    inversion.null = torch.randn(3, 24, 32)
    cache.store("anna", "k", inversion, MARKS)
    loaded = cache.load("anna", "k")
    assert loaded is not None
    assert loaded.method == "direct"
    assert torch.equal(loaded.latents, inversion.latents)
    assert loaded.null is not None
    assert torch.equal(loaded.null, inversion.null)
    assert all(torch.equal(loaded.uncond[i], noise) for i, noise in inversion.uncond.items())


def test_an_unfinished_uncond_is_left_out_and_missing_or_damaged_files_are_no_inversion(
    tmp_path: Path,
) -> None:
    cache = InversionCache(tmp_path)
    cache.store("anna", "k", _inversion(uncond=False), MARKS)
    loaded = cache.load("anna", "k")
    assert loaded is not None
    assert loaded.uncond == {}
    assert cache.load("anna", "other") is None
    (path,) = tmp_path.rglob("*.safetensors")
    path.write_bytes(path.read_bytes()[:50])
    assert cache.load("anna", "k") is None


def test_files_are_private_lie_below_the_person_and_say_what_they_were_made_from(tmp_path: Path) -> None:
    InversionCache(tmp_path).store("anna", "k", _inversion(), MARKS)
    (path,) = (tmp_path / "anna").iterdir()
    assert all(mark.encode() in path.read_bytes() for mark in MARKS)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_longest_unused_go_first(tmp_path: Path) -> None:
    cache = InversionCache(tmp_path)
    for age, key in ((300, "old"), (200, "middle")):
        cache.store("anna", key, _inversion(), MARKS)
        path = tmp_path / "anna" / f"inversion-{key}.safetensors"
        os.utime(path, (path.stat().st_atime - age, path.stat().st_mtime - age))
    size = path.stat().st_size
    InversionCache(tmp_path, limit_bytes=int(2.5 * size)).store("anna", "new", _inversion(), MARKS)
    assert cache.load("anna", "old") is None
    assert cache.load("anna", "middle") is not None
    assert cache.load("anna", "new") is not None


def test_keys_depend_on_every_part() -> None:
    assert cache_key(a=1, b=[2]) == cache_key(b=[2], a=1)
    assert cache_key(a=1) != cache_key(a=2)


def test_a_disk_that_refuses_what_is_only_handy_costs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = InversionCache(tmp_path, limit_bytes=1)
    (tmp_path / "bob").mkdir()
    (tmp_path / "bob" / "inversion-gone.safetensors").symlink_to("removed meanwhile")

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(Path, "unlink", refuse)
    cache.store("anna", "k", _inversion(), MARKS)
    monkeypatch.setattr(os, "utime", refuse)
    assert cache.load("anna", "k") is not None


@pytest.mark.parametrize("found", [None, 0.2, 0.9])
def test_an_attribute_whose_part_is_not_to_be_seen_acts_in_the_whole_subject_and_says_so(
    found: float | None,
) -> None:
    subject = np.ones((4, 4), dtype=np.float32)
    part = None if found is None else np.full((4, 4), found, dtype=np.float32)

    class Studio:
        def search_mask(self, *_: object) -> FoundMask:
            if part is None:
                raise MaskError("No face was found in the photo.")
            return FoundMask(part)

    record = SimpleNamespace(region="lips", full_name="mia/lips")
    search = scenes._Search(Studio(), None, None)  # type: ignore[arg-type]
    acts_in = scenes._part(SimpleNamespace(record=record), subject, search)  # type: ignore[arg-type]
    assert acts_in is (part if found == 0.9 else subject)
    said = "The search for lips found nothing: the token mia/lips acts in the whole subject."
    assert search.notes == ([] if found == 0.9 else [said])
