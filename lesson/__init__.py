"""What the unit, the school and the browser agree on. It does no I/O.

talk.py      what was heard: states, turns, waits, the account of a lesson
sound.py     a block of sound
messages.py  what travels over MQTT
problems.py  everything that can be wrong, with its remedy
footage/     sealed footage: header, stanzas, segments, chain, manifest
wire.py      values to JSON and back, strictly
"""
