"""Every common file gives the same 16 kHz sound; every file that cannot be used says why in one line."""

import io
import tracemalloc

import av
import numpy as np
import pytest
import soundfile

from core.audio import decoding
from core.errors import UserError

# container suffix, codec, sample rate, layout, how near the decoded tone must come
FORMATS = [
    ("wav", "pcm_s16le", 44_100, "stereo", 0.02),
    ("wav", "pcm_f32le", 8_000, "mono", 0.02),
    ("wav", "pcm_s24le", 96_000, "5.1", 0.02),
    ("flac", "flac", 48_000, "mono", 0.02),
    ("mp3", "libmp3lame", 44_100, "stereo", 0.1),
    ("ogg", "libopus", 48_000, "stereo", 0.1),
    ("opus", "libopus", 48_000, "mono", 0.1),
    ("m4a", "aac", 44_100, "stereo", 0.1),
    ("mp4", "aac", 48_000, "stereo", 0.1),
    ("mov", "pcm_s16be", 48_000, "mono", 0.02),
    ("webm", "libopus", 48_000, "stereo", 0.1),
]


def tone(seconds: float, rate: int, hertz: float = 440.0) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def write(path, channels: np.ndarray, rate: int, layout: str, codec: str = "pcm_s16le", video: bool = False) -> str:
    with av.open(str(path), "w") as container:
        sound = container.add_stream(codec, rate=rate, layout=layout) if codec else None
        if video:
            picture = container.add_stream("mpeg4", rate=25, width=16, height=16, pix_fmt="yuv420p")
            for _ in range(25):
                container.mux(picture.encode(av.VideoFrame.from_ndarray(np.zeros((16, 16, 3), np.uint8))))
            container.mux(picture.encode())
        if sound:
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(channels), "fltp", layout)
            frame.sample_rate = rate
            container.mux(sound.encode(frame))
            container.mux(sound.encode())
    return str(path)


@pytest.mark.parametrize("suffix,codec,rate,layout,near", FORMATS)
def test_every_format_becomes_16_khz_mono(tmp_path, suffix, codec, rate, layout, near):
    count = av.AudioLayout(layout).nb_channels
    path = write(tmp_path / f"a.{suffix}", np.tile(tone(2, rate), (count, 1)), rate, layout, codec)

    sound = decoding.load(path)

    assert sound.mono.dtype == np.float32
    assert sound.seconds == pytest.approx(2, abs=0.08)  # coded formats pad their last block
    middle = sound.mono[8_000:24_000]
    spectrum = np.abs(np.fft.rfft(middle)) / 8_000
    assert np.argmax(spectrum) == 440
    assert spectrum[440] == pytest.approx(0.5, abs=near)


def test_vorbis_is_read(tmp_path):
    soundfile.write(tmp_path / "a.ogg", np.stack([tone(2, 22_050)] * 2, axis=1), 22_050, subtype="VORBIS")

    spectrum = np.abs(np.fft.rfft(decoding.load(tmp_path / "a.ogg").mono[8_000:24_000])) / 8_000

    assert spectrum[440] == pytest.approx(0.5, abs=0.05)


def test_sound_of_a_film_and_of_bytes_is_read(tmp_path):
    path = write(tmp_path / "film.mp4", tone(1, 48_000)[None], 48_000, "mono", "aac", video=True)

    from_path, from_bytes = decoding.load(path), decoding.load((tmp_path / "film.mp4").read_bytes())

    assert from_path.sha256 == from_bytes.sha256
    assert decoding.frame_count(len(from_path.mono)) == pytest.approx(25, abs=2)


def test_the_sides_of_a_stereo_file_are_kept_only_where_they_differ(tmp_path):
    low, high = tone(1, 16_000, 200), tone(1, 16_000, 900)
    different = decoding.load(write(tmp_path / "a.wav", np.stack([low, high]), 16_000, "stereo"))
    same = decoding.load(write(tmp_path / "b.wav", np.stack([low, low]), 16_000, "stereo"))

    assert different.channels.shape == (2, 16_000) and same.channels.shape == (1, 16_000)
    np.testing.assert_allclose(different.mono, (low + high) / 2, atol=1e-3)


def test_opposite_polarity_does_not_cancel(tmp_path):
    sound = decoding.load(write(tmp_path / "a.wav", np.stack([tone(1, 16_000), -tone(1, 16_000)]), 16_000, "stereo"))

    np.testing.assert_allclose(sound.mono, tone(1, 16_000), atol=1e-3)


def test_start_and_duration_cut_exactly(tmp_path):
    ramp = np.linspace(0, 0.9, 48_000, dtype=np.float32)
    path = write(tmp_path / "a.wav", ramp[None], 16_000, "mono", "pcm_f32le")

    part = decoding.load(path, start=1.0, duration=0.75)

    np.testing.assert_allclose(part.mono, ramp[16_000:28_000], atol=1e-6)


def test_frames_cover_the_sound():
    assert [decoding.frame_count(n) for n in (1, 640, 641, 16_000)] == [1, 1, 2, 25]


def test_each_bad_file_gets_one_line_that_says_what_to_do(tmp_path):
    (tmp_path / "text.wav").write_text("this is not sound\n" * 50)
    (tmp_path / "empty.wav").write_bytes(b"")
    soundfile.write(tmp_path / "zero.wav", np.zeros(0, np.float32), 16_000)
    whole = write(tmp_path / "whole.mp4", tone(2, 48_000)[None], 48_000, "mono", "aac")
    (tmp_path / "half.mp4").write_bytes(open(whole, "rb").read()[:4000])
    cases = {
        tmp_path / "missing.wav": "There is no file",
        tmp_path: "cannot be read",
        tmp_path / "text.wav": "is not a sound file",
        tmp_path / "empty.wav": "is not a sound file",
        tmp_path / "half.mp4": "broken",
        write(tmp_path / "picture.mp4", None, 0, "", codec="", video=True): "has no sound in it",
        tmp_path / "zero.wav": "no sound could be decoded",
        write(tmp_path / "short.wav", tone(0.1, 16_000)[None], 16_000, "mono"): "0.10 s long",
        write(tmp_path / "silent.wav", np.zeros((1, 32_000), np.float32), 16_000, "mono"): "is silent",
    }
    for path, words in cases.items():
        with pytest.raises(UserError, match=words) as error:
            decoding.load(path)
        assert "\n" not in str(error.value) and str(error.value).count(". ") >= 1, error.value


def test_a_start_behind_the_end_is_told_as_too_short(tmp_path):
    path = write(tmp_path / "a.wav", tone(1, 16_000)[None], 16_000, "mono")

    with pytest.raises(UserError, match="0.00 s long in the chosen part"):
        decoding.load(path, start=5)


def test_a_damaged_middle_costs_only_the_damage(tmp_path):
    whole = write(tmp_path / "a.mp3", tone(4, 16_000)[None], 16_000, "mono", "libmp3lame")
    data = bytearray(open(whole, "rb").read())
    data[len(data) // 2 : len(data) // 2 + 200] = bytes(200)

    assert decoding.load(bytes(data)).seconds == pytest.approx(4, abs=0.3)


def test_a_long_file_is_decoded_without_holding_it_twice():
    minutes = 4
    file = io.BytesIO()
    with av.open(file, "w", format="flac") as container:
        stream = container.add_stream("flac", rate=16_000, layout="mono")
        for _ in range(minutes * 60):
            frame = av.AudioFrame.from_ndarray((tone(1, 16_000)[None] * 32_767).astype(np.int16), "s16", "mono")
            frame.sample_rate = 16_000
            container.mux(stream.encode(frame))
        container.mux(stream.encode())

    tracemalloc.start()
    sound = decoding.load(file.getvalue())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert sound.seconds == minutes * 60
    assert peak < 1.5 * sound.mono.nbytes


def test_progress_rises_and_may_cancel(tmp_path):
    path = write(tmp_path / "a.wav", tone(3, 16_000)[None], 16_000, "mono")
    seen = []
    decoding.load(path, progress=seen.append)
    assert seen == sorted(seen) and seen[-1] == 1

    class Cancelled(Exception):
        pass

    def cancel(share):
        raise Cancelled

    with pytest.raises(Cancelled):
        decoding.load(path, progress=cancel)
