"""Which networks are here: found by the catalogue's names, kept open, opened anew after a change, examined by the doctor."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from s2edit_plugin.base_models.catalogue import load_catalogue
from s2edit_plugin.perception.networks import installed
from s2edit_plugin.perception.networks.installed import (
    CAPTIONER,
    FACE_PARSER,
    SFACE,
    YUNET,
    Networks,
    kept_open,
    release,
)
from s2edit_plugin.perception.networks.rembg_files import LOCAL_NETWORKS
from s2edit_plugin.storage.paths import DataFolder
from s2edit_plugin.workflows import doctor
from tests.fakes.networks import install_faces, record_network, write_sam
from tests.fakes.transformers_networks import write_captioner, write_face_parser


@pytest.fixture(autouse=True)
def no_rembg(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("U2NET_HOME", "REMBG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    release()


@pytest.mark.parametrize(
    ("name", "file"),
    [YUNET, SFACE, FACE_PARSER, CAPTIONER, *((name, file) for name, files in LOCAL_NETWORKS.items() for file in files)],
)  # fmt: skip
def test_the_catalogue_installs_the_files_that_are_looked_for(name: str, file: str) -> None:
    assert file in {entry.path for entry in load_catalogue()[name].files}


@pytest.mark.parametrize("name", ["face-parser", "captioner"])
def test_the_catalogue_installs_all_that_transformers_reads(name: str) -> None:
    files = {entry.path for entry in load_catalogue()[name].files}
    assert {"config.json", "preprocessor_config.json", "model.safetensors"} <= files
    assert name != "captioner" or {"tokenizer.json", "tokenizer_config.json"} <= files


def test_nothing_is_here_before_it_is_installed(data_home: Path) -> None:
    networks = Networks(DataFolder(data_home))
    assert networks.face_detector() is None
    assert networks.face_recogniser() is None
    assert networks.face_parser() is None
    assert networks.captioner() is None
    assert networks.sam() is None
    assert networks.examine() == {}


def test_a_network_stays_open_until_its_file_changes(data_home: Path) -> None:
    install_faces(DataFolder(data_home))
    networks = Networks(DataFolder(data_home))
    first = networks.face_detector()
    assert first is not None
    assert Networks(DataFolder(data_home)).face_detector() is first
    path = data_home / "models" / "yunet" / YUNET[1]
    path.write_bytes(path.read_bytes() + b"\x9a\x06\x00")
    assert networks.face_detector() is not first
    shutil.rmtree(path.parent)
    assert networks.face_detector() is None


def test_of_large_networks_only_the_last_one_stays_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("weights")
    opened: list[str] = []

    def open_one(name: str) -> str:
        def opener() -> str:
            # The one before has gone already: never two at a time.
            assert not installed._large
            opened.append(name)
            return name

        return kept_open(name, [tmp_path / "file"], opener, large=True)

    assert [open_one(name) for name in ("a", "a", "b", "a")] == ["a", "a", "b", "a"]
    assert opened == ["a", "b", "a"]

    def fail() -> str:
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        kept_open("c", [tmp_path / "file"], fail, large=True)
    assert open_one("a") == "a"
    assert opened == ["a", "b", "a", "a"]


def test_the_doctor_opens_what_is_installed(data_home: Path) -> None:
    folder = DataFolder(data_home)
    assert doctor.check_networks().ok
    assert "install yunet" in doctor.check_networks().remedy
    install_faces(folder)
    write_face_parser(data_home / "models" / "face-parser")
    write_captioner(data_home / "models" / "captioner")
    write_sam(data_home / "models" / "sam")
    for name in ("face-parser", "captioner", "sam"):
        record_network(folder, name)
    good = doctor.check_networks()
    assert good == doctor.Check("networks", True, "yunet, sface, face-parser, captioner, sam can be used")
    (data_home / "models" / "captioner" / "model.safetensors").write_bytes(b"")
    bad = doctor.check_networks()
    assert not bad.ok
    assert bad.finding.startswith("captioner cannot be used: The captioner cannot be loaded.")
    assert "s2edit models verify captioner" in bad.remedy
