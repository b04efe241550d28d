"""Hears a lesson: who had the floor, and the silences that gave somebody time to think.

::

    listener.py     blocks in, what was heard out; everything below hangs on it
    windows.py      blocks of any size -> windows of equal steps
    spectrum.py     sound -> frames of 10 ms: level, bands, pitch
    ear.py          is it a voice, whose, how many: a network that listens while the lesson goes on
    gate.py         stretches of speech; ipus.py does it live; room.py how it rings, level.py how loud it is
    features.py     what a voice sounds like; mixture.py and talkers.py tell the teacher from her pupils by it
    prints.py       one voice followed through the lesson; teacher_voice.py hers, if she gives a sample
    cues.py         all of that for hindsight.py: a network that judges the whole lesson when it is over
    certainty.py voices.py      how sure, how clearly heard
    recurrent.py odds.py        what the networks share; log odds and probabilities
    turns.py intervals.py waits.py phases.py states.py summary.py
                    from IPUs to numbers; no sound needed
    evidence.py     how far each number can be trusted; resample.py: how far it may be off; poor_sound.py
    account.py      the whole lesson again, with all that was learnt; live.py: as far as it is certain
    rehearsal.py    a teacher rehearses alone; onset.py: has a voice begun? tries.py try_events.py: pose, pause, name
    track.py        the lesson in small numbers, for account.py
    detector.py     plain detectors, to compare with; webrtc_detector.py is the card's
    thresholds.py   what counts as what, and who says so

Samples in, events out; no clock, no thread, no file.
"""
