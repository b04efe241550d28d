"""What the commands themselves refuse, each with what to do instead.

::

    CommandError("lesson.mp4 is there already.", "Name another film with -o, or move this one away.")
                  what is wrong                   what to do
"""

from __future__ import annotations

from lesson.problems import WaitwiseError


class CommandError(WaitwiseError):
    """A command cannot do what was typed."""

    def __init__(self, sentence: str, remedy: str) -> None:
        super().__init__(sentence)
        self.remedy = remedy
        """What the person who typed it can do."""
