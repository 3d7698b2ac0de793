"""No pickle anywhere: the sources hold nothing that opens one, and one that is put in any file's place is never opened.

Opening a pickle runs whatever program somebody wrote into it. Tokens, embeddings and models come from strangers.
"""

from __future__ import annotations

import ast
import io
import pickle
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from s2edit_plugin import api
from s2edit_plugin.api import queries
from s2edit_plugin.engine.client import discovery
from s2edit_plugin.engine.server.local import LocalClient
from s2edit_plugin.errors import CancelledError, InputError, S2EditError
from s2edit_plugin.history import History
from s2edit_plugin.storage.paths import DataFolder
from s2edit_plugin.storage.settings import load_settings
from s2edit_plugin.tokens.runs import resumable
from tests.fakes.pictures import mask_png, photo_png
from tests.fakes.tiny_model import write_tiny_model

if TYPE_CHECKING:
    from s2edit_plugin.workflows.studio import Studio

pytestmark = pytest.mark.usefixtures("one_thread")

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("s2edit_plugin", "models", "qt_app", "gimp_bridge", "installer")
SOURCES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))

# ---------------------------------------------------------------------- what the sources may not hold

MODULES = {
    "pickle",
    "_pickle",
    "cPickle",
    "pickletools",
    "dill",
    "cloudpickle",
    "joblib",
    "shelve",
    "marshal",
    "copyreg",
}
CALLS = re.compile(
    r"(torch\.(load|save|hub\.\w+|package\.\w+|jit\.load)|\w+\.(read_pickle|to_pickle|load_state_dict_from_url)"
    r"|yaml\.(load|load_all|unsafe_load|full_load)|eval|exec|compile)\Z"
)
NETWORKS = re.compile(r"\w+\.from_pretrained\Z")
NO_NETWORKS = re.compile(r"\w*(Tokenizer|Scheduler|Config|Processor)\w*\.")


def found_in(path: Path) -> list[str]:
    """What a source file holds that opens or writes pickles, or may."""
    wrong: list[str] = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            names.append(node.module)
        wrong += [f"line {node.lineno}: import {name}" for name in names if name.split(".")[0] in MODULES]
        if isinstance(node, ast.Call):
            wrong += [f"line {node.lineno}: {problem}" for problem in problems_of(node)]
    return wrong


def problems_of(call: ast.Call) -> Iterator[str]:
    """What is wrong with a call."""
    name = ast.unparse(call.func)
    given = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
    if CALLS.match(name):
        yield name
    if given.get("allow_pickle", "False") != "False":
        yield f"{name}(allow_pickle=...)"
    if NETWORKS.match(name) and not NO_NETWORKS.match(name) and given.get("use_safetensors") != "True":
        yield f"{name} without use_safetensors=True"
    if given.get("weights_only") == "False":
        yield f"{name}(weights_only=False)"


def test_no_source_opens_or_writes_a_pickle() -> None:
    assert len(SOURCES) > 200
    assert {str(path.relative_to(ROOT)): found for path in SOURCES if (found := found_in(path))} == {}


@pytest.mark.parametrize(
    "line",
    [
        *(
            "import pickle",
            "from pickle import loads",
            "import joblib",
            "from shelve import open",
            "import marshal as m",
        ),
        *(
            "torch.load(x)",
            "torch.load(x, weights_only=True)",
            "torch.save(x, y)",
            "pandas.read_pickle(x)",
            "eval(x)",
        ),
        *("np.load(x, allow_pickle=True)", "np.load(x, allow_pickle=flag)", "yaml.load(x)"),
        *(
            "UNet.from_pretrained(x)",
            "UNet.from_pretrained(x, use_safetensors=None)",
            "open_it(weights_only=False)",
        ),
    ],
)
def test_what_opens_pickles_is_seen(line: str, tmp_path: Path) -> None:
    (tmp_path / "x.py").write_text(line)
    assert len(found_in(tmp_path / "x.py")) == 1


def test_the_repository_holds_no_pickle() -> None:
    """Neither by name nor by content."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False).stdout
    files = [path for name in listed.split(b"\0") if name and (path := ROOT / name.decode()).is_file()]
    files = files or [path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.is_file()]
    assert len(files) > 200
    assert [path for path in files if path.suffix.lower() in ENDINGS or _begins_as_pickle(path)] == []


ENDINGS = (".pkl", ".pickle", ".pt", ".pth", ".ckpt", ".bin", ".joblib", ".npz")


def _begins_as_pickle(path: Path) -> bool:
    with path.open("rb") as stream:
        return re.match(rb"\x80[\x02-\x05]", stream.read(2)) is not None


# ---------------------------------------------------------------------- one in the place of every file


class Bomb:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, marker: Path) -> None:
        self.marker = str(marker)

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str, str]]:
        return open, (self.marker, "w")


def bombs(marker: Path) -> dict[str, bytes]:
    """A pickle as it is, as torch writes it in both its forms, and as numpy does."""
    import torch

    bomb = Bomb(marker)
    in_zip, old, array = io.BytesIO(), io.BytesIO(), io.BytesIO()
    torch.save({"emb_params": bomb}, in_zip)
    torch.save({"emb_params": bomb}, old, _use_new_zipfile_serialization=False)
    np.save(array, np.array([bomb], dtype=object))
    return {
        "pickle": pickle.dumps(bomb),
        "torch": in_zip.getvalue(),
        "old torch": old.getvalue(),
        "numpy": array.getvalue(),
    }


KINDS = ("pickle", "torch", "old torch", "numpy")


class Watch:
    """Whether a pickle was opened."""

    def __init__(self, marker: Path) -> None:
        self.marker, self.opened = marker, 0
        self.bombs = bombs(marker)

    def count(self, *_: object, **__: object) -> Any:
        self.opened += 1
        raise pickle.UnpicklingError("a pickle was opened")

    @property
    def is_clean(self) -> bool:
        return not self.opened and not self.marker.exists()


@pytest.fixture
def watch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watch:
    """Notices every way of opening a pickle, and what a pickle does when it is opened."""
    import torch

    watch = Watch(tmp_path / "it was opened")
    for name in ("load", "loads", "Unpickler"):
        monkeypatch.setattr(pickle, name, watch.count)
    monkeypatch.setattr(torch, "load", watch.count)
    return watch


def test_the_bombs_go_off(tmp_path: Path) -> None:
    """Else everything below would prove nothing."""
    import torch

    openers: dict[str, Callable[[bytes], object]] = {
        "pickle": pickle.loads,
        "torch": lambda data: torch.load(io.BytesIO(data), weights_only=False),
        "old torch": lambda data: torch.load(io.BytesIO(data), weights_only=False),
        "numpy": lambda data: np.load(io.BytesIO(data), allow_pickle=True),
    }
    for kind, opener in openers.items():
        marker = tmp_path / kind
        made = opener(bombs(marker)[kind])
        assert marker.exists()
        for left in made.values() if isinstance(made, dict) else np.atleast_1d(np.array(made, dtype=object)):
            left.close()


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("models") / "tiny")


LEARN = api.LearnToken(
    photo_png(), "anna", "me", class_noun="woman", subject_mask=mask_png(), consent=True,
    settings=api.LearnSettings(steps_token=2, steps_joint=2, batch=1),
)  # fmt: skip
CUT_OFF = api.LearnToken(
    photo_png(), "anna", "later", class_noun="woman", subject_mask=mask_png(), consent=True, resume=True,
    settings=LEARN.settings,
)  # fmt: skip
EDIT = api.ApplyEdit(
    photo_png(), ("anna/me",), "a photo of a woman smiling", subject_mask=mask_png(), region_mask=mask_png(),
    settings=api.EditSettings(steps=2),
)  # fmt: skip


@pytest.fixture(scope="module")
def filled(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Studio:
    """A data folder that holds a file of every kind: token, thumbnail, index, inversion, run that was cut off, journal."""
    from s2edit_plugin.workflows.studio import Studio

    studio = Studio(tmp_path_factory.mktemp("home"), str(model), "cpu")
    studio.learn(LEARN)
    studio.edit(EDIT)

    def stop(progress: api.Progress) -> None:
        if progress.step == 2:
            raise CancelledError

    with pytest.raises(CancelledError):
        studio.learn(CUT_OFF, stop)
    studio.library.list()
    return studio


def attempts(studio: Studio, name: str) -> list[Callable[[], object]]:
    """Everything that may read this file of the data folder."""
    library, history = studio.library, History(studio.folder)
    work: list[Callable[[], object]] = []
    if name.startswith("checkpoints/"):
        work = [lambda: studio.learn(CUT_OFF)]
    elif "/results/" not in name and "/originals/" not in name:
        work = [lambda: studio.edit(EDIT)]
    return [
        *work,
        lambda: load_settings(studio.folder),
        library.list,
        lambda: library.get("anna/me"),
        lambda: library.thumbnail("anna/me"),
        library.examine,
        lambda: resumable(studio.folder),
        history.list,
        lambda: [history.show(entry.id) for entry in history.list().entries],
    ]


def _sentence(attempt: Callable[[], object]) -> str:
    """What an attempt was refused with, "" if it was not."""
    try:
        attempt()
    except S2EditError as error:
        return error.sentence
    return ""


def stored(studio: Studio) -> list[str]:
    """Files of a data folder, but empty ones (locks) and what SQLite keeps beside its files."""
    root = studio.folder.root
    files = [path for path in root.rglob("*") if path.is_file() and path.stat().st_size]
    return sorted(p.relative_to(root).as_posix() for p in files if not p.name.endswith(("-wal", "-shm")))


def test_no_file_of_the_data_folder_is_opened_as_a_pickle(
    filled: Studio, watch: Watch, tmp_path: Path
) -> None:
    """Each file in its turn, in turn each kind of pickle: at worst it is one sentence."""
    names = stored(filled)
    assert {name.split("/")[0] for name in names} >= {"library", "cache", "checkpoints", "history"}
    assert len(names) > 12, names
    for number, name in enumerate(names):
        home = tmp_path / "home"
        shutil.copytree(filled.folder.root, home)
        (home / name).write_bytes(watch.bombs[KINDS[number % len(KINDS)]])
        studio = filled.with_home(home)
        said = [_sentence(attempt) for attempt in attempts(studio, name)]
        assert not any("\n" in sentence for sentence in said), (name, said)
        assert watch.is_clean, name
        shutil.rmtree(home)


@pytest.mark.parametrize("kind", KINDS)
def test_settings_and_discovery_files_are_never_unpickled(kind: str, watch: Watch, data_home: Path) -> None:
    folder = DataFolder(data_home)
    for path in (
        folder.settings,
        folder.engine / discovery.ENDPOINT_NAME,
        folder.engine / discovery.PROGRAM_NAME,
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(watch.bombs[kind])
    load_settings(folder)
    assert discovery.read_endpoint(folder.engine) is None
    assert watch.is_clean


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["me.safetensors", "me.pt", "me.bin", "anna.s2person", "me.zip", ""])
def test_no_import_opens_a_pickle(kind: str, name: str, watch: Watch) -> None:
    with LocalClient() as client, pytest.raises(S2EditError) as caught:
        client.call(
            queries.ImportFile(watch.bombs[kind], name, "anna/me", "woman", "identity", consent=True),
        )
    assert "\n" not in caught.value.sentence
    assert watch.is_clean


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["model.safetensors", "model.ckpt", "model.bin", "model.pt"])
def test_no_single_file_model_is_opened_as_a_pickle(
    kind: str, name: str, watch: Watch, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(watch.bombs[kind])
    with LocalClient() as client, pytest.raises(S2EditError) as caught:
        client.run(api.ImportModel(str(tmp_path / name), "mine"))
    assert "\n" not in caught.value.sentence
    assert watch.is_clean


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("part", ["unet", "vae", "text_encoder"])
@pytest.mark.parametrize("ending", [".bin", ".safetensors"])
def test_no_network_of_a_model_folder_is_opened_as_a_pickle(
    kind: str, part: str, ending: str, watch: Watch, model: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(model, folder)
    (weights,) = (folder / part).glob("*.safetensors")
    weights.unlink()
    name = {"text_encoder": "pytorch_model"}.get(part, weights.stem) if ending == ".bin" else weights.stem
    (folder / part / f"{name}{ending}").write_bytes(watch.bombs[kind])
    from s2edit_plugin.workflows.studio import Studio

    with LocalClient(model=str(folder), device="cpu") as client:
        for attempt in (
            lambda: client.run(api.ImportModel(str(folder), "mine")),
            lambda: Studio(tmp_path / "home", str(folder), "cpu").backbone,
            lambda: client.run(LEARN),
        ):
            with pytest.raises(S2EditError) as caught:
                attempt()
            assert "\n" not in caught.value.sentence
    assert watch.is_clean


@pytest.mark.parametrize("kind", KINDS)
def test_no_picture_is_opened_as_a_pickle(kind: str, watch: Watch) -> None:
    bomb = watch.bombs[kind]
    requests: list[api.Request[Any]] = [
        api.MakeMask(bomb, "grabcut"),
        api.SuggestPrompt(bomb),
        api.LearnToken(bomb, "anna", "me", class_noun="woman", consent=True),
    ]
    with LocalClient() as client:
        for request in requests:
            with pytest.raises(InputError):
                client.run(request)
    assert watch.is_clean


@pytest.mark.parametrize("kind", KINDS)
def test_no_state_of_a_training_is_opened_as_a_pickle(kind: str, watch: Watch, tmp_path: Path) -> None:
    from s2edit_models.train.common import load_state
    from safetensors import SafetensorError

    (tmp_path / "state.safetensors").write_bytes(watch.bombs[kind])
    with pytest.raises(SafetensorError):
        load_state(tmp_path / "state.safetensors")
    assert watch.is_clean
