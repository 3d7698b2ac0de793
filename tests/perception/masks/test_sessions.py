"""Sessions: only local ones, only by name, never the network; and the bundled region network."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from s2edit_plugin.api.regions import DRAWN_REGIONS
from s2edit_plugin.errors import ImageError, ModelError
from s2edit_plugin.perception.masks import regions, sessions

# SAM is run by the program itself: see tests/networks/test_sam.py.
OPENED = set(sessions.LOCAL_NETWORKS) - {"sam"}


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[list[Any]]:
    """Any attempt to use the network fails the test; rembg's folders are empty ones."""
    tried: list[Any] = []

    def refuse(*args: Any, **kwargs: Any) -> Any:
        tried.append(args)
        raise OSError("the network was touched")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    pooch = pytest.importorskip("pooch")
    monkeypatch.setattr(pooch, "retrieve", refuse)
    for name in ("U2NET_HOME", "REMBG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    yield tried
    assert tried == []


def test_uploading_sessions_are_known_and_refused() -> None:
    from rembg.sessions import sessions as all_sessions

    uploading = {name for name, session in all_sessions.items() if not session.is_local()}
    assert uploading == {"atlascloud", "withoutbg"}
    for name in uploading:
        with pytest.raises(ModelError, match="not allowed"):
            sessions.open_session(name)


def test_the_default_of_rembg_is_refused() -> None:
    import inspect

    from rembg.session_factory import new_session

    default = inspect.signature(new_session).parameters["model_name"].default
    assert default == "bria-rmbg"
    with pytest.raises(ModelError, match="not allowed"):
        sessions.open_session(default)
    with pytest.raises(TypeError):
        sessions.open_session()  # type: ignore[call-arg]


def test_everything_off_the_list_is_refused() -> None:
    from rembg.sessions import sessions as all_sessions

    assert set(sessions.LOCAL_NETWORKS) <= set(all_sessions)
    for name in {*all_sessions, "", "../regions"} - OPENED:
        with pytest.raises(ModelError, match="not allowed"):
            sessions.open_session(name)


@pytest.mark.parametrize("name", sorted(OPENED))
def test_listed_networks_are_never_downloaded(name: str) -> None:
    with pytest.raises(ModelError, match="not on this machine") as caught:
        sessions.open_session(name)
    assert f"s2edit models install {name}" in caught.value.hint
    assert name not in sessions.available()


@pytest.mark.parametrize("layout", ["data/rembg/models/u2netp", "data/.u2net"])
def test_a_file_that_is_there_is_opened(tmp_path: Path, layout: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from s2edit_models.train.judge_networks import MaskNet
    from s2edit_models.train.mask_network import export

    (tmp_path / layout).mkdir(parents=True)
    export(MaskNet(4), tmp_path / layout / "u2netp.onnx")
    assert "u2netp" in sessions.available()
    session = sessions.open_session("u2netp")
    assert session.model_name == "u2netp"
    assert session.inner_session.get_providers() == ["CPUExecutionProvider"]
    from rembg.sessions import sessions as all_sessions

    # We look where rembg looks.
    assert all_sessions["u2netp"].resolve_existing("u2netp.onnx") == str(tmp_path / layout / "u2netp.onnx")


def test_an_installed_network_is_opened(data_home: Path) -> None:
    from s2edit_models.train.judge_networks import MaskNet
    from s2edit_models.train.mask_network import export

    (data_home / "models" / "silueta").mkdir(parents=True)
    export(MaskNet(4), data_home / "models" / "silueta" / "silueta.onnx")
    assert "silueta" in sessions.available()
    assert sessions.open_session("silueta").model_name == "silueta"


def test_a_damaged_file_gives_a_hint(tmp_path: Path) -> None:
    folder = tmp_path / "data/rembg/models/u2netp"
    folder.mkdir(parents=True)
    (folder / "u2netp.onnx").write_bytes(b"no network")
    with pytest.raises(ModelError, match="cannot be opened"):
        sessions.open_session("u2netp")


def test_an_unknown_provider_is_refused() -> None:
    with pytest.raises(ModelError, match="WarpDriveExecutionProvider"):
        sessions.open_session("u2netp", ["WarpDriveExecutionProvider"])


def test_a_missing_bundled_network_gives_a_hint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "region_file", lambda: tmp_path / "regions.onnx")
    with pytest.raises(ModelError, match="missing"):
        sessions.open_session("regions")


def test_importing_is_cheap() -> None:
    code = (
        "import sys, s2edit_plugin.perception.masks.regions; "
        "assert not {'rembg', 'onnxruntime', 'torch'} & set(sys.modules), 'imported too early'"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@pytest.mark.parametrize(
    "bad", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3)), np.zeros((0, 4, 3), np.uint8)]
)
def test_what_is_no_picture_is_refused(bad: np.ndarray) -> None:
    with pytest.raises(ImageError):
        regions.find_regions(bad)


def test_masks_need_neither_rembgs_matting_nor_what_compiles_it() -> None:
    code = (
        "import sys\nfrom s2edit_plugin.perception.masks.sessions import open_session\nopen_session('regions')\n"
        "assert not {'numba', 'pymatting', 'rembg.bg'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_the_region_session_is_one_of_rembgs() -> None:
    from rembg.sessions.base import BaseSession

    session: Any = sessions.open_session("regions")
    assert isinstance(session, BaseSession)
    masks = session.predict(Image.new("RGB", (70, 50)))
    assert [(mask.mode, mask.size) for mask in masks] == [("L", (70, 50))] * len(DRAWN_REGIONS)


@pytest.mark.parametrize("shape", [(128, 128), (96, 200), (301, 77), (1, 5), (700, 512)])
def test_regions_have_the_pictures_size(shape: tuple[int, int]) -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    found = regions.find_regions(rgb)
    assert tuple(found) == DRAWN_REGIONS
    for mask in found.values():
        assert mask.shape == shape
        assert mask.dtype == np.float32
        assert 0.0 <= mask.min() <= mask.max() <= 1.0


@pytest.mark.parametrize("scale", [1, 3])
def test_regions_of_unseen_portraits(scale: int) -> None:
    from s2edit_models.drawing.dataset import draw, split_seed

    scores: dict[str, list[float]] = {name: [] for name in DRAWN_REGIONS}
    for index in range(16):
        picture, scene = draw(split_seed("test", 7000 + index), 128 * scale)
        if scene.domain != "portrait":
            continue
        found = regions.find_regions(picture.rgb)
        for name, mask in found.items():
            truth = picture.masks[name] >= 128
            if truth.any():
                hit = mask >= 0.5
                scores[name].append(float((hit & truth).sum() / (hit | truth).sum()))
    means = {name: round(float(np.mean(values)), 3) for name, values in scores.items()}
    # The report measures the bar of 0.9 on many pictures; a dozen only show that nothing is broken.
    assert min(means.values()) > 0.8, means


def test_finding_a_mask_does_not_change_how_many_threads_torch_uses() -> None:
    code = (
        "import torch; torch.set_num_threads(3)\n"
        "import numpy as np\n"
        "from s2edit_plugin.perception.masks.regions import find_regions\n"
        "find_regions(np.zeros((64, 64, 3), np.uint8))\n"
        "import sys; assert 'rembg' in sys.modules\n"
        "assert torch.get_num_threads() == 3, torch.get_num_threads()\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
