"""The catalogue: what it must say of every model, and that its hashes are the ones their sources state."""

from __future__ import annotations

import re
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest

from s2edit_plugin.base_models import catalogue
from s2edit_plugin.base_models.catalogue import CatalogueEntry, find_entry, load_catalogue
from s2edit_plugin.errors import ModelError

ENTRIES = list(load_catalogue().values())
RAW = tomllib.loads(catalogue.catalogue_file().read_text(encoding="utf-8"))


def names(entries: list[CatalogueEntry]) -> list[str]:
    return [entry.name for entry in entries]


def test_everything_that_was_promised_is_there() -> None:
    assert {"small", "sd15", "sd21", "sd21-base", "sdxl"} == {e.name for e in ENTRIES if e.kind == "base"}
    assert {"yunet", "sface", "face-parser"} == {e.name for e in ENTRIES if e.kind == "face"}
    assert {"captioner"} == {e.name for e in ENTRIES if e.kind == "captioner"}


def test_every_mask_network_that_may_be_opened_can_be_installed() -> None:
    from s2edit_plugin.perception.masks.sessions import LOCAL_NETWORKS

    masks = {e.name: tuple(file.path for file in e.files) for e in ENTRIES if e.kind == "mask"}
    assert masks == LOCAL_NETWORKS


@pytest.mark.parametrize("entry", ENTRIES, ids=names(ENTRIES))
def test_an_entry_says_what_a_user_must_know(entry: CatalogueEntry) -> None:
    assert entry.title
    assert entry.training_data
    assert entry.hash_source
    assert entry.commercial_use in ("yes", "no", "unclear")
    assert entry.memory_gb > 0
    assert re.match(r"https://\S+$", entry.licence.url)
    assert len(entry.licence.summary) > 40
    if entry.source != "bundled":
        assert entry.download_size > 100_000
        assert entry.files


@pytest.mark.parametrize("entry", ENTRIES, ids=names(ENTRIES))
def test_no_file_of_the_catalogue_is_pickled_or_leads_out_of_its_folder(entry: CatalogueEntry) -> None:
    for file in entry.files:
        assert re.fullmatch(r"[a-z0-9_./-]+\.(safetensors|onnx|json|txt)", file.path)
        assert ".." not in file.path
        assert not re.search(r"\.(bin|pt|pth|ckpt)$", file.remote)
        assert re.fullmatch(r"((sha256:[0-9a-f]{64})|(md5:[0-9a-f]{32}))?", file.digest)


@pytest.mark.parametrize("entry", [e for e in ENTRIES if e.source == "hub"], ids=lambda e: e.name)
def test_a_hub_model_names_its_repository_and_revision(entry: CatalogueEntry) -> None:
    assert re.fullmatch(r"[\w.-]+/[\w.-]+", entry.repository)
    assert re.fullmatch(r"[0-9a-f]{40}|main", entry.revision)
    # A branch may move: then no hash can stand here, the hub's own is taken and recorded.
    assert entry.revision != "main" or not any(file.digest for file in entry.files)


@pytest.mark.parametrize("entry", [e for e in ENTRIES if e.source == "url"], ids=lambda e: e.name)
def test_a_file_by_address_has_its_hash_and_no_moving_address(entry: CatalogueEntry) -> None:
    for file in entry.files:
        assert file.digest
        assert re.match(r"https://github\.com/.+/(releases/download/v|raw/[0-9a-f]{40}/)", file.remote)


@pytest.mark.parametrize(
    "entry", [e for e in ENTRIES if e.kind == "base" and e.source == "hub"], ids=lambda e: e.name
)
def test_a_base_model_has_all_parts_of_its_pipeline(entry: CatalogueEntry) -> None:
    parts = {file.path.split("/")[0] for file in entry.files}
    wanted = {"model_index.json", "scheduler", "text_encoder", "tokenizer", "unet", "vae"}
    if entry.family == "sdxl":
        wanted |= {"text_encoder_2", "tokenizer_2"}
    assert wanted <= parts


def test_the_hashes_of_mask_networks_are_those_in_rembgs_source() -> None:
    rembg = find_spec("rembg")  # to import it takes a minute
    assert rembg is not None
    folder = Path(str(rembg.origin)).parent / "sessions"
    source = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    for entry in ENTRIES:
        for file in entry.files if entry.kind == "mask" else ():
            assert f'"{file.digest}"' in source, file.path
            assert file.remote.rsplit("/", 1)[1].removesuffix(".onnx") in source


def test_a_hash_source_names_where_hashes_can_be_read() -> None:
    for values in RAW["models"]:
        written = [file for file in values["files"] if "sha256" in file or "md5" in file]
        assert bool(written) == (values["hash_source"] not in ("hub", "bundled")), values["name"]


def test_models_whose_owner_deleted_them_say_so() -> None:
    for name in ("sd15", "sd21", "sd21-base"):
        assert "mirror" in find_entry(name).note
        assert "not verified" in find_entry(name).note


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(ModelError, match="'sd9'") as caught:
        find_entry("sd9")
    assert "sd15" in caught.value.hint


@pytest.mark.parametrize(
    "text", ["", "models = 3", "[licences", "[[models]]\nname = 'x'\n[hash_sources]\n[licences]"]
)
def test_a_damaged_catalogue_is_one_sentence(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "catalogue.toml"
    if text:
        file.write_text(text)
    monkeypatch.setattr(catalogue, "catalogue_file", lambda: file)
    with pytest.raises(ModelError, match="missing or damaged"):
        load_catalogue()
