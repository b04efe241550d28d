"""What can be asked of the sensor, and what it says of each frame."""

from enum import Enum, IntEnum
from types import SimpleNamespace


class ControlType(Enum):
    Null = 0
    Integer64 = 5
    Float = 6
    Rectangle = 8
    Size = 9


class ControlId:
    def __init__(self, name: str, kind: ControlType = ControlType.Integer64) -> None:
        self.name, self.type = name, kind


class ControlInfo:
    def __init__(self, low: object, high: object, default: object) -> None:
        self.min, self.max, self.default = low, high, default


class NoiseReductionModeEnum(IntEnum):
    Off, Fast, HighQuality, Minimal = range(4)


SensorTimestamp = ControlId("SensorTimestamp")
FrameDuration = ControlId("FrameDuration")
FrameDurationLimits = ControlId("FrameDurationLimits")
ExposureTime, ExposureTimeMode = ControlId("ExposureTime"), ControlId("ExposureTimeMode")
AnalogueGain, AnalogueGainMode = ControlId("AnalogueGain", ControlType.Float), ControlId("AnalogueGainMode")
ScalerCrop = ControlId("ScalerCrop", ControlType.Rectangle)
NoiseReductionMode = ControlId("NoiseReductionMode")
draft = SimpleNamespace(NoiseReductionModeEnum=NoiseReductionModeEnum)
