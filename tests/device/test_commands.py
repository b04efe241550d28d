"""What the page asks for arrives as it was asked, and nothing else is understood."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.commands import (
    Bookmark,
    Command,
    Discard,
    Mode,
    Pause,
    Rehearse,
    Resume,
    Start,
    Stop,
    command_from_wire,
    command_to_wire,
)
from lesson.wire import WireError, dumps, loads

COMMANDS = st.one_of(
    st.builds(
        Start,
        mode=st.none() | st.sampled_from(Mode),
        title=st.none() | st.text(st.characters(codec="utf-8")),
        teacher=st.none() | st.text(st.characters(codec="utf-8")),
        is_dummy=st.booleans(),
    ),
    st.builds(Discard, st.text(st.characters(codec="utf-8"))),
    st.sampled_from([Stop(), Pause(), Resume(), Bookmark(), Rehearse()]),
)


@given(COMMANDS)
def test_a_command_arrives_as_it_was_asked(command: Command) -> None:
    assert command_from_wire(loads(dumps(command_to_wire(command)))) == command


@pytest.mark.parametrize(
    "data", [None, [], {}, {"type": "explode"}, {"type": ["stop"]}, {"type": "stop", "now": True}, {"type": "start"}]
)
def test_nothing_else_is_understood(data: object) -> None:
    with pytest.raises(WireError):
        command_from_wire(data)
