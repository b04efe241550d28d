"""The unit's own page: a program of its own, with a user of its own, that knows the unit over a socket only.

::

    phone --HTTPS--> security --> app --ask-----> waitwise unit run
                        pairing    |  <--state---      device/asked.py
                                   '--> view --> HTML, and the same words as server-sent events

It has no camera, no microphone, no key of a lesson and no way to the school.
"""
