"""Training parts: tokenizer, optimizer, shards, average, atomic files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from s2edit_models.drawing.captions import GRAMMAR_WORDS
from s2edit_models.drawing.names import NAME_PLACEHOLDER
from s2edit_models.train import autoencoder, common, data, naming, pool
from s2edit_models.train.denoiser import Recipe, build_scheduler, timestep_chances, tokenise
from s2edit_models.train.diffusion import Latents
from s2edit_models.train.optimizer import Muon, is_matrix, orthogonalise
from s2edit_models.train.tokenizer import END, LENGTH, START, build_tokenizer
from torch import nn
from transformers import CLIPTokenizer


@pytest.fixture(scope="module")
def tokenizer() -> CLIPTokenizer:
    return build_tokenizer()


def test_end_of_text_has_the_highest_id(tokenizer: CLIPTokenizer) -> None:
    assert tokenizer.eos_token_id == len(tokenizer) - 1 == max(tokenizer.get_vocab().values())
    assert tokenizer.eos_token_id != 2
    assert tokenizer.pad_token_id == tokenizer.eos_token_id
    assert tokenizer.convert_ids_to_tokens([tokenizer.bos_token_id, tokenizer.eos_token_id]) == [START, END]


def test_every_grammar_word_is_one_token(tokenizer: CLIPTokenizer) -> None:
    for phrase in GRAMMAR_WORDS:
        for word in phrase.split():
            assert len(tokenizer(word).input_ids) == 3, word


def test_any_text_round_trips(tokenizer: CLIPTokenizer) -> None:
    for text in ("a photo of a zebra", "größe 日本", "qwxzy vvv \u0001"):
        ids = tokenizer(text).input_ids
        assert ids[0] == tokenizer.bos_token_id
        assert ids[-1] == tokenizer.eos_token_id
        assert tokenizer.eos_token_id not in ids[:-1]
        assert tokenizer.decode(ids, skip_special_tokens=True).split() == text.split()


def test_padding_is_end_of_text(tokenizer: CLIPTokenizer) -> None:
    ids = tokenizer(["a hat", ""], padding="max_length", max_length=LENGTH, truncation=True).input_ids
    assert all(len(row) == LENGTH for row in ids)
    assert set(ids[1][1:]) == {tokenizer.eos_token_id}


def test_tokenizer_survives_saving(tokenizer: CLIPTokenizer, tmp_path: Path) -> None:
    tokenizer.save_pretrained(tmp_path)
    again = CLIPTokenizer.from_pretrained(tmp_path)
    assert again("a woman with long red hair").input_ids == tokenizer("a woman with long red hair").input_ids
    assert again.model_max_length == LENGTH


def test_newton_schulz_is_nearly_orthogonal() -> None:
    matrices = torch.randn(3, 24, 60, generator=torch.Generator().manual_seed(0))
    for stack in (matrices, matrices.mT):
        values = torch.linalg.svdvals(orthogonalise(stack).float())
        assert values.min() > 0.5
        assert values.max() < 1.4
    # The singular vectors stay: the result is close to the polar factor.
    u, _, v = torch.linalg.svd(matrices, full_matrices=False)
    near = torch.nn.functional.cosine_similarity(
        orthogonalise(matrices).float().flatten(), (u @ v).flatten(), dim=0
    )
    assert near > 0.95


def test_muon_takes_matrices_and_adam_the_rest() -> None:
    assert is_matrix("conv.weight", torch.zeros(64, 32, 3, 3))
    assert not is_matrix("text_model.embeddings.token_embedding.weight", torch.zeros(500, 64))
    assert not is_matrix("conv_in.weight", torch.zeros(64, 2, 3, 3))
    assert not is_matrix("norm.bias", torch.zeros(64))
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(32, 48), nn.Tanh(), nn.Linear(48, 32))
    optimizer = Muon(net.named_parameters(), 3e-3)
    x = torch.randn(64, 32)
    losses = []
    for _ in range(60):
        loss = (net(x) - x.roll(1, 1)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.75 * losses[0]
    assert [g["muon"] for g in optimizer.param_groups] == [True, False]


def test_timesteps_that_count_more_are_drawn_more() -> None:
    chances = timestep_chances(build_scheduler().alphas_cumprod, 5.0, 0.25)
    assert chances.shape == (1000,)
    assert abs(float(chances.sum()) - 1.0) < 1e-5
    assert chances[10] < chances[300]
    assert chances[300] == pytest.approx(float(chances[900]), rel=1e-4)


def test_average_follows_and_gives_back() -> None:
    net = nn.Linear(2, 2)
    average = common.Average(net, 0.9)
    before = net.weight.detach().clone()
    with torch.no_grad():
        net.weight += 1.0
    average.update(net)
    own = net.weight.detach().clone()
    with average.in_place_of(net):
        assert torch.all(net.weight > before)
        assert torch.all(net.weight < own + 1e-6)
    assert torch.equal(net.weight, own)


def test_slice_warms_up_and_cools_down() -> None:
    budget = common.Slice(steps=100, warmup=10, cooldown=0.5)
    rates = [budget.rate(i) for i in budget.ticks()]
    assert len(rates) == 100
    assert rates[0] == pytest.approx(0.1)
    assert max(rates) == 1.0
    assert rates[-1] == pytest.approx(0.05)
    assert rates[75] == pytest.approx(0.5)


def test_shards_are_drawn_once_and_checked(tmp_path: Path) -> None:
    data.draw_shard(tmp_path, "train", 0, size=32, count=3)
    data.draw_textures(tmp_path, 0, size=32, count=2)
    shards = data.Shards(tmp_path, "train")
    assert len(shards) == 3
    assert not shards.refresh()
    shard = next(iter(shards.found.values()))
    assert shard.rgb.shape == (3, 32, 32, 3)
    assert shard.is_current()
    assert len(shard.scenes()) == 3
    changed = np.load(shard.path / "rgb.npy")
    np.save(shard.path / "rgb.npy", 255 - changed)
    stale = data.Shards(tmp_path, "train")
    assert stale.drop_stale() == 1
    assert len(stale) == 0
    assert not shard.path.exists()
    assert len(data.Shards(tmp_path, "texture")) == 2


def test_every_picture_of_a_shard_has_its_wordings(tmp_path: Path) -> None:
    data.draw_shard(tmp_path, "train", 3, size=32, count=4)
    (shard,) = data.Shards(tmp_path, "train").found.values()
    texts = shard.captions()
    assert [len(wordings) for wordings in texts] == [data.WORDINGS] * 4
    for scene, wordings in zip(shard.scenes(), texts, strict=True):
        plain, named = wordings[::2], wordings[1::2]
        assert all(scene.identity.domain == "car" or scene.identity.noun in text for text in plain)
        assert all(NAME_PLACEHOLDER in text.split() for text in named)
        assert not any(NAME_PLACEHOLDER in text.split() for text in plain)
    (shard.path / "captions.json").unlink()
    assert not shard.is_current()


def test_a_pool_keeps_its_rows_when_it_grows() -> None:
    filling = pool.Pool(torch.device("cpu"))
    with pytest.raises(IndexError):
        filling.filled()
    rows = np.arange(60, dtype=np.int16).reshape(20, 3)
    for first in range(0, 20, 4):
        filling.append(rows[first : first + 4])
        assert len(filling) == first + 4
        assert torch.equal(filling.filled(), torch.from_numpy(rows[: first + 4]))
    assert filling.filled().dtype == torch.int16


def test_crops_gathered_on_the_device_are_those_cut_from_the_maps(tmp_path: Path) -> None:
    for number in (0, 1):
        data.draw_shard(tmp_path, "train", number, size=32, count=3)
    mapped, pooled = (
        kind(data.Shards(tmp_path, "train"), torch.device("cpu")) for kind in (pool.Mapped, pool.Pooled)
    )
    corners = np.array([[0, 16], [5, 3], [16, 0], [7, 7], [1, 2]])
    mirrored = np.array([True, False, True, False, True])
    for crop in (16, 9):
        (rgb, focus), (rgb_too, focus_too) = (
            source.crops(np.random.default_rng(crop), corners, mirrored, crop) for source in (mapped, pooled)
        )
        assert rgb.shape == (5, 3, crop, crop)
        assert focus.shape == (5, 1, crop, crop)
        assert torch.allclose(rgb, rgb_too, atol=1e-6)
        assert torch.allclose(focus, focus_too, atol=1e-6)
    data.draw_shard(tmp_path, "train", 2, size=32, count=3)
    for source in (mapped, pooled):
        source.refresh()
        assert len(source) == 9
    assert isinstance(pool.source_of(pooled.shards, torch.device("cpu")), pool.Mapped)


def test_latents_come_with_one_wording_of_their_picture(tmp_path: Path, tokenizer: CLIPTokenizer) -> None:
    data.draw_shard(tmp_path / "pictures", "train", 0, count=6)
    vae = autoencoder.build(autoencoder.Recipe(widths=(8, 8, 8, 8), groups=4))
    latents = Latents(vae.eval(), tokenizer, tmp_path, torch.device("cpu"))
    assert len(latents) == 6
    (shard,) = latents.shards.found.values()
    texts = shard.captions()
    x, picked = latents.pick(torch.Generator().manual_seed(0), 40, Recipe(no_caption=0.0))
    assert x.shape == (40, 8, 16, 16)
    assert picked.traits is not None
    people = [naming.trait_vector(scene.identity) for scene in shard.scenes()]
    kept = latents.values.filled().float()
    for latent, row, traits in zip(x, picked.tokens, picked.traits, strict=True):
        i = int((kept - latent).abs().flatten(1).sum(1).argmin())
        assert torch.equal(kept[i], latent)
        assert any(torch.equal(tokenise(tokenizer, [text])[0], row) for text in texts[i])
        assert np.array_equal(traits.numpy(), people[i])
    _, empty = latents.pick(torch.Generator().manual_seed(0), 40, Recipe(no_caption=1.0))
    assert torch.equal(empty.tokens, tokenise(tokenizer, [""]).expand(40, -1))
    assert empty.words_alone is not None
    assert not empty.words_alone.any()  # there is no word that could say anything alone
    # Another slice reads the latents that were made before.
    again = Latents(vae, tokenizer, tmp_path, torch.device("cpu"))
    assert torch.equal(again.values.filled(), latents.values.filled())


def test_files_are_written_whole(tmp_path: Path) -> None:
    common.save_json(tmp_path / "a" / "x.json", {"n": 1})
    common.save_state(tmp_path / "x.safetensors", {"w": torch.ones(2)})
    assert common.load_json(tmp_path / "a" / "x.json") == {"n": 1}
    assert torch.equal(common.load_state(tmp_path / "x.safetensors")["w"], torch.ones(2))
    assert common.load_json(tmp_path / "none.json") == {}
    assert common.load_state(tmp_path / "none.safetensors") is None
    assert not list(tmp_path.rglob("*.part"))
