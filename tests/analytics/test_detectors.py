"""The detectors that ship, behind one seam."""

from analytics.detector import LevelDetector, VoiceDetector
from analytics.webrtc_detector import WebrtcDetector
from tests.suites.voice_detector import VoiceDetectorSuite


class TestLevelDetector(VoiceDetectorSuite):
    def make(self) -> VoiceDetector:
        return LevelDetector()


class TestWebrtcDetector(VoiceDetectorSuite):
    def make(self) -> VoiceDetector:
        return WebrtcDetector()
