"""What can be wrong with sealed footage: each a class, a sentence, and what a person can do.

::

    FootageError
      HeaderError             header.json is not what the lesson was sealed with
      StanzaError             somebody's wrapped key is damaged, or another lesson's
      GrantError              the lesson was handed on in a way that does not hold
      CommentError            a comment was altered, is another lesson's, or is older than one that was seen
      LinkError               links.jsonl does not hold together
        TornLinkError         its last line was cut off, as a power cut does
      ManifestError           manifest.json is damaged, or says something else than the links
      SegmentDamagedError     a segment is not what was sealed
      SegmentMissingError     a segment that was sealed is not there
      SegmentMisplacedError   a segment stands under another one's name, or nobody sealed it
      NotForYouError          nobody wrapped this lesson's key for this person
      IdentityError           the passphrase is wrong, or the identity file is not one
      RecoveryCodeError       a recovery code was mistyped
      ReceiptError            the school's receipt does not hold
      DeletionError           its receipt for a lesson that it destroyed does not hold

The page's JavaScript throws errors of the same names (school/pages/footage/errors.js).
"""

from __future__ import annotations

from typing import ClassVar

from lesson.problems import FOOTAGE_DAMAGED, Problem, WaitwiseError


class FootageError(WaitwiseError, ValueError):
    """Something about a sealed lesson does not hold. Nothing of the part concerned was opened."""

    problem: Problem | None = FOOTAGE_DAMAGED

    remedy: ClassVar[str] = "Fetch the lesson again from the unit or from the school."
    """What the person who reads the sentence can do next."""


class HeaderError(FootageError):
    """The header cannot be read, or is not the one this lesson was sealed with."""


class StanzaError(FootageError):
    """A wrapped key is damaged, or belongs to another lesson or another person."""

    remedy = "Fetch the stanzas again. If it stays, ask the owner of the lesson to share it once more."


class GrantError(FootageError):
    """How a lesson was handed on is damaged, for another lesson, or signed by somebody whose it is not."""

    remedy = "Fetch the lesson again. If it stays, ask whoever shared it to share it once more."


class CommentError(FootageError):
    """A comment was altered, belongs to another lesson, or is an older version than one that was seen."""

    problem = None
    remedy = "Load the page again. If it stays, tell the technician: the school shows another text than was written."


class LinkError(FootageError):
    """The list of segments does not hold together: a line is damaged, lost or out of order."""


class TornLinkError(LinkError):
    """The last line of the list was cut off, as a power cut does."""

    remedy = "Let the unit start once more: it closes an interrupted lesson by itself."


class ManifestError(FootageError):
    """The manifest is damaged, or says something else than the list of segments."""


class SegmentDamagedError(FootageError):
    """A segment is not what was sealed."""

    remedy = "Fetch this segment again from the unit or from the school. The other segments can be opened."


class SegmentMissingError(FootageError):
    """A segment that was sealed is not there."""

    remedy = "Wait until the unit has sent everything, or fetch the segment again."


class SegmentMisplacedError(FootageError):
    """A segment stands under another one's name, or nobody sealed one of that name."""


class NotForYouError(FootageError):
    """Nobody wrapped this lesson's key for this person."""

    problem = None
    remedy = "Ask the teacher whose lesson it is to share it with you."


class IdentityError(FootageError):
    """The passphrase is wrong, or the identity file is damaged."""

    problem = None
    remedy = "Type the passphrase again, or use the recovery code."


class RecoveryCodeError(FootageError):
    """A recovery code was mistyped; the sentence says where."""

    problem = None
    remedy = "Compare it with your paper."


class ReceiptError(FootageError):
    """The school's receipt is damaged, or is for something else."""

    problem = None
    remedy = "Keep the lesson on the unit and ask the school for the receipt again."


class DeletionError(FootageError):
    """The school's deletion receipt is damaged, or is for something else. Nothing is deleted for it."""

    problem = None
    remedy = "Ask the school for the deletion receipt again."
