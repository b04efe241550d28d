"""What is said in a simulated lesson: short British classroom sentences, written for this program.

::

    QUESTIONS   "What do we notice about the shadow?"        even seeds (test) get places 0, 2, 4 ... of every list,
    STATEMENTS  "Pens down for a moment, please."            odd seeds (tuning) places 1, 3, 5 ...
    ANSWERS     "Because the roots hold it down."

No sentence is on both sides, so nothing can be tuned to the words, or to the synthesiser's rendering of them, that a
test then hears. A sentence is about as long as one breath; the author strings them together.
"""

from __future__ import annotations

from enum import IntEnum

from tools.classroom.unasked import UNASKED


class Side(IntEnum):
    """Which lessons a seed belongs to."""

    TEST = 0
    TUNING = 1

    @classmethod
    def of(cls, seed: int) -> Side:
        """Even seeds are for tests, odd seeds for tuning.

        >>> Side.of(2).name, Side.of(7).name
        ('TEST', 'TUNING')
        """
        return cls(seed % 2)


def sentences(kind: str, side: Side) -> tuple[str, ...]:
    """Return the sentences of a kind that this side may say."""
    return ALL[kind][side::2]


ALL: dict[str, tuple[str, ...]] = {
    "question": (
        "What do we notice about the shadow?",
        "Why did the ice melt first on this side?",
        "How could we check that answer?",
        "What would happen if we doubled it?",
        "Which of these two is the larger fraction?",
        "Who can tell me what a verb does?",
        "Why do you think she left the castle?",
        "What does the word ancient mean?",
        "How many sides has this shape got?",
        "Where does the river start?",
        "What is the same about these two numbers?",
        "What is different about this pattern?",
        "Can anybody explain how the bulb lights up?",
        "What do plants need so that they grow?",
        "Why is the poet talking to the moon?",
        "How do we know that the map is old?",
        "What comes next in the sequence?",
        "Which word tells us how he felt?",
        "If I cut this in half, what do I get?",
        "What makes this a good experiment?",
        "Why is that not a fair test?",
        "Where have we seen this before?",
        "So what is the rule here?",
        "What else could the author mean?",
        "How far is it from the school to the sea?",
        "What did the Romans build here?",
        "Does that always work?",
        "Is there another way of doing it?",
    ),
    "statement": (
        "Yesterday we looked at the way light travels.",
        "Today we are going to think about sound.",
        "Have a look at the picture on the board.",
        "Pens down for a moment, please.",
        "There are three things I want you to remember.",
        "This one is a little bit harder than the last.",
        "The number on the bottom tells us the size of each part.",
        "The number at the top tells us how many we have.",
        "Rivers carry stones and mud down to the sea.",
        "In winter the water in the cracks freezes.",
        "That pushes the rock apart a little more each year.",
        "Our story starts in a very small village.",
        "Nobody there had ever seen the sea.",
        "Keep your hands down while you think.",
        "I am going to give you some time now.",
        "Write the date and the title first.",
        "Remember what we said about full stops.",
        "Some of you did that really carefully.",
        "When I put the lid on, the candle goes out.",
        "So there is something in the air that it needs.",
        "We call that part of the flower the stem.",
        "It carries the water up to the leaves.",
        "I have drawn two lines that never meet.",
        "They stay the same distance apart.",
        "In the old days people cooked over a fire.",
        "You can still see the marks on the wall.",
        "Let us go back to the second line.",
        "The second verse is much quieter than the first.",
    ),
    "answer": (
        "It gets longer.",
        "Because it was in the sun.",
        "A half.",
        "Three quarters.",
        "It tells you what somebody does.",
        "She was frightened of the dark.",
        "It means really old.",
        "Six.",
        "In the hills.",
        "They are both even.",
        "The roots hold it down so it does not blow away.",
        "Water and light.",
        "I think because he is lonely.",
        "There are no cars on it.",
        "Twenty seven.",
        "Trembling.",
        "You get two pieces and they are the same.",
        "You only change one thing at a time.",
        "Because the other one had more water in it.",
        "In the book about the lighthouse.",
        "You add four each time.",
        "Maybe that he does not want to go home.",
        "About ten miles.",
        "A road.",
        "Not if it is an odd number.",
        "You could count backwards.",
        "Yes.",
        "No.",
        "The electricity goes all the way round and then the bulb lights up.",
        "I am not sure but I think it is the blue one.",
    ),
    "name": (
        "Amir?",
        "Bethan?",
        "Callum?",
        "Daisy?",
        "Ewan?",
        "Farah?",
        "George?",
        "Holly?",
        "Isaac?",
        "Jasmin?",
        "Yes, Kieran?",
        "Go on, Lucy?",
        "Mohammed?",
        "Niamh?",
        "What about you, Owen?",
        "Poppy?",
    ),
    "reply": (
        "Good.",
        "Thank you.",
        "Yes, that is right.",
        "Interesting.",
        "Nearly.",
        "Well done.",
        "Lovely, tell me more about that.",
        "I like the way you put that.",
        "That is one idea.",
        "Okay, so that is what you think.",
        "Yes, exactly, you add them up.",
        "That is a very good reason.",
    ),
    "chorus": ("Twelve!", "Yes!", "The sun!", "Good morning!", "Fifteen!", "Goodbye!", "A triangle!", "Seven!"),
    "to group": (
        "Turn to your partner and tell them what you think.",
        "Two minutes in your groups, off you go.",
        "Talk to the person beside you about that.",
        "In your table groups, please, find one reason each.",
    ),
    "to silent work": (
        "Now write your own sentence, on your own, no talking.",
        "Try the next three by yourself, in silence.",
        "Quiet reading now until I stop you.",
        "Draw what you saw, without a word.",
    ),
    "call back": (
        "And stop there, eyes on me, please.",
        "Thank you, everybody facing this way.",
        "Right, let us come back together.",
        "Three, two, one, and listening.",
    ),
    "to film": (
        "Watch this short film and count the animals.",
        "Here is a clip about the sea, watch carefully.",
        "I am going to play you something now.",
        "Look at the screen and listen, please.",
    ),
    "group talk": (
        "I think it is this one because it is bigger.",
        "No, look, you have to count from here.",
        "What did you put for number two?",
        "You write and I will draw it.",
        "She said it has to be about the weather.",
        "Mine is different from yours.",
        "Give me the green one.",
        "But that would be too heavy.",
        "We could say it is like a wheel.",
        "It was in the story, right at the end.",
        "I have not finished this bit yet.",
        "That is not how you spell it.",
        "So is it a plant or an animal?",
        "Let us ask her what she thinks.",
        "Okay, you start and I go after.",
        "Do you remember what the answer was?",
        "It goes round and then it stops.",
        "I counted eleven but he got ten.",
    ),
    "film": (
        "Far out at sea a small island rises from the waves.",
        "Every spring thousands of birds return to these cliffs.",
        "They have travelled across half the world to be here.",
        "For a few weeks the cliffs are full of noise.",
        "The young birds must learn to fly before the autumn storms.",
        "One by one they leap into the wind.",
        "Under the ice it is dark and perfectly still.",
        "But even here there is life.",
        "Tiny creatures drift through the cold water.",
        "They are food for the largest animals on earth.",
    ),
    "adult": (
        "I will take this table with me.",
        "Shall I hand out the books?",
        "We are just finding the right page here.",
        "He has got a lovely idea to share.",
        "I think they need two more minutes.",
        "The projector is ready now.",
        "Can I borrow these three for a moment?",
        "We tried that one together before.",
    ),
    "enrolment": (
        "Good morning, everybody, come in and sit down.",
        "Please open your books at the page with the lighthouse.",
        "I would like you to look at the board while I read.",
        "Underneath the bridge the water runs quite slowly.",
        "Tomorrow we shall finish the pictures for the corridor.",
        "Check that your name is on the front of the folder.",
        "A triangle has three corners and three straight sides.",
        "After lunch we will go outside and measure the shadows.",
        "Some of the seeds have started to grow already.",
        "Do not forget to bring a coat if it is raining.",
        "The first chapter is about a boy and his grandfather.",
        "We will come back to that question at the end.",
        "Line up by the door when your table is tidy.",
        "The longest side is opposite the largest angle.",
        "Read the sentence again and listen to how it sounds.",
        "I shall put the answers on the board in a minute.",
        "Each group needs one pair of scissors and some card.",
        "There was a market here every Thursday for centuries.",
        "The bell will go in about ten minutes from now.",
        "Let us see whether the paint is dry by the window.",
        "If you have finished, you may choose a book.",
        "The weather map shows rain from the west this evening.",
        "Keep the ruler still while you draw along it.",
        "Thank you for working so carefully this morning.",
    ),
    **UNASKED,
}
"""By kind. Even places belong to tests, odd places to tuning."""
