"""A suggestion is written so that a person sees what to look at, and read back as what it maps."""

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.mapping.catalogues import catalogue, table

from ombudsman.mapping.decisions import decisions_of
from ombudsman.mapping.file import read_mapping, write_mapping
from ombudsman.mapping.suggest import suggest_mapping
from ombudsman.mapping.suggestion import (
    Alternative,
    Evidence,
    Lane,
    SuggestedColumn,
    SuggestedSchema,
    SuggestedTable,
    Suggestion,
)
from ombudsman.mapping.suggestion_text import HEADER, suggestion_json, suggestion_text
from ombudsman.model.mapping import ColumnMapping, Decision, Mapping, TableMapping
from ombudsman.model.tables import TableRef


def said(part: str, score: float, words: str) -> Evidence:
    return Evidence(part=part, score=score, weight=1, said=words)


CLIENT, CUSTOMER = TableRef.parse("DWH.CLIENT"), TableRef.parse("Sales.Customer")
DOUBTFUL = Suggestion(
    mapping=Mapping(
        tables=(
            TableMapping(
                source=CUSTOMER,
                target=CLIENT,
                columns=(
                    ColumnMapping(source="Id", target="ID"),
                    ColumnMapping(source="Mail", target="E_ADDR"),
                ),
            ),
        ),
        decisions=(Decision(verdict="reject", source=CUSTOMER, target=TableRef.parse("DWH.LOG")),),
    ),
    tables=(
        SuggestedTable(
            source=CUSTOMER,
            target=CLIENT,
            confidence=0.83,
            lane=Lane.SUGGEST,
            evidence=(
                said("name", 0.8, "customer ~ client (synonym)"),
                said("columns", 0.7, "70% of the columns find answers"),
                said("schema", 0.0, "how the schemas are called"),
            ),
            alternatives=(Alternative(target="DWH.CUST_OLD", score=0.61),),
            columns=(
                SuggestedColumn(source="Id", target="ID", confidence=0.99, lane=Lane.AUTO),
                SuggestedColumn(
                    source="Mail",
                    target="E_ADDR",
                    confidence=0.7,
                    lane=Lane.SUGGEST,
                    evidence=(said("name", 0.3, "some words in common"),),
                ),
                SuggestedColumn(
                    source="Fax",
                    target="PHONE_2",
                    confidence=0.41,
                    lane=Lane.REVIEW,
                    evidence=(said("name", 0.1, "the names have little in common"),),
                    alternatives=(Alternative(target="PHONE_3", score=0.4),),
                ),
            ),
            unmatched_source=("Photo",),
            unmatched_target=("LOAD_TS",),
        ),
        SuggestedTable(
            source=CUSTOMER,
            target=TableRef.parse("DWH.CLIENT_2"),
            confidence=0.7,
            lane=Lane.SUGGEST,
            kind="split",
            columns=(
                SuggestedColumn(source="Town", target="CITY", confidence=0.6, lane=Lane.SUGGEST),
            ),
        ),
        SuggestedTable(
            source=TableRef.parse("HR.Log"),
            target=TableRef.parse("DWH.LOG"),
            confidence=0.5,
            lane=Lane.REVIEW,
            evidence=(said("name", 1.0, "the names say the same"),),
        ),
    ),
    schemas=(SuggestedSchema(source="Sales", target="DWH", tables=2, share=0.5),),
    unmatched_source=(TableRef.parse("s.Lone"),),
    unmatched_target=(TableRef.parse("B.EXTRA"),),
)


def test_what_is_doubtful_has_its_reasons_and_what_is_left_out_stands_behind_a_sign():
    assert suggestion_text(DOUBTFUL) == HEADER + (
        "# schema Sales -> DWH: 2 tables, 50% of that schema\n"
        "tables:\n"
        "  # 0.83: customer ~ client (synonym); how the schemas are called; else DWH.CUST_OLD (0.61)\n"
        "  # no key: the source declares none whose columns are all mapped\n"
        "  - source: Sales.Customer\n"
        "    target: DWH.CLIENT\n"
        "    columns:\n"
        "      Id: ID\n"
        "      # 0.70: some words in common\n"
        "      Mail: E_ADDR\n"
        "      # 0.41: the names have little in common; else PHONE_3 (0.40)\n"
        "      # Fax: PHONE_2\n"
        "      # without an answer in the target: Photo\n"
        "      # without a source: LOAD_TS\n"
        "  # a part of Sales.Customer seems to have gone to DWH.CLIENT_2 (0.70): Town -> CITY\n"
        "  # 0.50: the names say the same\n"
        "  # - source: HR.Log\n"
        "  #   target: DWH.LOG\n"
        "# source table without an answer: s.Lone\n"
        "# target table without a source: B.EXTRA\n"
        "decisions:\n"
        "  - {verdict: reject, source: Sales.Customer, target: DWH.LOG}\n"
    )
    assert read_mapping(suggestion_text(DOUBTFUL)) == DOUBTFUL.mapping


def test_taking_the_sign_away_takes_the_pair_in():
    text = suggestion_text(DOUBTFUL)
    for line in ("Fax: PHONE_2", "- source: HR.Log", "  target: DWH.LOG"):
        text = text.replace(f"# {line}", line)
    mapping = read_mapping(text)
    assert [str(each.source) for each in mapping.tables] == ["Sales.Customer", "HR.Log"]
    assert mapping.tables[0].target_column("Fax") == "PHONE_2"


UNDECIDED = Suggestion(
    mapping=Mapping(tables=(TableMapping(source=CUSTOMER, target=CLIENT),)),
    tables=(
        SuggestedTable(
            source=CUSTOMER,
            target=CLIENT,
            confidence=0.7,
            lane=Lane.SUGGEST,
            columns=(
                SuggestedColumn(source="Fax", target="PHONE", confidence=0.5, lane=Lane.REVIEW),
            ),
        ),
    ),
)
OPEN = Suggestion(
    mapping=Mapping(),
    tables=(
        SuggestedTable(source=CUSTOMER, target=CLIENT, confidence=0.5, lane=Lane.REVIEW),
        SuggestedTable(
            source=TableRef.parse("HR.Log"),
            target=TableRef.parse("DWH.LOG"),
            confidence=0.5,
            lane=Lane.REVIEW,
        ),
    ),
)


@pytest.mark.parametrize("found", [UNDECIDED, OPEN])
def test_the_signs_can_be_taken_away_where_nothing_is_mapped_yet(found):
    text = suggestion_text(found)
    assert read_mapping(text) == found.mapping
    taken = re.sub(r"^( *)# (?=Fax: |- source: |  target: )", r"\1", text, flags=re.MULTILINE)
    assert taken != text
    mapping = read_mapping(taken)
    assert {(t.source, t.target) for t in mapping.tables} == {
        (t.source, t.target) for t in found.tables
    }
    pairs = {(c.source, c.target) for t in found.tables for c in t.columns}
    assert {(c.source, c.target) for t in mapping.tables for c in t.columns} == pairs


def test_nothing_found_is_a_mapping_without_tables():
    text = suggestion_text(suggest_mapping(catalogue("a.b"), catalogue()))
    assert read_mapping(text) == Mapping()
    assert "# source table without an answer: a.b\n" in text


def test_the_json_names_tables_as_texts_and_gives_every_pair_its_reasons():
    told = json.loads(json.dumps(suggestion_json(DOUBTFUL)))
    first = told["tables"][0]
    assert (first["source"], first["target"], first["lane"]) == (
        "Sales.Customer",
        "DWH.CLIENT",
        "suggest",
    )
    assert [c["lane"] for c in first["columns"]] == ["auto", "suggest", "review"]
    assert first["evidence"][0] == {
        "part": "name",
        "score": 0.8,
        "weight": 1.0,
        "said": "customer ~ client (synonym)",
    }
    assert told["unmatched_source"] == ["s.Lone"]
    assert told["schemas"] == [{"source": "Sales", "target": "DWH", "tables": 2, "share": 0.5}]


def test_an_odd_name_cannot_break_out_of_a_comment():
    odd = "x\ntables: []\u2028y"
    found = suggest_mapping(
        catalogue(table("s.T", "Id", odd), table("s.Alone\n- a", "Q")),
        catalogue(table("s.T", "Id")),
    )
    assert read_mapping(suggestion_text(found)) == found.mapping


ODD = st.text(
    alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6
) | st.sampled_from(["no", "1", "a: b", "a\nb", "#", "x.y", '"', "- a", "{", "Name", "NAME"])
CATALOGUES = st.lists(
    st.tuples(ODD, st.lists(ODD.filter(lambda n: not n.endswith("?")), unique=True, max_size=3)),
    unique_by=lambda each: each[0],
    max_size=3,
)


@settings(max_examples=80, deadline=None)
@given(CATALOGUES, CATALOGUES)
def test_every_suggestion_is_read_back_as_what_it_maps_and_stays_when_it_is_confirmed(
    source, target
):
    sides = []
    for told in (source, target):
        tables = [table("x", *columns) for _, columns in told]
        refs = [TableRef(schema="s", name=name) for name, _ in told]
        made = [t.model_copy(update={"ref": r}) for t, r in zip(tables, refs, strict=True)]
        sides.append(catalogue(*made))
    found = suggest_mapping(*sides)
    assert read_mapping(suggestion_text(found)) == found.mapping
    assert read_mapping(write_mapping(found.mapping)) == found.mapping
    again = suggest_mapping(*sides, decisions=decisions_of(found.mapping, *sides))
    kept = {str(t.source): t for t in again.mapping.tables}
    for each in found.mapping.tables:
        assert set(each.columns) <= set(kept[str(each.source)].columns)
