"""The three networks, as they are taught.

::

    EarNet    2 frames --> 64 --> GRU 96 --> GRU 80     forwards only, answers 8 steps late
    PrintNet  2 frames --> 64 --> four layers that look 1, 2, 2, 3 steps both ways
    Hindsight 19 cues  --> 32 --> GRU 40 --> GRU 32     both ways

`analytics/ear.py`, `analytics/print_network.py` and `analytics/hindsight.py` are the same without torch.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

DELAY = 8
"""Steps of 20 ms that the ear's answer comes late."""
INPUTS = 2 * (2 * 32 + 3)
PRINT = 32
REACH = (1, 2, 2, 3)
_VOICES = 2600


class EarNet(nn.Module):
    """Stage one."""

    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Linear(INPUTS, 64)
        self.g1 = nn.GRU(64, 96, batch_first=True)
        self.g2 = nn.GRU(96, 80, batch_first=True)
        self.vad = nn.Linear(176, 2)
        self.who = nn.Linear(176, 2)
        self.many = nn.Linear(176, 3)

    def forward(self, inputs: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Voice, sides, many."""
        first, _ = self.g1(functional.relu(self.a(inputs)))
        second, _ = self.g2(first)
        both = torch.cat((first, second), -1)
        return self.vad(both), self.who(both), self.many(both)


class PrintNet(nn.Module):
    """Stage one as well. `spk` are the voices it learns from; they are left behind at export."""

    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Linear(INPUTS, 64)
        self.c = nn.ModuleList([nn.Conv1d(64, 64, 3, dilation=reach, padding=reach) for reach in REACH])
        self.out = nn.Linear(64 * (len(REACH) + 1), PRINT + 1)
        self.spk = nn.Parameter(torch.randn(_VOICES, PRINT) * 0.1)
        self.pair = nn.Parameter(torch.tensor([6.0, -2.0]))
        self.near = nn.Parameter(torch.tensor([8.0, -3.0]))

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """(lessons, steps, PRINT) of length 0 to 1."""
        layer = functional.relu(self.a(inputs)).transpose(1, 2)
        layers = [layer]
        for convolution in self.c:
            layer = functional.relu(convolution(layer)) + layer
            layers.append(layer)
        out = self.out(torch.cat(layers, 1).transpose(1, 2))
        return functional.normalize(out[..., :-1], dim=-1) * torch.sigmoid(out[..., -1:])


class HindsightNet(nn.Module):
    """Stage two: teacher, teacher, pupils, pupils (each 10 ms), the class together, one spare."""

    def __init__(self, cues: int = 19) -> None:
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
