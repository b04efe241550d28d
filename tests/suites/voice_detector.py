"""What every voice activity detector must do, whoever made it.

::

    a voice, 1 s | quiet, 1 s      -->      mostly over 0.5 | mostly under
"""

import numpy as np

from analytics.detector import FRAME_SAMPLES, VoiceDetector
from tests.lessons.sung import sing


class VoiceDetectorSuite:
    def make(self) -> VoiceDetector:
        raise NotImplementedError

    def test_it_has_a_name_and_a_setting(self) -> None:
        assert len(self.make().name) > 3

    def test_it_gives_one_number_from_0_to_1_each_10_ms(self) -> None:
        heard = self.make().feed(sing("TTTTTTTTTT")[: 10 * FRAME_SAMPLES])

        assert heard.shape == (10,)
        assert np.all((heard >= 0) & (heard <= 1))

    def test_it_tells_a_voice_from_a_quiet_room(self) -> None:
        detector = self.make()
        samples = sing("[2.0]TTTTTTTTTTTTTTT[2.0]")
        heard = np.concatenate(
            [detector.feed(samples[at : at + 1600]) for at in range(0, samples.size - samples.size % 1600, 1600)]
        )

        assert heard[100:195].mean() < 0.2
        assert heard[205:345].mean() > 0.6

    def test_two_lessons_do_not_hear_each_other(self) -> None:
        loud, quiet = self.make(), self.make()
        loud.feed(sing("T" * 20)[:16_000])
        alone = self.make()

        np.testing.assert_array_equal(quiet.feed(sing("[1.0]")[:16_000]), alone.feed(sing("[1.0]")[:16_000]))
