import librosa
import numpy as np

from core.audio import mel


def test_the_mel_matrix_is_librosas():
    expected = librosa.filters.mel(sr=16_000, n_fft=400, n_mels=80)

    np.testing.assert_allclose(mel.mel_matrix(), expected, atol=1e-7)


def test_the_spectrogram_is_librosas_power_spectrogram_on_whispers_scale():
    samples = np.random.default_rng(0).normal(0, 0.1, 16_000).astype(np.float32)
    power = librosa.feature.melspectrogram(
        y=samples, sr=16_000, n_fft=400, hop_length=160, n_mels=80, pad_mode="reflect"
    )
    logs = np.log10(np.maximum(power, 1e-10))
    expected = (np.maximum(logs, logs.max() - 8) + 4) / 4

    ours = mel.log_mel(np.pad(samples, 200, mode="reflect"))

    np.testing.assert_allclose(ours, expected, atol=1e-4)


def test_digital_silence_gives_finite_values():
    assert np.isfinite(mel.log_mel(np.zeros((2, 4000), np.float32))).all()
