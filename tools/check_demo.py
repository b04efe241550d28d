"""Read the demo's JSON object from standard input and say whether the demo did what it promises.

::

    make demo ARGS='--headless --json' | tail -n 1 | python -m tools.check_demo
"""

import json
import shutil
import sys


def problems(demo: dict) -> list[str]:
    """Sentences of what does not hold."""
    segments, evidence, truth = demo["segments"], demo["evidence"], demo["truth"]
    promises = {
        "every sealed segment was uploaded and acknowledged": segments["sealed"]
        == segments["uploaded"]
        == segments["acknowledged"]
        > 50,
        "every evidence message was acknowledged": evidence["sent"] == evidence["acknowledged"] > 10,
        "at least ten of the true waits were found": truth["matched"] >= 10,
        "at least three of four true waits were found": truth["matched"] >= 0.75 * truth["of"],
        "no more than a third of the waits found are none": truth["matched"] >= demo["waits"]["found"] * 2 / 3,
        "the page showed a picture": demo["page"] is not None or shutil.which("chromium") is None,
    }
    return [promise for promise, is_kept in promises.items() if not is_kept]


if __name__ == "__main__":
    broken = problems(json.loads(sys.stdin.read().strip().splitlines()[-1]))
    for promise in broken:
        print(f"Not so: {promise}.")
    print(f"demo: {'broken' if broken else 'as promised'}")
    sys.exit(bool(broken))
