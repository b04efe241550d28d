"""For whom a press records, known before the press: asked for now and then, so that nobody waits for the school.

::

    start, and every 5 min   unit.people() --> pinned keys, or why they are not believed
    press                    known()       --> what was found last

The school may take three seconds to answer, or not answer at all; a lesson begins without it (device/recipients.py).
"""

from __future__ import annotations

import logging
import threading

from device.recipients import RecipientList, RecipientsError
from device.unit import Unit
from lesson.problems import WaitwiseError

_log = logging.getLogger(__name__)

ASK_EVERY = 300.0
"""Seconds. A teacher who was taken away is not recorded for after this."""

ASK_AGAIN = 10.0
"""Seconds, while nobody is known: somebody may be making her keys just now."""


class People:
    """Asks in a thread of its own."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._found: RecipientList | RecipientsError = RecipientList(())
        self._is_first = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._keep_asking, name="people", daemon=True)

    def start(self) -> None:
        """Begin to ask."""
        self._thread.start()

    def stop(self) -> None:
        """Ask no more. An answer that is on its way is not waited for."""
        self._stopped.set()

    def known(self) -> RecipientList:
        """Whom the unit may record for. Raises `RecipientsError` where the school's word is not believed."""
        self._is_first.wait(4.0)  # Only a press in the first seconds after the power came waits here.
        if isinstance(self._found, RecipientsError):
            raise self._found
        return self._found

    @property
    def teacher(self) -> str | None:
        """The only one whom the unit may record for, if there is one. Never waits."""
        found = self._found
        if isinstance(found, RecipientsError) or len(found.recipients) != 1:
            return None
        return found.recipients[0].name

    def _keep_asking(self) -> None:
        while not self._stopped.is_set():
            try:
                self._found = self._unit.people()
            except RecipientsError as error:
                _log.warning("%s", error)
                self._found = error
            except (WaitwiseError, OSError) as error:
                _log.warning("The list of teachers could not be read; it is tried again: %s", error)
            self._is_first.set()
            self._stopped.wait(ASK_EVERY if self.teacher is not None else ASK_AGAIN)
