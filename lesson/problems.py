"""Everything that can be wrong, with its remedy: one table for lamp, page, journal, command line and manual.

A problem has a code that never changes, a title for a heading, one sentence for the teacher and one for the
technician. Neither sentence ever contains footage, numbers of a lesson, a key or a pupil.

`WaitwiseError` is the root of every error that a person may see. A part derives its own from it::

    class MicrophoneSilentError(CaptureError):
        problem = MICROPHONE_SILENT
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Urgency(StrEnum):
    """How soon somebody should act. The lamp knows these three."""

    NOW = "now"
    """The lesson is being lost, or cannot start."""
    TODAY = "today"
    """Nothing is lost yet."""
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong, with its remedy."""

    code: str
    title: str
    teacher: str
    technician: str
    urgency: Urgency


FILE_UNREADABLE = Problem(
    "file-unreadable",
    "This recording cannot be read",
    "Choose another file: this one holds no sound that we can read.",
    "FFmpeg finds no audio stream in the file, or the file is cut short. Try `ffprobe FILE`.",
    Urgency.NOW,
)
MICROPHONE_LOST = Problem(
    "microphone-lost",
    "The microphone stopped",
    "Plug the microphone in again. Picture goes on; the missing sound is marked.",
    "No block of sound for over a second. Check the USB cable and port; see the journal for the device.",
    Urgency.NOW,
)
MICROPHONE_SILENT = Problem(
    "microphone-silent",
    "The microphone hears nothing at all",
    "Check the switch on the microphone: even an empty room makes some sound.",
    "Only zero samples, or a level under that of a muted line, for ten seconds.",
    Urgency.NOW,
)
CHANNEL_DEAD = Problem(
    "channel-dead",
    "One of two microphones hears nothing",
    "The other one is heard. Check its switch, its battery and its cable when there is time.",
    "One channel of the device has given zeros, or a level under that of a muted line, for three seconds; it gave more "
    "before, and the other one still does.",
    Urgency.TODAY,
)
MICROPHONE_UNKNOWN = Problem(
    "microphone-unknown",
    "This microphone is not here",
    "Plug the microphone in, then press again.",
    "No device, or more than one, has the name or USB id in the settings; `waitwise unit microphones` lists them.",
    Urgency.NOW,
)
MICROPHONE_REFUSED = Problem(
    "microphone-refused",
    "The microphone cannot be opened",
    "Tell the technician: the microphone is there and cannot be used.",
    "Another program has it, it knows none of our rates, or PortAudio is missing: `apt-get install libportaudio2`.",
    Urgency.NOW,
)
CAMERA_LOST = Problem(
    "camera-lost",
    "The camera stopped",
    "Sound and numbers go on. Tell the technician after the lesson.",
    "No frame before the deadline. Check the ribbon or USB cable; restart the unit between lessons.",
    Urgency.NOW,
)
CAMERA_REFUSED = Problem(
    "camera-refused",
    "The camera cannot be opened",
    "Record without a picture, or tell the technician.",
    "No camera is connected, another program has it, or picamera2 is missing: `apt-get install python3-picamera2`.",
    Urgency.NOW,
)
MASK_UNREADABLE = Problem(
    "mask-unreadable",
    "The privacy mask cannot be used",
    "Nothing is filmed without it. Record without a picture, or tell the technician.",
    "The mask that the settings or the command name is not in the unit's folder masks/, or its file is damaged.",
    Urgency.NOW,
)
DISK_FULL = Problem(
    "disk-full",
    "No room left for this lesson",
    "The lesson so far is safe. Stop the recording and tell the technician.",
    "The footage partition is full of lessons that the school has not confirmed. Check the uplink.",
    Urgency.NOW,
)
DISK_FAILED = Problem(
    "disk-failed",
    "The unit cannot write",
    "The lesson so far is safe. Tell the technician.",
    "Writing to the footage folder failed. Check the card, its file system and the folder's rights.",
    Urgency.NOW,
)
NO_RECIPIENT = Problem(
    "no-recipient",
    "Nobody could open this lesson",
    "Make your key on the school's page first; then the unit can record for you.",
    "The unit has no teacher's public key. It refuses to record what nobody could open.",
    Urgency.NOW,
)
NO_ROOM = Problem(
    "no-room",
    "There is no room for a whole lesson",
    "Nothing was recorded. Tell the technician: this unit is full of lessons that the school does not have yet.",
    "Less is free than the longest lesson needs; what the school has not confirmed stays. Check the uplink.",
    Urgency.NOW,
)
NOT_AGREED = Problem(
    "not-agreed",
    "This class has not agreed to that",
    "Nothing was recorded. Choose another kind of recording on the unit's page: it shows what was agreed to.",
    "The mode is not among `modes` in the settings, or it needs a camera and there is none.",
    Urgency.NOW,
)
WHOSE_UNCLEAR = Problem(
    "whose-unclear",
    "Whose lesson is it?",
    "Nothing was recorded. Show your key card, or choose your name on the unit's page, then press again.",
    "Nothing says which of several teachers it is, the timetable names somebody else, or no server has set the clock "
    "that it needs. See the settings `teacher` and `timetable`; `waitwise unit trust` lets the unit know a teacher.",
    Urgency.NOW,
)
UNCLAIMED_GONE = Problem(
    "unclaimed-gone",
    "This lesson cannot be claimed",
    "Somebody has claimed it already, it was thrown away, or its days are over. Look at the list on the unit's page.",
    "A lesson of which nobody could say whose it is can be claimed once, within `unclaimed_days`. Nothing is to do.",
    Urgency.INFO,
)
CLOCK_UNSURE = Problem(
    "clock-unsure",
    "Nobody has set this unit's clock",
    "Lessons are recorded as always. Their date may be wrong, and the timetable is not believed.",
    "No time server was reached since the start. See `timedatectl timesync-status`, and let the unit reach one: the "
    "school's own will do. A service other than systemd-timesyncd is not noticed.",
    Urgency.INFO,
)
DISCARD_LATE = Problem(
    "discard-late",
    "The last lesson cannot be thrown away here",
    "Part of it has left the unit, or nobody can say whether it has. Nothing was thrown away: delete it on its page.",
    "A unit throws away only what has not begun to leave it, and nothing while waitwise-sync does not answer.",
    Urgency.INFO,
)
CARD_UNSEEN = Problem(
    "card-unseen",
    "No key card was seen",
    "Press again, and hold your key card flat to the camera, an arm's length away, with light on it.",
    "Nothing like a key card was read for ten seconds. Check focus, light and mask; print the card at its full size.",
    Urgency.NOW,
)
CARD_UNKNOWN = Problem(
    "card-unknown",
    "This key card is not listed for this room",
    "Print your card again on the school's page, in case you have new keys; or ask the technician to list you here.",
    "The school lists nobody with these keys for this unit: old keys, another school, or a teacher of other rooms.",
    Urgency.NOW,
)
CARD_NOT_MET = Problem(
    "card-not-met",
    "This unit meets this key card for the first time",
    "If it is yours, hold the button as well while you show it, until it records. Press first where it has stopped.",
    "The school lists these keys and the unit has not met them: she came later, or has made new keys. The button held "
    "while the card is shown makes the unit know her, and so does `waitwise unit trust`.",
    Urgency.NOW,
)
KEY_CHANGED = Problem(
    "key-changed",
    "The school names other keys for a teacher",
    "Have you made new keys? Then press, show your new card, and hold the button as well. If not, tell the technician.",
    "Either she has made new keys, or somebody has exchanged them on the way. Ask her; compare her four words with "
    "`waitwise unit trust`. Until then nothing is recorded for her.",
    Urgency.TODAY,
)
TIMETABLE_UNREADABLE = Problem(
    "timetable-unreadable",
    "The timetable cannot be read",
    "Nothing is lost. Say on the unit's page whose lesson it is, before you press.",
    "The file that the setting `timetable.file` names is missing or no iCalendar file, or its feed has brought none "
    "yet; the journal says what is wrong. Until it is put right nobody is guessed.",
    Urgency.TODAY,
)
TIMETABLE_ENTRY = Problem(
    "timetable-entry",
    "A lesson in the timetable cannot be read",
    "Nothing is lost. Say on the unit's page whose lesson it is, before you press.",
    "The journal names each entry of this room that cannot be read, says why, and on which days nobody is guessed "
    "because of it. Put it right in the program that the timetable comes from.",
    Urgency.TODAY,
)
TIMETABLE_OLD = Problem(
    "timetable-old",
    "The timetable is out of date",
    "Nothing is lost. Say on the unit's page whose lesson it is, before you press.",
    "The feed has not stood by it for more than `timetable.oldest_days`, and nobody is guessed. The journal says "
    "how old it is (waitwise-capture), and why nothing comes (waitwise-sync). See `timetable.feed` and the network.",
    Urgency.TODAY,
)
FRONT_UNHEARD = Problem(
    "front-unheard",
    "Even from the front you are hardly heard",
    "Switch off what hums, or bring the microphone nearer, then check again. Is it the right microphone?",
    "A voice from the front is less than 10 dB over the room's quiet. See the setting `microphone` and its gain.",
    Urgency.INFO,
)
BACK_UNHEARD = Problem(
    "back-unheard",
    "Pupils at the back are not audible",
    "Bring the microphone nearer to the middle of the room, or switch off what hums, then check again.",
    "A voice from the back row is less than 10 dB over the room's quiet: its answers would be missed.",
    Urgency.INFO,
)
PANEL_MISSING = Problem(
    "panel-missing",
    "Button and lamp cannot be used",
    "Tell the technician: this unit does not hear its button.",
    "The pins in [panel] cannot be opened. Are python3-lgpio and the group gpio there, and nothing else on these pins?",
    Urgency.NOW,
)
UNIT_FAILED = Problem(
    "unit-failed",
    "The unit made a mistake",
    "What was recorded is safe. Press again, and tell the technician.",
    "An error that nobody foresaw; the journal has its traceback. Send it to those who make Waitwise.",
    Urgency.NOW,
)
FOOTAGE_DAMAGED = Problem(
    "footage-damaged",
    "Part of this lesson is damaged",
    "The damaged part is left out; the rest can be watched.",
    "A segment, link, stanza, header or manifest does not match its signature. Restore it from a backup.",
    Urgency.TODAY,
)
SCHOOL_UNREACHABLE = Problem(
    "school-unreachable",
    "The school cannot be reached",
    "Nothing is lost: the lesson waits on the unit and is sent when the network is back.",
    "HTTPS or MQTT to the school fails. Check network, address, clock and certificate dates.",
    Urgency.TODAY,
)
SENDING_STOPPED = Problem(
    "sending-stopped",
    "Nothing is sent to the school",
    "Nothing is lost: lessons are recorded, and wait on the unit. Tell the technician.",
    "The program that sends does not answer the one that records. See `systemctl status waitwise-sync`.",
    Urgency.TODAY,
)
SCHOOL_REFUSED = Problem(
    "school-refused",
    "The school refused a part of a lesson",
    "Nothing is lost: the lesson stays on the unit. Tell the technician.",
    "The school answered that it holds other bytes, or that the hash is wrong. See the journal for the segment.",
    Urgency.TODAY,
)
NOT_TRUSTED = Problem(
    "not-trusted",
    "The school does not know this unit",
    "Nothing is lost: the lesson stays on the unit. Tell the technician.",
    "The unit's certificate is unknown, revoked or expired at the school. Enrol the unit again.",
    Urgency.TODAY,
)
SETTINGS_WRONG = Problem(
    "settings-wrong",
    "The settings cannot be used",
    "Tell the technician.",
    "The settings file has a missing, surplus or malformed entry; the message names it.",
    Urgency.NOW,
)
DEMO_ONLY = Problem(
    "demo-only",
    "This is for demonstrations only",
    "Tell the technician: this unit is not set up for lessons.",
    "A stand-in that would weaken security was asked for outside the demo. Set up the real part.",
    Urgency.NOW,
)

ALL = (
    FILE_UNREADABLE,
    MICROPHONE_LOST,
    MICROPHONE_SILENT,
    CHANNEL_DEAD,
    MICROPHONE_UNKNOWN,
    MICROPHONE_REFUSED,
    CAMERA_LOST,
    CAMERA_REFUSED,
    MASK_UNREADABLE,
    DISK_FULL,
    DISK_FAILED,
    NO_RECIPIENT,
    NO_ROOM,
    NOT_AGREED,
    WHOSE_UNCLEAR,
    CLOCK_UNSURE,
    UNCLAIMED_GONE,
    DISCARD_LATE,
    CARD_UNSEEN,
    CARD_UNKNOWN,
    CARD_NOT_MET,
    KEY_CHANGED,
    TIMETABLE_UNREADABLE,
    TIMETABLE_ENTRY,
    TIMETABLE_OLD,
    FRONT_UNHEARD,
    BACK_UNHEARD,
    PANEL_MISSING,
    UNIT_FAILED,
    FOOTAGE_DAMAGED,
    SCHOOL_UNREACHABLE,
    SENDING_STOPPED,
    SCHOOL_REFUSED,
    NOT_TRUSTED,
    SETTINGS_WRONG,
    DEMO_ONLY,
)
"""In the order of the manual."""


class WaitwiseError(Exception):
    """An error that a person may see. `problem` says what to do about it."""

    problem: Problem | None = None


def by_urgency(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The same, the most urgent first.

    >>> [problem.code for problem in by_urgency([CLOCK_UNSURE, MICROPHONE_LOST])]
    ['microphone-lost', 'clock-unsure']
    """
    return tuple(sorted(problems, key=lambda problem: list(Urgency).index(problem.urgency)))
