"""The binary frame: what goes in comes out, and what is no frame is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.live.protocol import (
    DELTA,
    FULL,
    HEADER,
    ROW,
    accuracy_class,
    decode,
    encode,
    quantize,
)

ROWS = st.lists(
    st.tuples(
        st.integers(0, 2**32 - 1),
        st.integers(0, 65535),
        st.integers(0, 65535),
        st.integers(0, 2**32 - 1),
        st.integers(0, 5),
        st.integers(0, 30),
        st.integers(0, 65535),
    ),
    max_size=50,
)


@given(ROWS, st.sampled_from([FULL, DELTA]), st.integers(0, 200_000), st.floats(0, 4e12))
def test_a_frame_comes_back_as_it_was(rows: list, kind: int, number: int, at: float) -> None:
    given_rows = np.array(rows, ROW)
    frame = decode(encode(kind=kind, number=number, site_ms=at, rows=given_rows))
    assert (frame.kind, frame.number, frame.site_ms) == (kind, number & 0xFFFF, at)
    assert (frame.rows == given_rows).all()


def test_sizes_are_those_of_the_contract() -> None:
    assert (HEADER.size, ROW.itemsize) == (16, 16)


@pytest.mark.parametrize("cut", [0, 5, 16, 31])
def test_a_cut_frame_is_refused(cut: int) -> None:
    frame = encode(kind=FULL, number=1, site_ms=0.0, rows=np.zeros(1, ROW))
    with pytest.raises(ValueError, match="frame"):
        decode(frame[:cut])


@given(st.floats(-180, 180), st.floats(0.001, 5))
def test_places_survive_to_a_65535th_of_the_box(low: float, width: float) -> None:
    values = np.linspace(low, low + width, 97)
    cells, outside = quantize(values, low=low, high=low + width)
    back = low + cells / 65535 * width
    assert not outside.any()
    assert np.abs(back - values).max() <= width / 65535


def test_a_place_outside_the_box_is_at_its_edge_and_says_so() -> None:
    cells, outside = quantize(np.array([-1.0, 0.0, 1.0, 2.0]), low=0.0, high=1.0)
    assert cells.tolist() == [0, 0, 65535, 65535]
    assert outside.tolist() == [True, False, False, True]


def test_accuracy_is_a_power_of_two_never_better_than_it_is() -> None:
    metres = np.array([np.nan, 0.0, 1.0, 3.0, 8.0, 8.1, 5000.0])
    assert accuracy_class(metres).tolist() == [0, 1, 1, 2, 3, 4, 13]
