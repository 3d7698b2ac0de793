"""The sheet shows every row where the enlarged change errs most."""

from __future__ import annotations

import numpy as np

from s2edit_plugin.evaluation.paste_sheet import worst_place


def test_the_window_lies_where_the_error_is() -> None:
    error = np.zeros((90, 120))
    error[50:60, 70:80] = 1
    rows, columns = worst_place(error, 20)
    assert error[rows, columns].sum() == 100
    assert (rows.stop - rows.start, columns.stop - columns.start) == (20, 20)


def test_a_picture_smaller_than_the_window_is_shown_whole() -> None:
    assert worst_place(np.ones((30, 30)), 64) == (slice(0, 30), slice(0, 30))
