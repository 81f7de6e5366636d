"""Differing rows in a file: counted, filtered, paged in every order, and nothing but that file can be read."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ombudsman.compare.rows_file import RowsFile
from ombudsman.compare.stored_rows import Line, Sought, StoredRows
from ombudsman.model.errors import NotFound, SettingsError, WorkspaceFailed

Cells = tuple[str, str | None, str, str | None, str | None, str | None, str | None]

LINES: list[Cells] = [
    ("value_differs", "rounding", '["10"]', "Amount", "AMOUNT", "1.25", "1.3"),
    ("value_differs", "rounding", '["9"]', "Amount", "AMOUNT", "2.25", "2.3"),
    ("row_missing_in_target", None, '["7"]', None, None, None, None),
    ("value_differs", "letter_case", '["10"]', "Name", "NAME", "ä'; --", "Ä'; --"),
    ("value_differs", "other", '["11"]', "Amount", "AMOUNT", None, "0"),
    ("row_duplicated", None, '["10", "x"]', None, None, "1", "2"),
]


def written(path: Path, lines: Sequence[Cells], *, a_batch: int = 2) -> Path:
    with RowsFile(path) as file:
        for at in range(0, len(lines), a_batch):
            file.write(list(zip(*lines[at : at + a_batch], strict=True)))
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file whose name means something to SQL and to file patterns."""
    return written(tmp_path / "it's [a] *.parquet", LINES)


CASES = {
    "all": (Sought(), [0, 1, 2, 3, 4, 5]),
    "one kind": (Sought(kinds=("row_duplicated",)), [5]),
    "two kinds": (Sought(kinds=("row_duplicated", "row_missing_in_target")), [2, 5]),
    "a column": (Sought(columns=("Amount",)), [0, 1, 4]),
    "whole rows": (Sought(columns=("",)), [2, 5]),
    "a cause": (Sought(causes=("rounding",)), [0, 1]),
    "no cause": (Sought(causes=("",)), [2, 5]),
    "column and cause": (Sought(columns=("Amount",), causes=("other",)), [4]),
    "part of a key": (Sought(key='"10"'), [0, 3, 5]),
    "a key as it stands in a pattern": (Sought(key="%"), []),
    "a column of nobody": (Sought(columns=("' OR 1 = 1 --",)), []),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_sought_is_found_and_counted(path: Path, case: str):
    sought, numbers = CASES[case]
    with StoredRows(path) as stored:
        assert [line.number for line in stored.page(sought, limit=100)] == numbers
        assert stored.counts(sought).total == len(numbers)
        passed = [row for batch in stored.batches(sought) for row in batch.to_pylist()]
    assert [tuple(row.values()) for row in passed] == [LINES[number] for number in numbers]


def test_a_line_comes_out_as_it_went_in(path: Path):
    with StoredRows(path) as stored:
        assert stored.page(Sought(causes=("letter_case",)), limit=1) == [Line(3, *LINES[3])]


def test_each_facet_is_counted_under_the_filters_of_the_others(path: Path):
    with StoredRows(path) as stored:
        counts = stored.counts(Sought(columns=("Amount",), causes=("rounding",)))
    assert counts.total == 2
    assert counts.kinds == {"value_differs": 2}
    assert counts.columns == {"Amount": 2}, "of the lines by rounding"
    assert counts.causes == {"rounding": 2, "other": 1}, "of the lines of Amount"


def test_a_text_in_the_key_bounds_every_facet(path: Path):
    with StoredRows(path) as stored:
        counts = stored.counts(Sought(key='"10"'))
    assert counts.columns == {"": 1, "Amount": 1, "Name": 1}


cells = st.tuples(
    st.sampled_from(["value_differs", "row_missing_in_target"]),
    st.none() | st.sampled_from(["rounding", "other"]),
    st.lists(st.text(max_size=3) | st.none(), min_size=1, max_size=2).map(json.dumps),
    st.none() | st.sampled_from(["a", "b"]),
    st.none(),
    st.none() | st.text(max_size=3),
    st.none() | st.text(max_size=3),
)


@pytest.mark.parametrize("word", ["number", "-number", "key", "-key", "cause", "-column", "kind"])
@settings(max_examples=6, deadline=None)
@given(lines=st.lists(cells, max_size=12), size=st.integers(2, 7))
def test_pages_in_any_order_hold_every_line_once(
    tmp_path_factory: pytest.TempPathFactory, word: str, lines: list[Cells], size: int
):
    path = written(tmp_path_factory.mktemp("rows") / "r.parquet", lines, a_batch=4)
    read: list[Line] = []
    with StoredRows(path) as stored:
        while page := stored.page(
            Sought(), limit=size, sort=word, after=read[-1].number if read else None
        ):
            read += page
    assert sorted(line.number for line in read) == list(range(len(lines)))
    name = word.removeprefix("-")
    if name == "number":
        places = [(b"", line.number) for line in read]
    else:
        places = [((getattr(line, name) or "").encode(), line.number) for line in read]
    assert places == sorted(places, reverse=word.startswith("-"))


def test_an_unknown_order_names_the_nearest(path: Path):
    with StoredRows(path) as stored, pytest.raises(SettingsError) as told:
        stored.page(Sought(), limit=1, sort="-colum")
    assert told.value.hint == "did you mean 'column'?"


def test_a_page_after_a_line_that_is_not_there_is_refused(path: Path):
    with StoredRows(path) as stored, pytest.raises(SettingsError):
        stored.page(Sought(), limit=1, sort="key", after=10**9)


def test_a_file_that_is_gone_says_what_to_do(tmp_path: Path):
    with pytest.raises(NotFound) as told:
        StoredRows(tmp_path / "gone.parquet")
    assert told.value.hint == "run the step again"


def test_a_file_that_is_no_parquet_is_told_without_its_path(tmp_path: Path):
    path = tmp_path / "broken.parquet"
    path.write_bytes(b"PAR1 and nothing more")
    with StoredRows(path) as stored, pytest.raises(WorkspaceFailed) as told:
        stored.counts(Sought())
    assert str(tmp_path) not in told.value.message


def test_two_files_of_one_name_are_not_taken_for_each_other(tmp_path: Path):
    path = written(tmp_path / "r.parquet", LINES)
    with StoredRows(path) as stored:
        assert stored.counts(Sought()).total == len(LINES)
    written(path, LINES[:1])
    with StoredRows(path) as stored:
        assert stored.counts(Sought()).total == 1


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('{folder}/other.txt')",
        "SELECT * FROM glob('{folder}/*')",
        "SELECT * FROM '{folder}/other.parquet'",
        "ATTACH '{folder}/x.duckdb'",
        "COPY (SELECT 1) TO '{folder}/x.csv'",
        "COPY (SELECT 1) TO '{file}'",
        "SET enable_external_access = true",
        "SET allowed_paths = ['/etc/passwd']",
        "SET memory_limit = '1TB'",
        "INSTALL httpfs",
        "LOAD httpfs",
    ],
)
def test_nothing_but_the_file_can_be_reached(path: Path, tmp_path: Path, sql: str):
    import duckdb

    (tmp_path / "other.txt").write_text("secret")
    written(tmp_path / "other.parquet", LINES)
    before = {each.name: each.stat().st_size for each in tmp_path.iterdir()}
    quoted = str(path).replace("'", "''")
    with StoredRows(path) as stored, pytest.raises(duckdb.Error):
        stored._database.execute(sql.format(folder=tmp_path, file=quoted)).fetchall()
    assert {each.name: each.stat().st_size for each in tmp_path.iterdir()} == before
