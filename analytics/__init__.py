"""Hears a lesson: who had the floor, and the silences that gave somebody time to think.

::

    listener.py     blocks in, what was heard out; everything below hangs on it
    spectrum.py     sound -> frames of 10 ms: level, bands, pitch
    detector.py     is it a voice? the seam, and the stand-in; webrtc_detector.py is the card's
    level.py        how quiet and how loud this room is
    gate.py         stretches of speech and their edges; ipus.py does it live, room.py corrects the edges
    noise.py        a chair is no voice; choral.py, babble.py: many voices
    features.py     what a voice sounds like; mixture.py and talkers.py tell the teacher from her pupils by it
    voices.py       a stretch, judged
    turns.py intervals.py waits.py phases.py states.py summary.py
                    from IPUs to numbers; no sound needed
    account.py      the whole lesson again, with all that was learnt; live.py: as far as it is certain
    track.py        the lesson in two bytes each 10 ms, for account.py
    thresholds.py   what counts as what, and who says so

Samples in, events out; no clock, no thread, no file.
"""
