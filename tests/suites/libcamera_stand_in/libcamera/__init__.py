"""A stand-in for libcamera's Python binding, with one camera like a Raspberry Pi Camera Module 3.

::

    the test  --LIBCAMERA_STAND_IN, a file: {"rate_hz": 23.04, "is_stalled": true, ...}-->  the sensor, at each frame
    sensor    --request with buffers, SensorTimestamp--> the real, unmodified picamera2

Found instead of the real one by a process that has this folder first on its path. It knows what picamera2 uses: sensor
modes, stream configurations with the strides of the hardware, requests, FrameDurationLimits; and what goes wrong: a
sensor that stalls, drops frames, jumps back in time or is not there, and an `acquire` that never returns.
"""

import contextlib
import json
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

from libcamera import controls, memory_heap, scene
from libcamera.controls import ControlId, ControlInfo, ControlType

sys.modules["picamera2.dma_heap"] = memory_heap
_libcamera = sys.modules[__name__]

__all__ = ["ControlId", "ControlInfo", "ControlType", "controls"]

properties = SimpleNamespace(
    Model=ControlId("Model"),
    Location=ControlId("Location"),
    Rotation=ControlId("Rotation"),
    ColorFilterArrangement=ControlId("ColorFilterArrangement"),
    draft=SimpleNamespace(ColorFilterArrangementEnum=SimpleNamespace(MONO=4)),
)

MODES = {"SRGGB10_CSI2P": ((1536, 864), (2304, 1296), (4608, 2592))}
FASTEST_US = 8_333
STRIDE = 64


class Size:
    def __init__(self, width: int = 0, height: int = 0) -> None:
        self.width, self.height = width, height


class Rectangle:
    def __init__(self, x: int = 0, y: int = 0, width: int = 0, height: int = 0) -> None:
        self.x, self.y, self.width, self.height = x, y, width, height


class PixelFormat:
    def __init__(self, name: str) -> None:
        self._name = name

    def __str__(self) -> str:
        return self._name


class Transform:
    def __init__(self, hflip: int = 0, vflip: int = 0, transpose: int = 0) -> None:
        if isinstance(hflip, Orientation):
            hflip = 0
        self.hflip, self.vflip, self.transpose = bool(hflip), bool(vflip), bool(transpose)

    def __str__(self) -> str:
        return f"{self.hflip}, {self.vflip}, {self.transpose}"

    def __hash__(self) -> int:
        return hash((self.hflip, self.vflip, self.transpose))


class Orientation(Enum):
    Rotate0 = 1
    Rotate0Mirror = 2
    Rotate180 = 3
    Rotate180Mirror = 4
    Rotate90Mirror = 5
    Rotate270 = 6
    Rotate270Mirror = 7
    Rotate90 = 8


class ColorSpace:
    class YcbcrEncoding(Enum):
        Null, Rec601, Rec709 = range(3)

    class Range(Enum):
        Full, Limited = range(2)

    def __init__(self, primaries: object, transfer: object = None) -> None:
        if isinstance(primaries, ColorSpace):
            primaries, transfer = primaries.primaries, primaries.transferFunction
        self.primaries, self.transferFunction = primaries, transfer
        self.ycbcrEncoding: object = ColorSpace.YcbcrEncoding.Rec709
        self.range = ColorSpace.Range.Limited

    def __str__(self) -> str:
        return f"{self.primaries}, {self.transferFunction}"

    def __hash__(self) -> int:
        return hash((self.primaries, self.transferFunction))

    @classmethod
    def Sycc(cls) -> "ColorSpace":  # noqa: N802 - libcamera's name, as all below
        return cls("rec709", "srgb")

    @classmethod
    def Smpte170m(cls) -> "ColorSpace":  # noqa: N802
        return cls("smpte170m", "rec709")

    @classmethod
    def Rec709(cls) -> "ColorSpace":  # noqa: N802
        return cls("rec709", "rec709")

    @classmethod
    def Raw(cls) -> "ColorSpace":  # noqa: N802
        return cls("raw", "linear")


class StreamRole(Enum):
    Raw, StillCapture, VideoRecording, Viewfinder = range(4)


class SensorConfiguration:
    bit_depth = 10
    output_size = Size()


class StreamFormats:
    pixel_formats: ClassVar = [PixelFormat(name) for name in MODES]

    def sizes(self, pixel_format: PixelFormat) -> list[Size]:
        return [Size(*size) for size in MODES[str(pixel_format)]]


class Stream:
    configuration: "StreamConfiguration"


class StreamConfiguration:
    def __init__(self, role: StreamRole) -> None:
        self.role, self.stream = role, Stream()
        self.stream.configuration = self
        self.size, self.pixel_format = Size(640, 480), PixelFormat("XBGR8888")
        self.stride = self.frame_size = 0
        self.buffer_count = 4
        self.color_space: ColorSpace | None = None
        self.formats = StreamFormats()


class CameraConfiguration:
    class Status(Enum):
        Valid, Adjusted, Invalid = range(3)

    def __init__(self, roles: list[StreamRole]) -> None:
        self._streams = [StreamConfiguration(role) for role in roles]
        self.orientation = Orientation.Rotate0
        self.sensor_config: SensorConfiguration | None = None

    def at(self, index: int) -> StreamConfiguration:
        return self._streams[index]

    def __iter__(self) -> Iterator[StreamConfiguration]:
        return iter(self._streams)

    def validate(self) -> Status:
        for stream in self._streams:
            if stream.role is StreamRole.Raw:
                stream.size = self.sensor_config.output_size if self.sensor_config else Size(1536, 864)
                stream.stride, rows = -(-stream.size.width * 10 // 8 // STRIDE) * STRIDE, stream.size.height
            elif str(stream.pixel_format) == "YUV420":
                stream.stride = -(-stream.size.width // STRIDE) * STRIDE
                rows = stream.size.height * 3 // 2
            else:
                stream.stride, rows = stream.size.width * 4, stream.size.height
            stream.frame_size = stream.stride * rows
        return CameraConfiguration.Status.Valid


class FrameMetadata:
    class Status(Enum):
        Success, Error, Cancelled, Startup = range(4)


class FrameBuffer:
    class Plane:
        fd = offset = length = 0

    def __init__(self, planes: list[Plane]) -> None:
        self.planes = planes
        self.metadata = SimpleNamespace(status=FrameMetadata.Status.Success)


class Request:
    class Status(Enum):
        Pending, Complete, Cancelled = range(3)

    def __init__(self, cookie: int) -> None:
        self.cookie, self.status = cookie, Request.Status.Pending
        self.buffers: dict[Stream, FrameBuffer] = {}
        self.metadata: dict[ControlId, Any] = {}

    def add_buffer(self, stream: Stream, buffer: FrameBuffer) -> None:
        self.buffers[stream] = buffer

    def reuse(self) -> None:
        self.status = Request.Status.Pending

    def set_control(self, control: ControlId, value: Any) -> None:
        """Nothing here changes while it runs."""


class Camera:
    id = "/base/soc/i2c0mux/i2c@1/imx708@1a"
    properties: ClassVar = {
        properties.Model: "imx708",
        properties.Location: 2,
        properties.Rotation: 180,
        properties.ColorFilterArrangement: 0,
    }
    controls: ClassVar = {
        controls.FrameDurationLimits: ControlInfo(FASTEST_US, 120_000_000, 33_333),
        controls.ExposureTime: ControlInfo(26, 220_000_000, 20_000),
        controls.ScalerCrop: ControlInfo(Rectangle(0, 0, 64, 64), Rectangle(0, 0, 4608, 2592), Rectangle(0, 0, 64, 64)),
        controls.NoiseReductionMode: ControlInfo(0, 4, 0),
    }

    def __init__(self, manager: "CameraManager") -> None:
        self._manager = manager
        self._queued: deque[Request] = deque()
        self._is_running = False
        self._memory: dict[int, Any] = {}

    def acquire(self) -> None:
        while told().get("is_hung"):
            time.sleep(0.01)
        if told().get("is_busy"):
            raise RuntimeError("Failed to acquire camera: Device or resource busy")

    def release(self) -> None:
        """Nobody else wants it."""

    def generate_configuration(self, roles: list[StreamRole]) -> CameraConfiguration:
        return CameraConfiguration(roles)

    def configure(self, _configuration: CameraConfiguration) -> int:
        return 0

    def create_request(self, cookie: int) -> Request:
        return Request(cookie)

    def start(self, wanted: dict[ControlId, Any]) -> None:
        self._is_running = True
        slowest_us = wanted.get(controls.FrameDurationLimits, (33_333, 33_333))[1]
        threading.Thread(target=self._run, args=(slowest_us / 1e6,), daemon=True).start()

    def queue_request(self, request: Request) -> None:
        self._queued.append(request)

    def stop(self) -> None:
        self._is_running = False
        self._queued.clear()

    def _run(self, asked_for: float) -> None:
        moment = time.monotonic()
        while self._is_running:
            now = told()
            moment += 1 / now["rate_hz"] if "rate_hz" in now else max(asked_for, FASTEST_US / 1e6)
            if (left := moment - time.monotonic()) > 0:
                time.sleep(left)
            elif left < -1:
                moment = time.monotonic()
            if now.get("is_unplugged") or now.get("is_stalled") or now.get("is_dropping") or not self._queued:
                continue
            self._expose(self._queued.popleft(), moment + now.get("jump", 0.0))

    def _expose(self, request: Request, moment: float) -> None:
        for stream, buffer in request.buffers.items():
            wanted = stream.configuration
            if str(wanted.pixel_format) == "YUV420":
                memory = self._mapped(buffer.planes[0].fd, wanted.frame_size)
                size = (wanted.stride, wanted.size.width, wanted.size.height)
                scene.paint(memory, *size, moment)
                if (held := told().get("held")) is not None:
                    scene.hold(memory, *size, held)
        request.metadata = {controls.SensorTimestamp: int(moment * 1e9)}
        request.status = Request.Status.Complete
        self._manager.complete(request)

    def _mapped(self, fd: int, size: int) -> Any:
        import mmap

        if fd not in self._memory:
            self._memory[fd] = mmap.mmap(fd, size)
        return self._memory[fd]


class CameraManager:
    _one: "CameraManager | None" = None

    def __init__(self) -> None:
        self.event_fd = os.eventfd(0, os.EFD_NONBLOCK)
        self._ready: list[Request] = []
        self._lock = threading.Lock()
        self._camera = Camera(self)

    @classmethod
    def singleton(cls) -> "CameraManager":
        cls._one = cls._one or cls()
        return cls._one

    @property
    def cameras(self) -> list[Camera]:
        return [] if told().get("is_unplugged") else [self._camera]

    def complete(self, request: Request) -> None:
        with self._lock:
            self._ready.append(request)
        os.eventfd_write(self.event_fd, 1)

    def get_ready_requests(self) -> list[Request]:
        with contextlib.suppress(BlockingIOError):
            os.eventfd_read(self.event_fd)
        with self._lock:
            ready, self._ready = self._ready, []
        return ready


def told() -> dict[str, Any]:
    """What the test wants of the sensor just now."""
    try:
        return dict(json.loads(Path(os.environ["LIBCAMERA_STAND_IN"]).read_text()))
    except (KeyError, FileNotFoundError):
        return {}
