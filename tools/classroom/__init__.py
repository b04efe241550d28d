"""A classroom that talks when it is told to: lessons for the demo and the tests, with the truth beside them.

::

    script.toml --> voices --> room --> levels --> noise --> lesson.flac
         |            |          |                               |
         '---- who, when, how long after whom ------------> truth.json

Each arrow is one module: `script` reads who says what and after how much silence, `kokoro` and `voices` speak it,
`room` lets it reach the unit on the wall, `level` makes it as loud as a class is, `noise` adds the building and its
chairs, `render` puts it together, `truth` writes down what was said when, and `check_truth` finds out whether the
truth can be true.

The truth comes from the dry voices and the distance to the microphone, never from a detector. A program that is
scored on it is scored against what was put in, not against another program's opinion.
"""
