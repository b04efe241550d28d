"""What is said in whole lessons only: what nobody asked for, what is called while chairs are moved, and "mm".

::

    teacher  It carries the water up.                                      Yes.
    pupil                                Does it work in winter?     I saw one that was ...
                                         own question                      her backchannel

Places are shared out between tests and tuning as in `sentences`.
"""

from __future__ import annotations

UNASKED: dict[str, tuple[str, ...]] = {
    "own question": (
        "Do we have to write it down?",
        "Is it the same for every animal?",
        "Why does it not fall off?",
        "Can I use a calculator for this?",
        "What does that sign mean?",
        "Does it count if there are only two?",
        "How do they know how old it is?",
        "Was that before or after the war?",
        "What happens if there is no water left?",
        "Could it go the other way round?",
    ),
    "remark": (
        "I have got one of those at home.",
        "We saw that on our holiday.",
        "My gran told me about it.",
        "I cannot see the board from here.",
        "Somebody has written on this page.",
        "There is a mistake in the third line.",
        "I thought it would be the other one.",
        "It looks like a face.",
        "I have finished.",
        "You forgot the comma.",
    ),
    "to transition": (
        "Right, put your books away and come to the carpet.",
        "We are going to move the tables now.",
        "Pack up what you do not need, please.",
        "Push your chairs under and stand behind them.",
    ),
    "instruction": (
        "Quietly, please.",
        "This table first.",
        "Take a pencil with you.",
        "Leave the glue where it is.",
        "Walk, do not run.",
        "Make sure there is room for everybody.",
        "One person from each table gets the sheets.",
        "Bags on the floor, not on the chairs.",
    ),
    "moving": (
        "Where do I sit?",
        "That is my chair.",
        "I have not got a sheet.",
        "Can you move up a bit?",
        "Miss, I need a rubber.",
        "He took my pencil.",
        "Are we going outside?",
        "Which table is ours?",
    ),
    "her backchannel": ("Uh huh.", "Yeah.", "Yes.", "Right.", "Good.", "Sure.", "Mm.", "Yep."),
    "their backchannel": ("Ah.", "Oh.", "Uh huh.", "Yeah.", "Yes.", "Yep."),
}
"""By kind. Even places belong to tests, odd places to tuning."""
