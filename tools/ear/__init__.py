"""The recipe by which the ear was taught: two small networks, from recorded voices in simulated rooms.

::

    recordings --voices--> one file a speaker --lessons--> features, labels --teach--> ear.pt --export--> ear.npz
                                              |                                                             |
                                              '--lessons--> (the product hears them with that ear) <--------'
                                                              cues, labels --teach-hindsight--> export --> hindsight.npz

`README.md` says what goes in, what was measured and what did not help. Nothing here runs on a unit or a server.
"""
