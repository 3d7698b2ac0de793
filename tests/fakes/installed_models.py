"""Installed models without any download: small files and a true record."""

from __future__ import annotations

from pathlib import Path

from s2edit_plugin.base_models.digests import file_digests
from s2edit_plugin.base_models.records import InstalledFile, ModelRecord, write_record
from s2edit_plugin.storage.paths import DataFolder
from s2edit_plugin.storage.settings import models_folder


def put_model(folder: DataFolder, name: str, kind: str = "base", content: bytes = b"weights") -> Path:
    """An installed model of two small files with a true record."""
    place = models_folder(folder) / name
    (place / "unet").mkdir(parents=True)
    (place / "model_index.json").write_text('{"_class_name": "StableDiffusionPipeline"}')
    (place / "unet" / "diffusion_pytorch_model.safetensors").write_bytes(content)
    files = []
    for path in (place / "model_index.json", place / "unet" / "diffusion_pytorch_model.safetensors"):
        sha256 = file_digests(path, ["sha256"])["sha256"].removeprefix("sha256:")
        files.append(
            InstalledFile(
                path.relative_to(place).as_posix(), path.stat().st_size, sha256, "sha256 of the hub"
            )
        )
    write_record(place, ModelRecord(name, f"The {name}", kind, "sd1", origin="somewhere", files=tuple(files)))
    return place
