"""A lesson through a unit, a broker and a school, all on this machine: `waitwise demo`.

::

    world.py      the school, its broker, a teacher with her keys, a unit: set up and started
    run.py        plays the lesson and counts what arrived
    page.py       looks at the lesson page with a real browser
    truth.py      which waits of the demo lesson were found

Every part is the part the product keeps; the demo only types what a technician and a teacher would.
"""
