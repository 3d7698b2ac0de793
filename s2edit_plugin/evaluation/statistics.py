"""How sure a difference is: bootstrap intervals clustered by person, and McNemar's test.

Edits of one person are alike, so people are drawn again, not edits (Efron and Tibshirani 1993, chapter 8).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

__all__ = ["interval", "mcnemar"]

RESAMPLES = 2000


def interval(people: Sequence[int], values: Sequence[float], seed: int = 0) -> tuple[float, float]:
    """95 % interval of the mean of values, (N,), each of a person, (N,); NaN, NaN without values."""
    who, numbers = np.asarray(people), np.asarray(values, dtype=np.float64)
    there = ~np.isnan(numbers)
    who, numbers = who[there], numbers[there]
    if not len(numbers):
        return float("nan"), float("nan")
    everybody, place = np.unique(who, return_inverse=True)
    sums, counts = np.bincount(place, numbers), np.bincount(place)
    rng = np.random.default_rng(seed)
    drawn = rng.integers(len(everybody), size=(RESAMPLES, len(everybody)))
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return float(low), float(high)


def mcnemar(ours: Sequence[bool], theirs: Sequence[bool]) -> float:
    """Two-sided exact p-value that two methods succeed equally often on the same edits (McNemar 1947)."""
    from scipy.stats import binomtest

    only_ours = sum(a and not b for a, b in zip(ours, theirs, strict=True))
    only_theirs = sum(b and not a for a, b in zip(ours, theirs, strict=True))
    both = only_ours + only_theirs
    return float(binomtest(only_ours, both).pvalue) if both else 1.0
