"""The fewest blocks, held against all there are: by brute force where tables are small."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacksets.fewest import Patience, find_fewest_blocks

HALVES_IN_ALL_WAYS = (0b0011, 0b1100, 0b0101, 0b1010)
"""Rank 3 and binary rank 4: the two bounds do not meet, and only a search settles it."""

FEWER_THAN_LINES = (0b111101, 0b011100, 0b011011, 0b100001)
"""Four rows and five columns differ; the first row is the second and the last one together."""


def _sets(count):
    return range(1, 1 << count)


@cache
def _rectangles(height, width):
    """Every block of a table, as the cells that it has."""
    return tuple(
        sum(
            1 << (row * width + column)
            for row in range(height)
            for column in range(width)
            if rows >> row & 1 and columns >> column & 1
        )
        for rows in _sets(height)
        for columns in _sets(width)
    )


@cache
def _count_by_brute_force(cells, height, width):
    """Count the fewest blocks: the lowest cell is in one of them, whichever it is."""
    if not cells:
        return 0
    lowest = cells & -cells
    return 1 + min(
        _count_by_brute_force(cells ^ one, height, width)
        for one in _rectangles(height, width)
        if one & lowest and one & cells == one
    )


def _table(cells, height, width):
    return [cells >> (row * width) & ((1 << width) - 1) for row in range(height)]


def _assert_covers(table, blocks):
    left = list(table)
    for rows, columns in blocks:
        assert rows
        assert columns
        for at in range(len(left)):
            if rows >> at & 1:
                assert left[at] & columns == columns, "a cell that is not there, or twice"
                left[at] ^= columns
    assert not any(left)


def test_of_three_by_three_every_table_takes_the_fewest():
    for cells in range(1 << 9):
        table = _table(cells, 3, 3)
        blocks = find_fewest_blocks(table, Patience())
        _assert_covers(table, blocks)
        assert len(blocks) == _count_by_brute_force(cells, 3, 3), table


@given(st.integers(0, (1 << 16) - 1))
def test_of_four_by_four_any_table_takes_the_fewest(cells):
    table = _table(cells, 4, 4)
    blocks = find_fewest_blocks(table, Patience())
    _assert_covers(table, blocks)
    assert len(blocks) == _count_by_brute_force(cells, 4, 4)


@pytest.mark.exhaustive
def test_of_four_by_four_every_table_takes_the_fewest():
    for cells in range(1 << 16):
        blocks = find_fewest_blocks(_table(cells, 4, 4), Patience())
        assert len(blocks) == _count_by_brute_force(cells, 4, 4), _table(cells, 4, 4)


def test_what_is_two_others_together_takes_no_block_of_its_own():
    blocks = find_fewest_blocks(FEWER_THAN_LINES, Patience())
    _assert_covers(FEWER_THAN_LINES, blocks)
    assert len(blocks) == 3


def test_where_the_bounds_do_not_meet_a_search_proves_that_there_are_no_fewer():
    patience = Patience()
    assert len(find_fewest_blocks(HALVES_IN_ALL_WAYS, patience)) == 4
    assert 0 < patience.cells < Patience().cells, "it came to its end"


@given(st.lists(st.integers(0, (1 << 7) - 1), max_size=12), st.integers(0, 3_000))
def test_however_soon_it_gives_up_the_blocks_cover_the_table(table, cells):
    blocks = find_fewest_blocks(table, Patience(cells))
    _assert_covers(table, blocks)
    assert len(blocks) <= len(set(table) - {0})
    assert blocks == find_fewest_blocks(table, Patience(cells))


def test_a_large_table_that_it_cannot_decide_costs_no_more_than_its_patience():
    table = [row << (4 * at) | 1 << 60 for at in range(15) for row in HALVES_IN_ALL_WAYS]
    patience = Patience()
    _assert_covers(table, find_fewest_blocks(table, patience))
    assert patience.cells < 0
