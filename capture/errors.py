"""What can go wrong between the room and the disk, each with its remedy.

::

    CaptureError
      FileUnreadableError     the file holds no sound (or no picture) that we can read
      MicrophoneLostError     no block of sound for longer than a microphone may take
      MicrophoneUnknownError  no device is called so, or more than one
      MicrophoneRefusedError  it is there and cannot be opened, or PortAudio is missing
      CameraLostError         no picture before the deadline
      CameraRefusedError      there is none, it cannot be opened, or picamera2 is missing
      MaskUnreadableError     the privacy mask is not there, or damaged
      EncoderError            picture or sound did not fit what was agreed at the start
      DiskFullError           no room left
      DiskFailedError         the disk refused for another reason
"""

from __future__ import annotations

from lesson.problems import (
    CAMERA_LOST,
    CAMERA_REFUSED,
    DISK_FAILED,
    DISK_FULL,
    FILE_UNREADABLE,
    MASK_UNREADABLE,
    MICROPHONE_LOST,
    MICROPHONE_REFUSED,
    MICROPHONE_UNKNOWN,
    WaitwiseError,
)


class CaptureError(WaitwiseError):
    """Something went wrong between the room and the disk."""


class FileUnreadableError(CaptureError):
    """A file that should play a lesson cannot be read."""

    problem = FILE_UNREADABLE


class MicrophoneLostError(CaptureError):
    """The microphone stopped in the middle of a lesson."""

    problem = MICROPHONE_LOST


class MicrophoneUnknownError(CaptureError):
    """No device, or more than one, has the name or USB id that was asked for."""

    problem = MICROPHONE_UNKNOWN


class MicrophoneRefusedError(CaptureError):
    """The microphone, or the library for it, is there for somebody else or not at all."""

    problem = MICROPHONE_REFUSED


class CameraLostError(CaptureError):
    """The camera stopped in the middle of a lesson."""

    problem = CAMERA_LOST


class CameraRefusedError(CaptureError):
    """The camera, or the library for it, is there for somebody else or not at all."""

    problem = CAMERA_REFUSED


class MaskUnreadableError(CaptureError):
    """A privacy mask that cannot be read. Nothing may be filmed instead."""

    problem = MASK_UNREADABLE


class EncoderError(CaptureError):
    """Picture or sound that the encoder cannot take. A mistake in the program that feeds it."""


class DiskFailedError(CaptureError):
    """The disk refused a write. What was written before is safe."""

    problem = DISK_FAILED


class DiskFullError(DiskFailedError):
    """No room left on the disk. What was written before is safe."""

    problem = DISK_FULL
