"""How far the numbers of a lesson are from what really happened, for everybody who wants to check.

::

    a folder of sound + truth  -->  our account  ----.
                               -->  other detectors --+-->  errors: a lesson, all, each kind of lesson
                                                       |
    truth: who spoke when, which waits  --------------'

`waitwise evaluate DIR` is the command; docs/accuracy.md says what each figure means.
"""
