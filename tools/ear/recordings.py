r"""Cut dry recordings into utterances with exact spans; one file a speaker.

::

    ____/\/\_/\__________/\/\/\____      a recording
        [  ] []          [    ]          spans of voice, to 10 ms
        [-----]          [----]          utterances: apart by 0.35 s or more; between spans it is silent

`NAME.npz`: the sound (8000 for full scale, each utterance at 0.05), the utterances' sizes, their spans.
`index.json`: name, age, sex, held out of stage one, utterances, seconds.
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import webrtcvad

from analytics import gate

RATE = 16000
_FRAME = 160
_NOISY_DB = 22.0
_PAUSE = 0.35 * RATE
_SHORTEST = 0.2 * RATE
_ADULT = (35, "?")
"""Nothing is known of readers of LibriSpeech but that they are grown up."""


def cut_all(
    speechocean: Path, librispeech: Path | None, out: Path, *, never: Path | None, held_out: Path | None
) -> None:
    """Cut everything that may be read."""
    files, about = _speechocean(speechocean)
    for path in sorted(librispeech.rglob("*.flac")) if librispeech else []:
        name = "li" + path.name.split("-")[0]
        files[name].append(path)
        about.setdefault(name, _ADULT)
    banned, held = _names(never), _names(held_out)
    out.mkdir(parents=True, exist_ok=True)
    rows = []
    for name in sorted(set(files) - banned):
        utterances = [each for path in files[name] for each in _utterances(path)]
        size = sum(len(sound) for sound, _ in utterances)
        if not utterances or (size < 6 * RATE and not name.startswith("li")):
            continue
        np.savez(
            out / f"{name}.npz",
            sound=np.concatenate([sound for sound, _ in utterances]),
            sizes=np.array([len(sound) for sound, _ in utterances]),
            spans=np.array(json.dumps([spans for _, spans in utterances], default=int)),
        )
        rows.append((name, *about[name], name in held, len(utterances), size / RATE))
    (out / "index.json").write_text(json.dumps(rows), encoding="utf-8")
    print(f"{len(rows)} speakers, {sum(row[5] for row in rows) / 3600:.2f} h, {sum(row[3] for row in rows)} held out")


def _names(path: Path | None) -> set[str]:
    lines = path.read_text(encoding="utf-8").splitlines() if path else []
    return {line.strip() for line in lines if line[:2] in {"so", "li"}}


def _speechocean(root: Path) -> tuple[dict[str, list[Path]], dict[str, tuple[int, str]]]:
    files: dict[str, list[Path]] = defaultdict(list)
    about = {}
    for part in ("train", "test"):
        ages, sexes, sounds = (
            [line.split() for line in (root / part / name).read_text(encoding="utf-8").splitlines()]
            for name in ("spk2age", "spk2gender", "wav.scp")
        )
        age_of, sex_of = dict(ages), dict(sexes)
        for _, path in sounds:
            number = Path(path).parent.name.replace("SPEAKER", "")
            files["so" + number].append(root / path)
            about["so" + number] = (int(age_of[number]), sex_of[number])
    return files, about


def spans_of(sound: Any) -> tuple[list[tuple[int, int]], float]:
    """Where there is voice, in samples, and how far (dB) its peaks are over the floor."""
    count = len(sound) // _FRAME
    used = sound[: count * _FRAME]
    bright = np.diff(used, prepend=used[:1]) * 0.7 + used * 0.3
    power = np.convolve(np.pad(bright**2, (80, 80)), np.ones(320) / 320, "same")[80 : 80 + count * _FRAME]
    level = 10 * np.log10(power.reshape(count, _FRAME).mean(1) + 1e-10)
    peak, floor = np.percentile(level, 99), np.percentile(level, 5)
    vad = webrtcvad.Vad(2)
    pcm = (np.clip(used, -1, 1) * 32767).astype("<i2").tobytes()
    spoken = np.array([vad.is_speech(pcm[at * 320 : (at + 1) * 320], RATE) for at in range(count)])
    mask = (level > max(peak - 28, floor + 6)) & (np.convolve(spoken, np.ones(9), "same") > 0)
    found = gate.joined(gate.spans(mask), 20, 6) * _FRAME
    return [(start, end) for start, end in found.tolist()], float(peak - floor)


def _utterances(path: Path) -> list[tuple[Any, list[list[int]]]]:
    sound, rate = soundfile.read(path, dtype="float32")
    assert rate == RATE
    sound = sound - sound.mean()
    spans, clear = spans_of(sound)
    if not spans or clear < _NOISY_DB:
        return []
    groups = [[spans[0]]]
    for span in spans[1:]:
        if span[0] - groups[-1][-1][1] >= _PAUSE:
            groups.append([span])
        else:
            groups[-1].append(span)
    return [_utterance(sound, group) for group in groups if group[-1][1] - group[0][0] >= _SHORTEST]


def _utterance(sound: Any, group: list[tuple[int, int]]) -> tuple[Any, list[list[int]]]:
    first = max(0, group[0][0] - 160)
    out = sound[first : group[-1][1] + 480].copy()
    gain = np.zeros(len(out), "float32")
    spans = [[start - first, end - first] for start, end in group]
    for start, end in spans:
        gain[start:end] = 1
        low, high = max(0, start - 160), min(len(out), end + 480)
        if start > low:
            gain[low:start] = np.maximum(gain[low:start], np.linspace(0, 1, 160)[-(start - low) :])
        gain[end:high] = np.maximum(gain[end:high], np.linspace(1, 0, 480)[: high - end])
    out *= gain
    out *= 0.05 / (np.sqrt(np.mean(out[gain > 0.5] ** 2)) + 1e-9)
    return np.clip(out * 8000, -32767, 32767).astype("i2"), spans
