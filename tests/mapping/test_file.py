"""The mapping file says what a person meant, and where it does not, in which line."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ombudsman.mapping.file import read_mapping, write_mapping
from ombudsman.model.errors import MappingInvalid
from ombudsman.model.mapping import (
    Codes,
    ColumnMapping,
    Decision,
    EmptyToNull,
    Expression,
    LetterCase,
    Mapping,
    Round,
    TableMapping,
    ToDate,
    Trim,
)
from ombudsman.model.tables import TableRef

WRITTEN = """\
tables:
  - source: Sales.DimCustomer
    target: SALES.DIM_CUSTOMER
    key: [CustomerKey]
    columns:
      CustomerKey: CUSTOMER_KEY
      No: NO
      Gender: {target: GENDER, transformation: {kind: codes, codes: {M: Male, F: Female}}}
    exclude: [Photo]
    exclude_target: [LOAD_TS]
    where: "IsTest = 0"
  - source: dbo."Odd.Name"
    target: odd_name
"""

MEANT = Mapping(
    tables=(
        TableMapping(
            source=TableRef(schema="Sales", name="DimCustomer"),
            target=TableRef(schema="SALES", name="DIM_CUSTOMER"),
            key=("CustomerKey",),
            columns=(
                ColumnMapping(source="CustomerKey", target="CUSTOMER_KEY"),
                ColumnMapping(source="No", target="NO"),
                ColumnMapping(
                    source="Gender",
                    target="GENDER",
                    transformation=Codes(codes={"M": "Male", "F": "Female"}),
                ),
            ),
            exclude=("Photo",),
            exclude_target=("LOAD_TS",),
            where="IsTest = 0",
        ),
        TableMapping(
            source=TableRef(schema="dbo", name="Odd.Name"), target=TableRef(name="odd_name")
        ),
    )
)


def test_a_file_means_what_it_says(tmp_path: Path):
    path = tmp_path / "mapping.yaml"
    path.write_text(WRITTEN)
    assert read_mapping(WRITTEN) == MEANT
    assert read_mapping(path) == MEANT


def test_a_mapping_is_written_as_a_person_would():
    assert write_mapping(MEANT) == (
        WRITTEN.replace("No: NO", "'No': 'NO'").replace('"IsTest = 0"', "IsTest = 0")
    )


def test_no_tables_are_a_mapping_too():
    assert read_mapping(write_mapping(Mapping())) == Mapping()


def test_words_below_which_all_is_commented_out_are_a_mapping_too():
    assert read_mapping("tables:\n  # - source: a\ndecisions:\n") == Mapping()
    (table,) = read_mapping(TABLE + "    columns:\n      # A: a\n").tables
    assert table.columns == ()


# ------------------------------------------------------------ faults

TABLE = "tables:\n  - source: s.T\n    target: S.T\n"


@pytest.mark.parametrize(
    ("text", "line", "message", "hint"),
    [
        ("", 1, "'tables' is missing", None),
        ("table: []", 1, "there is no key 'table' here", "did you mean 'tables'?"),
        ("- a", 1, "should be keys with values", None),
        ("tables: {}", 1, "should be a list", None),
        ("tables:\n  - source: a.b\n", 2, "'target' is missing", None),
        ("tables:\n  - source: 3\n    target: a", 2, "should be a text of the form schema.table", None),
        ("tables:\n  - source: a.b.c\n    target: a", 2, "'a.b.c' is not of the form", None),
        (TABLE + "    colums: {}", 4, "there is no key 'colums' here", "did you mean 'columns'?"),
        (TABLE + "    columns: [A]", 4, "should be keys with values", None),
        (TABLE + "    columns:\n      A: 1", 5, "should be a text", "put it in quotes"),
        (TABLE + "    columns:\n      A:", 5, "should be a text", None),
        (TABLE + "    columns:\n      A: a\n      B: b\n      A: c", 7, "this key stands already", None),
        (
            TABLE + "    columns:\n      A: a\n      B: a",
            6,
            "target column 'a' answers 'A' already",
            "each column answers one column; leave the others to exclude",
        ),
        (TABLE + "    key: [Idd]\n    columns: {Id: ID}", 4, "key column 'Idd' is not mapped", "did you mean 'Id'?"),
        (TABLE + "    key: Id", 4, "should be a list", "write it in [ ], even a single one"),
        (
            TABLE + "    columns:\n      A: {target: a, transformation: {kind: trimm}}",
            5,
            "there is no kind 'trimm'",
            "did you mean 'trim'?",
        ),
        (
            TABLE + "    columns:\n      A:\n        target: a\n        transformation:\n"
            "          kind: round\n          scal: 2",
            9,
            "there is no key 'scal' here",
            "did you mean 'scale'?",
        ),
        (
            TABLE + "    columns:\n      A: {target: a, transformation: {kind: codes, codes: {M: 1}}}",
            5,
            "should be a text",
            "put it in quotes",
        ),
        (TABLE + "  - source: s.T\n    target: S.U", 4, "table s.T is mapped already in line 2", None),
    ],
)  # fmt: skip
def test_a_fault_names_its_line_and_the_nearest_right_word(text, line, message, hint):
    with pytest.raises(MappingInvalid) as caught:
        read_mapping(text, file="m.yaml")
    (problem,) = [p for p in caught.value.context["problems"] if message in p["message"]]
    assert problem["file"] == "m.yaml"
    assert problem["line"] == line
    assert problem["hint"] == hint
    assert f"m.yaml:{line}: " in caught.value.message


def test_all_faults_are_told_together():
    text = TABLE + "    kye: [A]\n  - source: a\n  - target: 3\n    source: b\n"
    with pytest.raises(MappingInvalid, match=r"m\.yaml: 3 problems") as caught:
        read_mapping(text, file="m.yaml")
    assert [problem["line"] for problem in caught.value.context["problems"]] == [4, 5, 6]


def test_a_file_that_is_not_there_is_an_invalid_mapping(tmp_path: Path):
    with pytest.raises(MappingInvalid, match="there is no file"):
        read_mapping(tmp_path / "nothing.yaml")


# ------------------------------------------------------------ decisions

DECIDED = """\
tables: []
decisions:
  - {verdict: reject, source: s.T, target: S.T, column: A, target_column: B}
  - {verdict: confirm, source: s.U, target: S.V}
"""


def test_decisions_are_read_and_written_again():
    mapping = read_mapping(DECIDED)
    assert [(d.verdict, str(d.source), d.column) for d in mapping.decisions] == [
        ("reject", "s.T", "A"),
        ("confirm", "s.U", None),
    ]
    assert write_mapping(mapping) == DECIDED


@pytest.mark.parametrize(
    ("text", "line", "message", "hint"),
    [
        ("  - {verdict: rejct, source: a, target: b}", 3, "confirm", None),
        ("  - {verdict: reject, source: a}", 3, "'target' is missing", None),
        ("  - {verdict: reject, source: a, target: b, colum: c}", 3, "'colum'", "did you mean 'column'?"),
        (
            "  - {verdict: reject, source: a, target: b, column: c}",
            3,
            "names a column of one side alone",
            "give column and target_column, or neither of them",
        ),
    ],
)  # fmt: skip
def test_a_faulty_decision_names_its_line(text, line, message, hint):
    with pytest.raises(MappingInvalid) as caught:
        read_mapping(f"tables: []\ndecisions:\n{text}\n")
    (problem,) = caught.value.context["problems"]
    assert problem["line"] == line
    assert message in problem["message"] + str(problem["hint"])
    assert hint is None or problem["hint"] == hint


# ------------------------------------------------------------ laws

NAMES = st.text(
    alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=10
) | st.sampled_from(
    ["No", "null", "1", "a: b", "a\nb", " a ", "#", "x.y", 'q"', "é", "- a", "?", "A" * 200]
)
REFS = st.builds(lambda schema, name: TableRef(schema=schema, name=name), st.none() | NAMES, NAMES)
TRANSFORMATIONS = st.one_of(
    st.none(),
    st.builds(Trim, ends=st.sampled_from(["right", "both"])),
    st.builds(LetterCase, to=st.sampled_from(["upper", "lower"])),
    st.just(EmptyToNull()),
    st.builds(Round, scale=st.integers(0, 37)),
    st.just(ToDate()),
    st.builds(Codes, codes=st.dictionaries(NAMES, NAMES, max_size=3), other=st.none() | NAMES),
    st.builds(Expression, sql=NAMES),
)  # fmt: skip


@st.composite
def table_mappings(draw, source):
    here = draw(st.lists(NAMES, unique=True, max_size=4))
    there = draw(st.lists(NAMES, unique=True, min_size=len(here), max_size=len(here)))
    changes = [draw(TRANSFORMATIONS) for _ in here]
    texts = st.none() | NAMES
    return TableMapping(
        source=source,
        target=draw(REFS),
        columns=tuple(
            ColumnMapping(source=a, target=b, transformation=change)
            for a, b, change in zip(here, there, changes, strict=True)
        ),
        key=tuple(here[:2]),
        exclude=tuple(draw(st.lists(NAMES, max_size=2))),
        exclude_target=tuple(draw(st.lists(NAMES, max_size=2))),
        where=draw(texts),
        source_where=draw(texts),
        target_where=draw(texts),
    )


DECISIONS = st.one_of(
    st.builds(Decision, verdict=st.sampled_from(["confirm", "reject"]), source=REFS, target=REFS),
    st.builds(
        Decision,
        verdict=st.sampled_from(["confirm", "reject"]),
        source=REFS,
        target=REFS,
        column=NAMES,
        target_column=NAMES,
    ),
)


@st.composite
def mappings(draw):
    sources = draw(st.lists(REFS, unique=True, max_size=3))
    return Mapping(
        tables=tuple(draw(table_mappings(source)) for source in sources),
        decisions=tuple(draw(st.lists(DECISIONS, max_size=2))),
    )


@given(mappings())
def test_every_mapping_is_read_back_as_it_was_written(mapping):
    assert read_mapping(write_mapping(mapping)) == mapping
