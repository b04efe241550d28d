"""Print the weights of `analytics/questions.py` and how good they are: `python -m tools.questions`.

::

    60 drawn lessons  --fit (Newton, ridge 0.1)-->  weights     another 60  -->  AUC, F1, calibration error

Only ends that matter are fitted: where an elicitation may be told, and what she says after her own long silence.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analytics.rhythm import LATCH_S, SILENCE_S, After, Rhythm, afters
from lesson.talk import Role
from tools.questions.talk import lessons

_LESSONS = 60
_SEEDS = (1, 2)
_RIDGE = 0.1
_BINS = 10
Table = NDArray[np.float64]


def main() -> None:
    """Fit, test, print."""
    (fit, asked, _), (new, truth, kinds) = (ends(_LESSONS, seed) for seed in _SEEDS)
    weights = fitted(fit, asked)
    print(f"OFFSET = {weights[0]:.3f}")
    print(f"WEIGHTS = ({', '.join(f'{weight:.3f}' for weight in weights[1:])})")
    p_q = 1 / (1 + np.exp(-(weights[0] + new @ weights[1:].round(3))))
    for kind in ("all", *sorted(set(kinds))):
        chosen = np.array([kind in {"all", each} for each in kinds])
        said, really = p_q[chosen], truth[chosen]
        print(
            f"{kind:9} {chosen.sum():6} AUC {auc(said, really):.3f}"
            f"  F1 at .5 {f1(said, really):.3f}  ECE {calibration_error(said, really):.3f}"
        )


def ends(count: int, seed: int) -> tuple[Table, Table, list[str]]:
    """Numbers, whether it asked, and the kind, of each end that matters."""
    values, asks, kinds = [], [], []
    for lesson in lessons(count, seed):
        order = sorted(range(len(lesson.ipus)), key=lambda at: lesson.ipus[at].start)
        ipus = [lesson.ipus[at] for at in order]
        rhythm = Rhythm()
        for at, ipu, after in zip(order, ipus, afters(ipus), strict=True):
            before = rhythm.hear(ipu)
            if before is None:
                continue
            kind = _kind(after) or ("inside" if before.silence >= SILENCE_S else None)
            if kind is not None:
                values.append(before.values + after.values)
                asks.append(float(lesson.asks[at]))
                kinds.append(kind)
    return np.array(values), np.array(asks), kinds


def _kind(after: After) -> str | None:
    if after.follower is None:
        return "nobody"
    if after.follower is Role.PUPIL:
        return "pupil" if after.gap >= LATCH_S else "latch"
    return "herself" if after.gap >= SILENCE_S else None


def fitted(values: Table, asked: Table) -> Table:
    """Offset and weights of a logistic regression."""
    wide = np.column_stack((np.ones(len(values)), values))
    price = np.full(wide.shape[1], _RIDGE)
    price[0] = 0
    weights = np.zeros(wide.shape[1])
    for _ in range(30):
        p = 1 / (1 + np.exp(-wide @ weights))
        slope = wide.T @ (asked - p) - price * weights
        bend = (wide * (p * (1 - p))[:, None]).T @ wide + np.diag(price)
        weights += np.linalg.solve(bend, slope)
    return np.asarray(weights)


def auc(said: Table, really: Table) -> float:
    """Chance that a question is given more than a statement; ties count half."""
    yes, no = said[really == 1], np.sort(said[really == 0])
    below = np.searchsorted(no, yes, "left") + np.searchsorted(no, yes, "right")
    return float(below.mean() / 2 / no.size) if yes.size and no.size else float("nan")


def f1(said: Table, really: Table) -> float:
    """Of calling a question what has a half or more."""
    called = said >= 0.5
    return float(2 * (called & (really == 1)).sum() / max(called.sum() + really.sum(), 1))


def calibration_error(said: Table, really: Table) -> float:
    """Expected calibration error in ten equal bins."""
    which = np.minimum((said * _BINS).astype(int), _BINS - 1)
    gaps = [abs(float((said - really)[which == one].sum())) for one in range(_BINS)]
    return sum(gaps) / len(said)


if __name__ == "__main__":
    main()
