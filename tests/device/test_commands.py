"""What the page asks for arrives as it was asked, and nothing else is understood."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.commands import Bookmark, Command, Discard, Mode, Pause, Rehearse, Resume, Start, Stop, decode_command
from device.commands import encode_command as encode
from lesson.wire import WireError

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
    assert decode_command(encode(command)) == command


@pytest.mark.parametrize(
    "payload", [b"", b"[]", b"{}", b'{"type":"explode"}', b'{"type":["stop"]}', b'{"type":"stop","now":true}']
)
def test_nothing_else_is_understood(payload: bytes) -> None:
    with pytest.raises(WireError):
        decode_command(payload)
