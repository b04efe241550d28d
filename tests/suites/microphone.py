"""What every microphone must do, whatever is behind it.

Subclass with a fixture `microphone` that gives one with at least 0.1 s of sound.
"""

from __future__ import annotations

import pytest

from capture.microphone import Microphone
from lesson.sound import BLOCK_SAMPLES, AudioBlock


class MicrophoneSuite:
    @pytest.fixture
    def heard(self, microphone: Microphone) -> list[AudioBlock]:
        blocks = list(microphone.blocks())
        microphone.close()
        return blocks

    def test_there_is_sound(self, heard: list[AudioBlock]) -> None:
        assert sum(block.samples for block in heard) >= 1600

    def test_the_count_of_samples_has_no_hole_and_no_overlap(self, heard: list[AudioBlock]) -> None:
        expected = 0
        for block in heard:
            assert block.first_sample == expected
            expected += block.samples

    def test_only_the_last_block_may_be_short(self, heard: list[AudioBlock]) -> None:
        assert {block.samples for block in heard[:-1]} <= {BLOCK_SAMPLES}
        assert 0 < heard[-1].samples <= BLOCK_SAMPLES
        assert all(len(block.pcm) % 2 == 0 for block in heard)

    def test_what_is_missing_is_zeros(self, heard: list[AudioBlock]) -> None:
        for block in heard:
            if block.is_missing:
                assert not any(block.pcm)

    def test_the_moment_of_second_0_is_known_with_the_first_block_or_never(self, microphone: Microphone) -> None:
        assert microphone.zero is None
        assert microphone.drift is None
        blocks = microphone.blocks()
        next(blocks)
        is_known = microphone.zero is not None
        for _ in blocks:
            assert (microphone.zero is not None) == is_known
        microphone.close()

    def test_closed_in_the_middle_it_ends(self, microphone: Microphone) -> None:
        blocks = microphone.blocks()
        next(blocks)
        microphone.close()
        microphone.close()
        assert list(blocks) == []
