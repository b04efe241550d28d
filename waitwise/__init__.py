"""What people type: `waitwise demo`, `analyse`, `open`, `unit`, `school`. Thin; composes the rest.

::

    cli.py            the command and its help
    programs.py       its programs are imported when they are asked for
    analyse.py        a file in, an account out
    voice.py          a teacher's voice print, from a sample or from her sealed profile
    open_lesson.py    a sealed lesson and an identity in, a film out
    demo/             a lesson through a unit, a broker and a school, on this machine
    matching.py       which of the waits found are the ones that really were
    unit_cli.py       `waitwise unit`; unit_record_cli.py and unit_beside_cli.py have its commands
    school_cli.py     `waitwise school`
    self_test.py      does everything work on this computer?
    show.py           tables and progress for people, JSON for machines
"""
