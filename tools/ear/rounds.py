r"""Learn by the clock: what the three networks' lessons have in common.

::

    rate   /\___               up in the first rounds, then down like half a cosine, to a fiftieth
          /     \\____
         0 --- minutes --> end
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator

import torch
from torch import nn

_LEAST = 0.02
"""Share of the rate that is left at the end."""
_LARGEST_STEP = 1.0


class Rounds:
    """Go through it for the share of the time that is over, and `learn` once in each round."""

    def __init__(self, net: nn.Module, minutes: float, *, rate: float, warm: int, decay: float) -> None:
        self._net, self._seconds, self._rate, self._warm = net, minutes * 60, rate, warm
        self._optimizer = torch.optim.AdamW(net.parameters(), lr=rate, weight_decay=decay)
        self._begun = time.time()
        self.done = 0

    def __iter__(self) -> Iterator[float]:
        while (share := self.seconds / self._seconds) < 1:
            falling = _LEAST + (1 - _LEAST) * 0.5 * (1 + math.cos(math.pi * share))
            for group in self._optimizer.param_groups:
                group["lr"] = self._rate * min(1, (self.done + 1) / self._warm) * falling
            yield share

    @property
    def seconds(self) -> float:
        """Since it began."""
        return time.time() - self._begun

    def learn(self, loss: torch.Tensor) -> None:
        """Take one step down."""
        self._optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._net.parameters(), _LARGEST_STEP)
        self._optimizer.step()
        self.done += 1
