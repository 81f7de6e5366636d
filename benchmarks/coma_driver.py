"""COMA of valentine on pairs of tables, in an environment of its own: `python coma_driver.py < pairs.json`.

Knows nothing of this project. Reads a list of `[{name: type}, {name: type}]`, the columns of two tables each; prints
the pairs of column names that it finds for each, one to one, with their scores, and the seconds that it took. It is
given the true pairs of tables, for it does not look for them.
"""

import json
import sys
import time

import pandas as pd  # type: ignore[import-untyped]
from valentine import valentine_match  # type: ignore[import-not-found]
from valentine.algorithms import Coma  # type: ignore[import-not-found]


def main() -> None:
    found, seconds = [], 0.0
    for source, target in json.load(sys.stdin):
        frames = [
            pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in side.items()})
            for side in (source, target)
        ]
        clock = time.perf_counter()
        matches = valentine_match(frames, Coma(use_instances=False), df_names=["source", "target"])
        pairs = matches.one_to_one_hungarian(threshold=0.0)
        seconds += time.perf_counter() - clock
        found.append([[p.source_column, p.target_column, score] for p, score in pairs.items()])
    print(json.dumps({"pairs": found, "seconds": round(seconds, 1)}))


if __name__ == "__main__":
    main()
