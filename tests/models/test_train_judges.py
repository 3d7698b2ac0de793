"""The judges' training: data, losses, resuming, files; on tiny networks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from s2edit_models.drawing.dataset import draw, split_seed
from s2edit_models.drawing.scene import Scene
from s2edit_models.train import judge_measures, judges
from s2edit_models.train.common import load_state
from s2edit_models.train.judge_data import (
    PEOPLE,
    PICTURES,
    PictureStore,
    degrade,
    labels_of,
    move,
    pack_masks,
    random_group,
    to_floats,
    unpack_masks,
    with_skin_of,
)
from s2edit_models.train.judge_networks import HEADS, REGIONS, load_attribute_net, load_identity_net
from safetensors import safe_open


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder with one small chunk of pictures."""
    folder = tmp_path_factory.mktemp("state")
    PictureStore(folder, groups=1).grow(1)
    return folder


def test_labels_name_what_the_scene_holds() -> None:
    scene = Scene.of(1, {"glasses": "sunglasses", "hair_color": "red"}, 3)
    labels = dict(zip(((head.domain, head.name) for head in HEADS), labels_of(scene), strict=True))
    by_name = {head.name: head for head in HEADS if head.domain in ("", "portrait")}
    assert by_name["glasses"].values[labels["portrait", "glasses"]] == "sunglasses"
    assert by_name["hair_color"].values[labels["portrait", "hair_color"]] == "red"
    assert by_name["scene"].values[labels["", "scene"]] == scene.nuisance.scene
    assert labels["car", "paint"] == -1


def test_masks_survive_packing() -> None:
    picture, _ = draw(split_seed("judge_train", 5))
    masks = unpack_masks(pack_masks(picture)[None])[0].numpy()
    for channel, name in enumerate(REGIONS):
        assert np.array_equal(masks[channel] > 0.5, picture.masks[name] >= 128), name


def test_groups_hold_people_easily_mistaken_for_one_another() -> None:
    people = random_group(np.random.default_rng(0), "judge_train", 0, same_skin=True)
    assert len({person.noun for person in people}) == 1
    assert len({(p.traits["skin_r"], p.traits["skin_g"], p.traits["skin_b"]) for p in people}) == 1
    assert len({p.traits["half_width"] for p in people}) == len(people) > 4


def test_store_draws_groups_once(state: Path) -> None:
    store = PictureStore(state, groups=1)
    assert store.grow(1) == 1
    (chunk,) = store.chunks()
    assert chunk.rgb.shape[1:] == (128, 128, 3)
    assert len(chunk.rgb) <= PEOPLE * PICTURES
    first, second = (chunk.labels[chunk.people[:, 1] == person] for person in (0, 1))
    heads = [i for i, head in enumerate(HEADS) if head.name != "scene"]
    # The k-th pictures of all people show the same attributes: only the person tells them apart.
    assert np.array_equal(first[:, heads], second[:, heads])


def test_store_draws_the_same_chunks_with_several_processes(state: Path, tmp_path: Path) -> None:
    assert PictureStore(tmp_path, groups=1).grow(2, workers=2) == 2
    (alone,) = PictureStore(state, groups=1).chunks()
    first, second = PictureStore(tmp_path, groups=1).chunks()
    assert np.array_equal(first.rgb, alone.rgb)
    assert not np.array_equal(second.rgb[0], alone.rgb[0])


def test_store_throws_away_what_another_drawing_program_drew(tmp_path: Path) -> None:
    stale = tmp_path / "pictures-judge_train-00000000"
    stale.mkdir()
    PictureStore(tmp_path, groups=1)
    assert not stale.exists()


def test_copies_are_kept_beside_the_pictures(state: Path) -> None:
    store = PictureStore(state, groups=1)
    assert store.add_copies("one", lambda rgb: 255 - rgb, limit=1) == 1  # type: ignore[arg-type]
    (chunk,) = store.chunks("one")
    assert chunk.copies is not None
    i, copy = chunk.pick(np.random.default_rng(0), copied=True)
    assert np.array_equal(copy, 255 - chunk.rgb[i])
    assert np.array_equal(chunk.copy_of(i), copy)
    assert np.array_equal(chunk.copy_of(1), chunk.rgb[1])
    store.add_copies("two", lambda rgb: rgb, limit=1)  # type: ignore[arg-type]
    assert store.chunks("one")[0].copies is None


def test_variations_keep_range_and_masks_binary() -> None:
    picture, _ = draw(split_seed("judge_train", 5))
    x, masks = to_floats(picture.rgb[None]), unpack_masks(pack_masks(picture)[None])
    noise = torch.Generator().manual_seed(0)
    y, moved = move(degrade(x, noise), noise, 0.8, 1.2, 0.1, masks)
    assert y.shape == x.shape
    assert 0.0 <= float(y.min()) <= float(y.max()) <= 1.0
    assert moved is not None
    assert set(moved.unique().tolist()) <= {0.0, 1.0}


def test_attribute_loss_ignores_questions_without_sense() -> None:
    logits = [torch.tensor([[4.0, 0.0], [0.0, 9.0]]), torch.zeros(2, 3)]
    labels = torch.tensor([[0, -1], [-1, -1]])
    loss = judges.attribute_loss(logits, labels)
    assert float(loss) == pytest.approx(float(np.log1p(np.exp(-4.0))), abs=1e-5)


def test_contrastive_loss_prefers_people_apart() -> None:
    people = torch.tensor([0, 0, 1, 1])
    apart = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    mixed = torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 1.0]])
    assert judges.contrastive_loss(apart, people) < 0.01 < judges.contrastive_loss(mixed, people)


def test_equal_error_of_known_similarities() -> None:
    threshold, right = judge_measures.equal_error(np.array([0.9, 0.8, 0.7]), np.array([0.1, 0.2, 0.3]))
    assert right == 1.0
    assert 0.3 < threshold < 0.7
    _, right = judge_measures.equal_error(np.array([0.9, 0.8, 0.7, 0.2]), np.array([0.75, 0.1, 0.0, 0.05]))
    assert right == pytest.approx(0.75)


def test_verification_pairs_match_where_they_should() -> None:
    pairs, same = judge_measures.verification_pairs("validation", 3)
    assert pairs.shape == (6, 2, 128, 128, 3)
    assert same.tolist() == [True] * 3 + [False] * 3
    person, other = Scene.of(1, {}, 1).identity, Scene.of(2, {}, 1).identity
    assert with_skin_of(other, person).traits["skin_r"] == person.traits["skin_r"]
    assert with_skin_of(other, person).traits["half_width"] == other.traits["half_width"]


def test_attribute_training_resumes_and_writes_a_judge(state: Path, tmp_path: Path) -> None:
    tiny = {"out": tmp_path, "chunks": 1, "groups": 1, "batch": 8, "width": 4, "validation": 12}
    first = judges.train_attributes(1.0, state, "cpu", max_steps=2, **tiny)  # type: ignore[arg-type]
    second = judges.train_attributes(1.0, state, "cpu", max_steps=2, **tiny)  # type: ignore[arg-type]
    assert (first["step"], second["step"]) == (2.0, 4.0)
    saved = load_state(state / "attributes.safetensors")
    assert saved is not None
    assert saved["step"] == 4
    network, metadata = load_attribute_net(tmp_path / "attributes.safetensors")
    assert [head.name for head in network.heads] == [head.name for head in HEADS]
    assert "figures" in metadata
    with safe_open(str(tmp_path / "attributes.safetensors"), framework="pt") as file:
        assert {file.get_tensor(name).dtype for name in file.keys()} == {torch.float16}  # noqa: SIM118
    assert not list(tmp_path.glob("*.part"))


def test_identity_training_writes_a_threshold(state: Path, tmp_path: Path) -> None:
    tiny = {
        "out": tmp_path,
        "chunks": 1,
        "groups": 1,
        "people": 3,
        "pictures": 2,
        "width": 4,
        "validation": 3,
    }
    result = judges.train_identity(1.0, state, "cpu", max_steps=2, **tiny)  # type: ignore[arg-type]
    network, metadata = load_identity_net(tmp_path / "identity.safetensors")
    assert float(metadata["threshold"]) == pytest.approx(result["threshold"], abs=1e-5)
    points = judge_measures.embed_all(network, draw(1)[0].rgb[None])
    assert np.linalg.norm(points[0]) == pytest.approx(1.0, abs=1e-4)


def test_loading_refuses_the_other_judge(state: Path, tmp_path: Path) -> None:
    tiny = {
        "out": tmp_path,
        "chunks": 1,
        "groups": 1,
        "people": 3,
        "pictures": 2,
        "width": 4,
        "validation": 2,
    }
    judges.train_identity(1.0, state, "cpu", max_steps=1, **tiny)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no attributes judge"):
        load_attribute_net(tmp_path / "identity.safetensors")
