"""The two networks, as they are taught.

::

    EarNet    2 frames --> 64 --> GRU 96 --> GRU 80     forwards only, answers 8 steps late
    Hindsight 16 cues  --> 32 --> GRU 40 --> GRU 32     both ways

`analytics/ear.py` and `analytics/hindsight.py` are the same without torch.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

DELAY = 8
"""Steps of 20 ms that the ear's answer comes late."""
INPUTS = 2 * (2 * 32 + 3)
PRINT = 24
_VOICES = 2600


class EarNet(nn.Module):
    """Stage one. `spk` are the voices it learns from; they are left behind at export."""

    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Linear(INPUTS, 64)
        self.g1 = nn.GRU(64, 96, batch_first=True)
        self.g2 = nn.GRU(96, 80, batch_first=True)
        self.vad = nn.Linear(176, 2)
        self.who = nn.Linear(176, 2)
        self.many = nn.Linear(176, 3)
        self.emb = nn.Linear(176, PRINT)
        self.spk = nn.Parameter(torch.randn(_VOICES, PRINT) * 0.1)
        self.scale = nn.Parameter(torch.tensor([8.0, 0.0]))

    def forward(self, inputs: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Voice, sides, many, prints."""
        first, _ = self.g1(functional.relu(self.a(inputs)))
        second, _ = self.g2(first)
        both = torch.cat((first, second), -1)
        return self.vad(both), self.who(both), self.many(both), functional.normalize(self.emb(both), dim=-1)


class HindsightNet(nn.Module):
    """Stage two: teacher, teacher, pupils, pupils (each 10 ms), the class together, one spare."""

    def __init__(self, cues: int = 16) -> None:
        super().__init__()
        self.a = nn.Linear(cues, 32)
        self.g1 = nn.GRU(32, 40, batch_first=True, bidirectional=True)
        self.g2 = nn.GRU(80, 32, batch_first=True, bidirectional=True)
        self.out = nn.Linear(144, 6)

    def forward(self, cues: torch.Tensor) -> torch.Tensor:
        """(lessons, steps, 6)."""
        first, _ = self.g1(torch.relu(self.a(cues)))
        second, _ = self.g2(first)
        return self.out(torch.cat((first, second), -1))
