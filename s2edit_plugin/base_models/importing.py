"""Import of local models: a folder in the diffusers layout, or a single checkpoint file. Does not use the network."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from s2edit_plugin.api import ModelReady, OnProgress
from s2edit_plugin.base_models import copying, placing, store
from s2edit_plugin.base_models.bounds import check_config
from s2edit_plugin.base_models.catalogue import load_catalogue
from s2edit_plugin.base_models.digests import file_digests
from s2edit_plugin.base_models.families import FAMILY_TITLES
from s2edit_plugin.base_models.meter import Meter, silent
from s2edit_plugin.base_models.records import InstalledFile, ModelRecord, record_in, write_record
from s2edit_plugin.base_models.single_file import convert, converted_size
from s2edit_plugin.base_models.weights import (
    TensorInfo,
    differences,
    is_harmless,
    left_out_note,
    odd_numbers,
    read_header,
    shapes_of,
)
from s2edit_plugin.errors import ModelError, Sentence, UsageError
from s2edit_plugin.storage.paths import MAX_JSON, DataFolder, disk_error, read_limited

__all__ = ["import_model"]

_NO_PICKLE = "Pickle can run programs and is never read; get the model as .safetensors."
# Imported parts of a pipeline and their allowed classes.
_NETWORKS = {
    "unet": ("UNet2DConditionModel",),
    "vae": ("AutoencoderKL",),
    "text_encoder": ("CLIPTextModel",),
    "text_encoder_2": ("CLIPTextModelWithProjection",),
    "safety_checker": ("StableDiffusionSafetyChecker",),
}
_NEEDED = {
    "StableDiffusionPipeline": ("unet", "vae", "text_encoder", "tokenizer", "scheduler"),
    "StableDiffusionXLPipeline": (
        "unet", "vae", "text_encoder", "text_encoder_2", "tokenizer", "tokenizer_2", "scheduler",
    ),
}  # fmt: skip
_SMALL_FILES = re.compile(r"[\w.-]+\.(json|txt)")
_VARIANT = re.compile(r"\.(fp16|bf16|fp32)(?=[.-])")


@dataclass(frozen=True)
class _Source:
    """A model to import: its size, and a function that writes it and returns family, prediction and a note."""

    size: int
    write: Callable[[Path, Callable[[int], None]], tuple[str, str, str]]


def import_model(
    folder: DataFolder,
    path: Path,
    name: str = "",
    on_progress: OnProgress = silent,
    *,
    prediction: str = "auto",
) -> ModelReady:
    """Copy or convert a model into the models' folder.

    Args:
        path: a folder with a ``model_index.json``, or a ``.safetensors`` checkpoint of Stable Diffusion 1.x, 2.x or XL.
        name: of the new model; "": from the file's or folder's name.
        on_progress: may raise `errors.CancelledError`; then nothing is kept.
        prediction: see `single_file.convert`.

    Raises:
        ModelError: of another kind, damaged, pickled or incomplete. UsageError: the name is taken or invalid.
        ResourceError: the disk is full or refuses.
    """
    path = Path(path).expanduser().absolute()
    source = _source(path, prediction)
    name = placing.check_model_name(name or _name_of(path))
    if name in load_catalogue():
        raise UsageError(
            Sentence("'{}' is a name of the catalogue.", name), "Choose another one with --as NAME."
        )
    with placing.changing_models(folder, on_progress) as root:
        if record_in(root, name) is not None:
            raise UsageError(
                Sentence("There is a model '{}' already.", name),
                Sentence("Choose another name, or `s2edit models remove {}` first.", name),
            )
        copying.require_space(root, source.size, f"The model '{name}'")
        record, note = _take(root, name, path.name, source, on_progress)
    sentence = f"Imported {name} ({FAMILY_TITLES.get(record.family, record.family)}). {note}".strip()
    return ModelReady(name, str(root / name), record.size, sentence)


def _source(path: Path, prediction: str) -> _Source:
    ending = path.suffix.lower()
    if path.is_dir():
        return _folder_source(path)
    if not path.is_file():
        raise ModelError(Sentence("There is no file or folder {}.", path), "Check the path.")
    if ending in store.PICKLED:
        raise ModelError(Sentence("{} is a pickled checkpoint.", path.name), _NO_PICKLE)
    if ending != ".safetensors":
        raise ModelError(
            Sentence("{} is no model that can be imported.", path.name),
            "Name a .safetensors file or a folder with model_index.json.",
        )

    def write(target: Path, on_bytes: Callable[[int], None]) -> tuple[str, str, str]:
        done = convert(path, target, on_bytes, prediction=prediction)
        return done.family, done.prediction, done.note

    return _Source(converted_size(path), write)


def _take(
    root: Path, name: str, origin: str, source: _Source, on_progress: OnProgress
) -> tuple[ModelRecord, str]:
    """Write the model into the staging folder, hash it, make it visible; on errors delete it."""
    staging = placing.staging(root, name)
    shutil.rmtree(staging, ignore_errors=True)
    files = staging / "files"
    try:
        files.mkdir(parents=True)
        family, prediction, note = source.write(
            files, Meter(f"importing {name}", source.size, on_progress).add
        )
        record = ModelRecord(
            name=name,
            title=origin,
            family=family,
            origin=origin,
            prediction=prediction,
            hash_source="its files as they were when it was imported",
            files=tuple(_hashed(files, Meter(f"hashing {name}", source.size, on_progress))),
        )
        write_record(files, record)
        placing.place(root, name, files)
    except OSError as error:
        raise disk_error(files / name, error) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return record, note


def _hashed(files: Path, meter: Meter) -> list[InstalledFile]:
    return [
        InstalledFile(
            path.relative_to(files).as_posix(),
            path.stat().st_size,
            file_digests(path, ["sha256"], meter.add)["sha256"].removeprefix("sha256:"),
        )
        for path in sorted(files.rglob("*"))
        if path.is_file()
    ]


# ---------------------------------------------------------------------- folders in the diffusers layout


def _folder_source(folder: Path) -> _Source:
    """Check a folder: a known pipeline, all its parts, safetensors only, tensors that fit."""
    if not (folder / "model_index.json").is_file():
        raise ModelError(
            Sentence("The folder {} holds no model_index.json.", folder.name),
            "Name the folder of a model in the diffusers layout.",
        )
    index = _json(folder / "model_index.json")
    needed = _known_parts(folder, index)
    for part in needed:
        if not (folder / part).is_dir():
            raise ModelError(
                Sentence("The model in {} has no {}.", folder.name, part), "Get the whole folder."
            )
    notes = []
    if "safety_checker" in needed and not list((folder / "safety_checker").glob("*.safetensors")):
        needed -= {"safety_checker", "feature_extractor"}
        notes.append("Its safety checker is a pickled file and was left out.")
    copies: dict[str, Path] = {}
    extra: list[str] = []
    for part in sorted(needed & set(_NETWORKS)):
        weights, superfluous = _weights_of(folder, part, str(index[part][1]))
        copies |= weights
        extra += superfluous
    if extra:
        notes.append(left_out_note(extra))
    copies |= _small_files(folder, needed, copies)
    if "scheduler/scheduler_config.json" not in copies:
        raise ModelError(
            Sentence("The model in {} has no scheduler_config.json.", folder.name), "Get the whole folder."
        )
    check_config(_json(copies["scheduler/scheduler_config.json"]), f"The scheduler in {folder.name}")

    def write(target: Path, on_bytes: Callable[[int], None]) -> tuple[str, str, str]:
        _write_index(target, index, needed)
        for place, file in copies.items():
            _copy(file, target / place, on_bytes)
        scheduler = _json(target / "scheduler" / "scheduler_config.json")
        return _family_of(target, index), str(scheduler.get("prediction_type", "epsilon")), " ".join(notes)

    return _Source(sum(file.stat().st_size for file in copies.values()), write)


def _small_files(folder: Path, parts: set[str], taken: Collection[str]) -> dict[str, Path]:
    """Configurations and vocabularies of the parts by their path in the model. Args: taken: paths already used."""
    found: dict[str, Path] = {}
    for part in sorted(parts):
        for file in sorted((folder / part).iterdir()):
            target = f"{part}/{file.name}"
            if not _SMALL_FILES.fullmatch(file.name) or ".safetensors" in file.name or target in taken:
                continue
            if not file.is_file():
                raise ModelError(
                    Sentence("{}/{} in {} is no ordinary file.", part, file.name, folder.name),
                    "Get it again.",
                )
            found[target] = file
    return found


def _known_parts(folder: Path, index: dict[str, Any]) -> set[str]:
    """The parts to import. Raises ModelError for unknown classes."""
    pipeline = str(index.get("_class_name", ""))
    known = pipeline.replace("Img2Img", "")  # has the same parts
    if known not in _NEEDED:
        raise ModelError(
            Sentence(
                "The model in {} is a '{}', which this version does not know.", folder.name, pipeline[:60]
            ),
            "It knows Stable Diffusion 1.x, 2.x and XL.",
        )
    wanted = set(_NEEDED[known])
    optional = {"safety_checker", "feature_extractor"}
    wanted |= {part for part in optional if isinstance(index.get(part), list) and all(index[part])}
    for part in sorted(wanted & set(_NETWORKS)):
        entry = index.get(part)
        kind = entry[1] if isinstance(entry, list) and len(entry) == 2 else None
        if kind not in _NETWORKS[part]:
            raise ModelError(
                Sentence(
                    "The {} of the model in {} is a '{}', which this version does not know.",
                    part,
                    folder.name,
                    str(kind)[:60],
                ),
                "It knows Stable Diffusion 1.x, 2.x and XL.",
            )
    return wanted


def _weights_of(folder: Path, part: str, kind: str) -> tuple[dict[str, Path], list[str]]:
    """A network's weights: target path -> file, and the tensors it does not need.

    A half-precision variant is used only if there is no other.
    """
    files = sorted(path for path in (folder / part).iterdir() if path.name.endswith(".safetensors"))
    if not files:
        pickled = [path.name for path in (folder / part).iterdir() if path.suffix.lower() in store.PICKLED]
        if pickled:
            raise ModelError(
                Sentence("The {} in {} is a pickled file ({}).", part, folder.name, pickled[0]), _NO_PICKLE
            )
        raise ModelError(Sentence("The {} in {} has no weights.", part, folder.name), "Get the whole folder.")
    plain = [path for path in files if not _VARIANT.search(path.name) and "non_ema" not in path.name]
    chosen = plain or [path for path in files if ".fp16." in path.name or ".fp16-" in path.name] or files
    if any("-of-" in path.name for path in chosen) and any("-of-" not in path.name for path in chosen):
        chosen = [
            path for path in chosen if "-of-" not in path.name
        ]  # the same once whole and once in pieces
    header: dict[str, TensorInfo] = {}
    for path in chosen:
        header |= read_header(path)
    config = _json(folder / part / "config.json")
    check_config(config, f"The {part} in {folder.name}")
    extra: list[str] = []
    if part != "safety_checker":
        extra = [name for name in header if is_harmless(kind, name)]
        needed = {name: info for name, info in header.items() if name not in extra}
        odd = odd_numbers(needed)
        if odd:
            raise ModelError(
                Sentence(
                    "The {} in {} stores its numbers as {}, which cannot be used.", part, folder.name, odd
                ),
                "Get the fp16 or fp32 files.",
            )
        problem = differences(shapes_of(kind, config), {name: info.shape for name, info in needed.items()})
        if problem:
            raise ModelError(
                Sentence("The {} in {} does not fit its config.json: {}.", part, folder.name, problem),
                "Get it again.",
            )
    copies = {f"{part}/{_VARIANT.sub('', path.name)}": path for path in chosen}
    if len(chosen) > 1:
        table = next((p for p in sorted((folder / part).glob("*.safetensors.index*.json"))), None)
        if table is None:
            raise ModelError(
                Sentence("The {} in {} is in pieces without their index.", part, folder.name),
                "Get the whole folder.",
            )
        places = _json(table).get("weight_map")
        if not isinstance(places, dict) or not {str(p) for p in places.values()} <= {
            path.name for path in chosen
        }:
            raise ModelError(
                Sentence("The index of the {} in {} names files that are not there.", part, folder.name),
                "Get the whole folder.",
            )
        copies[f"{part}/{_VARIANT.sub('', table.name)}"] = table
    return copies, [f"{part}: {name}" for name in extra if not name.endswith("position_ids")]


def _copy(source: Path, target: Path, on_bytes: Callable[[int], None]) -> None:
    """Copy, not link, since the user may change the original. An index of variants is rewritten to plain names."""
    if ".safetensors.index" in source.name:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_VARIANT.sub("", json.dumps(_json(source), indent=2)), encoding="utf-8")
        return
    copying.copy_file(source, target, on_bytes)


def _write_index(target: Path, index: dict[str, Any], parts: set[str]) -> None:
    """Write ``model_index.json`` with the imported parts only."""
    pipeline = str(index["_class_name"]).replace("Img2Img", "")
    values: dict[str, Any] = {
        "_class_name": pipeline,
        "_diffusers_version": index.get("_diffusers_version", "0.0.0"),
    }
    values |= {part: index[part] for part in sorted(parts)}
    if pipeline == "StableDiffusionPipeline":
        absent = {"safety_checker", "feature_extractor", "image_encoder"} - parts
        values |= {part: [None, None] for part in sorted(absent)}
        values["requires_safety_checker"] = "safety_checker" in parts
    else:
        values["force_zeros_for_empty_prompt"] = bool(index.get("force_zeros_for_empty_prompt", True))
    (target / "model_index.json").write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")


def _family_of(folder: Path, index: dict[str, Any]) -> str:
    if "XL" in str(index["_class_name"]):
        return "sdxl"
    width = _json(folder / "unet" / "config.json").get("cross_attention_dim")
    return {768: "sd1", 1024: "sd2"}.get(width if isinstance(width, int) else 0, "small")


def _json(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(read_limited(path, MAX_JSON).decode("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(
            Sentence("{}/{} cannot be read.", path.parent.name, path.name), "Get the model again."
        ) from error
    if not isinstance(values, dict):
        raise ModelError(Sentence("{}/{} is malformed.", path.parent.name, path.name), "Get the model again.")
    return values


def _name_of(path: Path) -> str:
    """A model name from a file's or folder's name: lower case letters, digits, '-', '_' and '.'."""
    stem = path.name if path.is_dir() else path.stem
    return re.sub(r"[^a-z0-9._-]+", "-", stem.lower()).strip("-._")[:64] or "model"
