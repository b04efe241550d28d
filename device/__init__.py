"""The unit's program: puts the parts together, and owns their loops, threads and clock.

::

    settings.py   what a unit is told, once, from one TOML file
    clock.py      monotonic and wall time, behind a seam
    batches.py    what is heard, gathered into the lesson log and into evidence messages
    session.py    one lesson, from button to button
    marks.py      pauses and bookmarks in it
    recipients.py for whom it records: listed, pinned, usable keys
    folder.py     its folder: one program at a time, and an outbox that can always be had
    sending.py    the threads that bring everything to the school
    unit.py       puts them together
    presses.py    one button: short, double, hold
    commands.py   what a person asks of it, by button or page
    controller.py what that means, state by state: one table
    state.py      what it is doing, in one value
    room.py       what it hears and sees with
    preflight.py  may this lesson be recorded
    ring.py       room for it: what the school has signed for may go
    people.py     for whom, known before the press
    card_asking.py whose key card is held to the camera
    dry_runs.py   what listens and writes nothing: a rehearsal, a dummy run
    lamp.py       what lights and buzzer say
    gpio.py       button, lights and buzzer on pins
    notify.py     a word to systemd
    port.py       the page's port, which systemd opened
    pedal.py      a foot switch or keyboard as the button
    typed_button.py  presses that are typed
    asked.py      the program on a Unix socket, for the unit's page
    program.py    the loop that waits for the button, and never ends by itself
"""
