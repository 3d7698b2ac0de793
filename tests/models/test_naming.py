"""Names in training: what they are made of, what the encoder lets them reach, and how a release holds them."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from s2edit_models.drawing import names
from s2edit_models.drawing.dataset import split_seed
from s2edit_models.drawing.scene import ATTRIBUTES, Scene, sample_identity, sample_scene
from s2edit_models.drawing.spoken import TRAIT_WORDS, trait_phrases
from s2edit_models.train import denoiser, naming
from s2edit_models.train.tokenizer import build_tokenizer
from transformers import CLIPTokenizer

SMALL = denoiser.Recipe(
    widths=(32, 32), heads=(2, 2), groups=8, latent_channels=4, text_width=32, text_layers=2, text_heads=2
)


@pytest.fixture(scope="module")
def tokenizer() -> CLIPTokenizer:
    return build_tokenizer()


@pytest.fixture(scope="module")
def networks(tokenizer: CLIPTokenizer) -> denoiser.Networks:
    torch.manual_seed(0)
    return denoiser.build(SMALL, tokenizer).eval()


def test_every_name_is_one_word_of_the_vocabulary(tokenizer: CLIPTokenizer) -> None:
    everybody = [*names.PERSON_NAMES, *names.CAR_NAMES, names.NAME_PLACEHOLDER]
    assert len(set(everybody)) == names.PEOPLE + names.CARS + 1
    assert {len(tokenizer(word).input_ids) for word in everybody} == {3}


def test_traits_are_said_as_they_are() -> None:
    said = set()
    for i in range(300):
        scene = sample_scene(split_seed("validation", i), "portrait")
        t, phrases = scene.identity.traits, trait_phrases(scene)
        said.update(phrases)
        assert ("freckles" in phrases) == (t["freckles"] > 0)
        assert ("a big nose" in phrases) == (t["nose_w"] > 6.6)
        assert ("dark skin" in phrases) <= (t["skin_g"] < 0.25)
    assert said == set(TRAIT_WORDS)
    assert trait_phrases(sample_scene(5, "car")) == []


def test_nothing_hidden_is_said() -> None:
    hidden = Scene.of(3, {"glasses": "sunglasses", "bangs": "bangs", "expression": "surprised"}, 3)
    phrases = " ".join(trait_phrases(hidden))
    assert "eyes" not in phrases
    assert "brows" not in phrases
    assert "lips" not in phrases


def test_a_trait_vector_tells_people_apart_and_knows_no_attribute() -> None:
    one, other = (naming.trait_vector(sample_identity(seed)) for seed in (1, 2))
    assert one.shape == (naming.WIDTH,)
    assert np.linalg.norm(one - other) > 5
    assert np.abs(one).max() < 8
    scene = Scene.of(1, {"hair_color": ATTRIBUTES["portrait"]["hair_color"][3]}, 9)
    assert np.array_equal(naming.trait_vector(scene.identity), one)
    car = naming.trait_vector(sample_identity(1, "car"))
    assert car[0] == 1.0
    assert one[0] == 0.0


def _states(networks: denoiser.Networks, tokens: torch.Tensor, seed: int, isolated: bool) -> torch.Tensor:
    vectors = torch.from_numpy(naming.trait_vector(sample_identity(seed)))[None].expand(len(tokens), -1)
    hidden = torch.full((len(tokens),), isolated)
    with torch.no_grad():
        return naming.text_states(
            networks.text_encoder, tokens, networks.placeholder, networks.namer(vectors), hidden
        )


def test_without_a_name_the_states_are_the_encoders(
    networks: denoiser.Networks, tokenizer: CLIPTokenizer
) -> None:
    tokens = denoiser.tokenise(tokenizer, ["a photo of a woman with red hair", "a car"])
    with torch.no_grad():
        plain = networks.text_encoder(tokens).last_hidden_state
    assert torch.allclose(_states(networks, tokens, 1, isolated=True), plain, atol=1e-5)


def test_an_isolated_name_reaches_its_own_column_alone(
    networks: denoiser.Networks, tokenizer: CLIPTokenizer
) -> None:
    tokens = denoiser.tokenise(tokenizer, [f"a photo of a {names.NAME_PLACEHOLDER} woman with red hair"])
    (column,) = (tokens[0] == networks.placeholder).nonzero().flatten().tolist()
    changed = [
        (_states(networks, tokens, 1, isolated) - _states(networks, tokens, 2, isolated)).abs().sum(-1)[0] > 0
        for isolated in (True, False)
    ]
    assert changed[0].nonzero().flatten().tolist() == [column]
    assert changed[1].nonzero().flatten().tolist() == list(range(column, tokens.shape[1]))


def test_words_alone_hides_the_end_of_the_prompt(
    networks: denoiser.Networks, tokenizer: CLIPTokenizer
) -> None:
    with torch.no_grad():
        for name, parameter in networks.unet.named_parameters():
            if "proj_out" in name or "conv_out" in name:
                parameter.add_(
                    0.05 * torch.randn(parameter.shape, generator=torch.Generator().manual_seed(1))
                )
    noisy = torch.randn(1, 4, 16, 16, generator=torch.Generator().manual_seed(0))
    tokens = denoiser.tokenise(tokenizer, ["a woman"])
    everyone = torch.ones(1, dtype=torch.bool)
    networks.unet.set_attn_processor(denoiser.PlainAttention())
    table = networks.text_encoder.get_input_embeddings().weight
    results = []
    for push in (0.0, 1.0):
        with torch.no_grad():
            table[networks.end] += push
            results.append(
                [
                    networks(noisy, torch.tensor([500]), denoiser.Captions(tokens, words_alone=alone))
                    for alone in (everyone, ~everyone)
                ]
            )
            table[networks.end] -= push
    # The last columns cannot reach the words before them, and hidden they cannot reach the picture.
    hidden, seen = ((results[0][i] - results[1][i]).abs().max() for i in (0, 1))
    assert float(hidden) == 0.0
    assert float(seen) > 0.0


def test_a_release_holds_names_as_words(networks: denoiser.Networks, tokenizer: CLIPTokenizer) -> None:
    naming.write_names(networks.text_encoder, tokenizer, networks.namer)
    table = networks.text_encoder.get_input_embeddings().weight
    person = sample_identity(split_seed("train", 7))
    vector = networks.namer(torch.from_numpy(naming.trait_vector(person))[None])[0]
    word = tokenizer(names.PERSON_NAMES[7]).input_ids[1]
    assert torch.allclose(table[word], vector, atol=1e-6)
    ids = [tokenizer(name).input_ids[1] for name in names.PERSON_NAMES]
    assert torch.allclose(table[networks.placeholder], table[ids].mean(0), atol=1e-6)


def test_an_older_vocabulary_is_taken_over_word_by_word(tokenizer: CLIPTokenizer) -> None:
    torch.manual_seed(1)
    old = denoiser.build(SMALL, tokenizer).text_encoder
    new = denoiser.build(SMALL, tokenizer).text_encoder
    vocabulary = tokenizer.get_vocab()
    woman, hair = vocabulary["woman</w>"], vocabulary["hair</w>"]
    before = new.get_input_embeddings().weight[hair].clone()
    naming.adopt_vocabulary(new, tokenizer, old, {"woman</w>": hair})
    table = new.get_input_embeddings().weight
    assert torch.equal(table[woman], old.get_input_embeddings().weight[hair])
    assert torch.equal(table[hair], before)
    assert torch.equal(new.encoder.layers[0].mlp.fc1.weight, old.encoder.layers[0].mlp.fc1.weight)
