"""A generated pipeline asks the right checks, says why, loads unchanged, and finds nothing wrong with a clean copy."""

import re
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import pytest
from tests.real.databases import make_duckdb, read_meta

import ombudsman
from ombudsman.connections.connection import connect
from ombudsman.connections.samples import duckdb_file
from ombudsman.connections.settings import DuckDbSettings
from ombudsman.mapping.by_name import map_by_name
from ombudsman.mapping.file import write_mapping
from ombudsman.metadata.read import read_catalogue
from ombudsman.model import types as t
from ombudsman.model.errors import MappingInvalid
from ombudsman.model.mapping import ColumnMapping, Mapping, TableMapping
from ombudsman.model.pipeline import Pipeline, Run, StepStatus
from ombudsman.model.tables import Catalogue, Column, Table, TableRef
from ombudsman.model.types import DataType
from ombudsman.pipeline.generate import Generated, generate
from ombudsman.pipeline.generate_columns import MappedColumn, mapped_columns
from ombudsman.pipeline.generate_steps import Proposed, namings
from ombudsman.pipeline.generate_text import pipeline_text
from ombudsman.pipeline.load import load_pipeline, parse_pipeline
from ombudsman.relationships.proposal import Cardinality, Clue, Evidence, Relationship
from ombudsman.validators.registry import catalogue

KNOWN = {name: validator.params for name, validator in catalogue().items()}

STAR = """
CREATE TABLE DimDate (DateKey INTEGER PRIMARY KEY, FullDate DATE NOT NULL);
CREATE TABLE DimShop (
  ShopKey INTEGER PRIMARY KEY, ShopCode VARCHAR NOT NULL UNIQUE, Email VARCHAR, Region VARCHAR, Opened DATE);
CREATE TABLE DimArticle (
  ArticleKey INTEGER PRIMARY KEY, ArticleCode VARCHAR NOT NULL, Name VARCHAR, Category VARCHAR,
  ValidFrom DATE NOT NULL, ValidTo DATE, IsCurrent BOOLEAN NOT NULL, UNIQUE (ArticleCode, ValidFrom));
CREATE TABLE FactSales (
  SalesKey BIGINT PRIMARY KEY, OrderDate TIMESTAMP NOT NULL, LoadedAt TIMESTAMP,
  ShopKey INTEGER REFERENCES DimShop (ShopKey), ArticleKey INTEGER, ArticleCode VARCHAR, ShipDateKey INTEGER,
  Channel VARCHAR, Quantity INTEGER, UnitPrice DECIMAL(10, 2), TaxAmount DECIMAL(12, 2), SalesAmount DECIMAL(12, 2));
CREATE TABLE FactStock (
  Day DATE, ShopKey INTEGER, OnHand INTEGER, PRIMARY KEY (Day, ShopKey));
CREATE TABLE Bridge (ShopKey INTEGER, Tag VARCHAR, PRIMARY KEY (ShopKey, Tag));
CREATE TABLE Log (Told VARCHAR);
INSERT INTO DimDate SELECT 20240000 + i, DATE '2024-01-01' + CAST(i AS INTEGER) FROM range(60) AS r(i);
INSERT INTO DimShop SELECT i, 'S' || i, 'shop' || i || '@example.org', 'north', DATE '2020-01-01' FROM range(5) AS r(i);
INSERT INTO DimArticle
  SELECT i, 'A' || (i // 2), 'article', 'food', DATE '2023-01-01' + CAST(i % 2 * 100 AS INTEGER),
    CASE WHEN i % 2 = 0 THEN DATE '2023-04-11' END, i % 2 = 1
  FROM range(20) AS r(i);
INSERT INTO FactSales
  SELECT i, TIMESTAMP '2024-01-01' + INTERVAL (i) HOUR, TIMESTAMP '2024-01-02' + INTERVAL (i) HOUR,
    i % 5, i % 20, 'A' || (i % 10), 20240000 + i % 60, 'web', i % 4, i / 8, i / 16, i / 2
  FROM range(500) AS r(i);
INSERT INTO FactStock SELECT DATE '2024-01-01' + CAST(i AS INTEGER), s, i FROM range(30) AS r(i), range(5) AS t(s);
INSERT INTO Bridge SELECT s, 'tag' FROM range(5) AS t(s);
"""


AUDIT_NOTE = "main.FactSales: left out of sums, codes and dates of events, as telling how a row came there: LoadedAt"


def read(path: Path) -> Catalogue:
    with connect("it", DuckDbSettings(path=path)) as connection, connection.open() as reader:
        return read_catalogue(reader)


def made(sql: str, path: Path) -> Catalogue:
    with duckdb_file(path) as database:
        database.execute(sql)
    return read(path)


def text_of(proposed: Generated, *, mapping: str = "mapping.yaml") -> str:
    return pipeline_text(
        proposed.sections,
        name="it",
        source="source",
        target="target",
        mapping=mapping,
        notes=proposed.notes,
    )


def loaded(text: str, mapping: Mapping) -> Pipeline:
    """The pipeline of a text, with the mapping in place of the file that it names."""
    bare = text.replace("mapping: mapping.yaml\n", "")
    return parse_pipeline(bare, known_validators=KNOWN, mapping=mapping)


def steps(proposed: Generated) -> dict[str, Proposed]:
    return {step.id: step for section in proposed.sections for step in section.steps}


def run_against_itself(path: Path, folder: Path) -> Run:
    """Generates a pipeline from the database to itself, writes all files, and runs them."""
    there = read(path)
    mapping = map_by_name(there, there).mapping
    (folder / "mapping.yaml").write_text(write_mapping(mapping), "utf-8")
    text = text_of(generate(mapping, there, there, validators=KNOWN))
    pipeline = folder / "pipeline.yaml"
    pipeline.write_text(text, "utf-8")
    written = "\n".join(f"  {side}: {{engine: duckdb, path: '{path}'}}" for side in SIDES)
    (folder / "ombudsman.yaml").write_text(f"connections:\n{written}\n", "utf-8")
    load_pipeline(pipeline, known_validators=KNOWN)
    return ombudsman.run(pipeline, config=folder / "ombudsman.yaml")


SIDES = ("source", "target")


@pytest.fixture(scope="module")
def star(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("star") / "star.duckdb"
    made(STAR, path)
    return path


@pytest.fixture(scope="module")
def proposed(star: Path) -> Generated:
    there = read(star)
    return generate(map_by_name(there, there).mapping, there, there, validators=KNOWN)


# ------------------------------------------------------------ what columns seem to hold

TEXT, NUMBER, MONEY = t.Text(), t.Integer(), t.Decimal(precision=12, scale=2)


def column(name: str, data_type: DataType, target: DataType | None = None) -> MappedColumn:
    there = target or data_type
    source = Column(name=name, native_type="it", data_type=data_type)
    answer = Column(name=name, native_type="it", data_type=there)
    return MappedColumn(source, answer, frozenset({data_type.kind, there.kind}))


@pytest.mark.parametrize(
    ("name", "data_type", "is_amount"),
    [
        ("SalesAmount", MONEY, True),
        ("TAX_AMT", t.Float(), True),
        ("Quantity", NUMBER, True),
        ("order_total", NUMBER, True),
        ("FloorArea", MONEY, True),
        ("ExchangeRate", MONEY, False),
        ("DiscountPercent", MONEY, False),
        ("SalesKey", NUMBER, False),
        ("SalesYear", NUMBER, False),
        ("Latitude", MONEY, False),
        ("Whatever", NUMBER, False),
        ("SalesAmount", TEXT, False),
    ],
)
def test_amounts_are_told_by_type_and_the_last_telling_word(
    name: str, data_type: DataType, is_amount: bool
):
    assert column(name, data_type).is_amount is is_amount


def test_what_became_a_text_is_no_amount():
    assert not column("SalesAmount", MONEY, TEXT).is_amount


@pytest.mark.parametrize(
    ("name", "data_type", "is_code"),
    [
        ("OrderStatus", TEXT, True),
        ("COUNTRY_CODE", TEXT, True),
        ("Flag", t.Text(length=1), True),
        ("PostalCode", TEXT, False),
        ("StatusNote", TEXT, False),
        ("Status", NUMBER, False),
        ("Title", TEXT, False),
    ],
)
def test_codes_are_told_by_the_last_word_or_their_shortness(
    name: str, data_type: DataType, is_code: bool
):
    assert column(name, data_type).is_code is is_code


@pytest.mark.parametrize(
    ("name", "text", "fits"),
    [
        ("E-Mail", "ann@example.org", True),
        ("ContactEmail", "ann.example.org", False),
        ("Fax", "+43 1 234-567", True),
        ("PostalCode", "SW1A 1AA", True),
        ("ZIP", "?", False),
    ],
)
def test_the_pattern_of_a_name_fits_what_such_texts_look_like(name: str, text: str, fits: bool):
    pattern = column(name, TEXT).looks_like
    assert pattern is not None
    assert bool(re.fullmatch(pattern, text)) is fits


def test_an_agreed_change_changes_what_a_column_holds():
    mapping = TableMapping.model_validate(
        {
            "source": {"name": "a"},
            "target": {"name": "a"},
            "columns": [
                {
                    "source": "Status",
                    "target": "Status",
                    "transformation": {"kind": "codes", "codes": {"1": "open"}},
                },
                {"source": "Day", "target": "Day", "transformation": {"kind": "to_date"}},
            ],
        }
    )
    source, target = (
        Table(ref=TableRef(name="a"), columns=columns)
        for columns in (
            (column("Status", NUMBER).source, column("Day", t.Timestamp()).source),
            (column("Status", TEXT).source, column("Day", t.Date()).source),
        )
    )
    found = [each.kinds for each in mapped_columns(mapping, source, target)]
    assert found == [frozenset({"text"}), frozenset({"date"})]


# ------------------------------------------------------------ what is proposed


def test_tables_are_told_apart(proposed: Generated):
    roles = dict(section.title.split(": ") for section in proposed.sections[2:])
    assert roles == {
        "main.Bridge": "a table",
        "main.DimArticle": "a dimension with history",
        "main.DimShop": "a dimension",
        "main.FactSales": "a fact",
        "main.FactStock": "a fact",
    }


def test_each_step_says_why(proposed: Generated):
    assert all(step.why for step in steps(proposed).values())
    text = text_of(proposed)
    assert text.count("# why: ") == len(steps(proposed))
    assert len(re.findall(r"# why: .*\n  (?:# )?- id: ", text)) == len(steps(proposed))


def test_schema_comes_first_then_counts_then_the_rest(proposed: Generated):
    needs = {step.id: step.needs for step in steps(proposed).values()}
    assert needs["columns"] == ()
    first = ("datatypes", "nullability", "keys", "counts")
    assert all(needs[each] == ("columns",) for each in first)
    rest = {each: needs[each] for each in needs if each not in {"columns", *first}}
    assert all(need.split(".")[0] == "counts" for (need,) in rest.values())


def test_a_history_is_asked_with_the_key_that_names_its_members(proposed: Generated):
    found = steps(proposed)
    assert found["dim_article_history"].params == {
        "business_key": ["ArticleCode"],
        "valid_from": "ValidFrom",
        "valid_to": "ValidTo",
        "open_end": "9999-12-31",
        "current_flag": "IsCurrent",
    }
    assert found["dim_article_members"].params["one_row_each"] is False
    assert found["dim_article_surrogate_keys"].params == {
        "surrogate_key": "ArticleKey",
        "business_key": ["ArticleCode", "ValidFrom"],
    }


def test_a_fact_is_asked_for_its_dimensions_declared_or_told_by_name(proposed: Generated):
    step = steps(proposed)["fact_sales_dimensions"]
    assert "1 declared, 3 inferred" in step.why
    version = {"date": "OrderDate", "valid_from": "ValidFrom", "valid_to": "ValidTo"}
    assert step.params["dimensions"] == [
        {"columns": ["ShopKey"], "table": "main.DimShop", "referred_columns": ["ShopKey"]},
        {"columns": ["ArticleKey"], "table": "main.DimArticle", "referred_columns": ["ArticleKey"]}
        | version,
        {
            "columns": ["ArticleCode"],
            "table": "main.DimArticle",
            "referred_columns": ["ArticleCode"],
        }
        | version,
        {"columns": ["ShipDateKey"], "table": "main.DimDate", "referred_columns": ["DateKey"]},
    ]


def test_a_fact_is_asked_for_its_amounts_and_its_time(proposed: Generated):
    found = steps(proposed)
    month = {"group_by": [{"column": "OrderDate", "period": "month"}]}
    amounts = ["Quantity", "UnitPrice", "TaxAmount", "SalesAmount"]
    assert found["fact_sales_sums"].params == {"columns": amounts, **month}
    assert found["fact_sales_averages"].params == {
        "columns": ["UnitPrice"],
        "weight": "Quantity",
        **month,
    }
    assert found["fact_sales_ratios"].params == {
        "ratios": [{"numerator": "TaxAmount", "denominator": "SalesAmount"}],
        **month,
    }
    assert found["fact_sales_counts_by_month"].params == month
    assert found["fact_sales_weeks"].params == {"date_column": "OrderDate", "period": "week"}
    assert found["fact_stock_days"].params == {"date_column": "Day", "period": "day"}
    assert found["fact_sales_late"].params == {
        "event_date": "OrderDate",
        "load_date": "LoadedAt",
        "days_allowed": 1,
        "dimension": {
            "columns": ["ArticleCode"],
            "table": "main.DimArticle",
            "referred_columns": ["ArticleCode"],
            "valid_from": "ValidFrom",
        },
    }


def test_keys_codes_and_references_of_other_tables_are_asked(proposed: Generated):
    found = steps(proposed)
    assert found["dim_shop_unique"].params == {"columns": ["ShopCode"]}
    assert found["dim_shop_codes"].params == {"columns": ["Region"]}
    assert found["bridge_key_parts"].validator == "validate_composite_keys"
    (reference,) = found["bridge_references"].params["references"]
    assert (reference["columns"], reference["table"]) == (["ShopKey"], "main.DimShop")
    assert [str(ref) for ref in found["unique"].tables or ()] == [
        f"main.{name}"
        for name in ("Bridge", "DimArticle", "DimDate", "DimShop", "FactSales", "FactStock")
    ]


def test_what_names_only_promise_is_a_suggestion(proposed: Generated):
    suggested = {step.id for step in steps(proposed).values() if step.suggested}
    assert suggested == {"dim_shop_patterns", "dim_shop_attributes"}
    assert "\n  # - id: dim_shop_patterns\n  #   validator: " in text_of(proposed)


def test_only_validators_that_there_are_are_proposed(star: Path):
    there = read(star)
    mapping = map_by_name(there, there).mapping
    few = {"validate_schema_columns", "validate_record_counts", "validate_rows"}
    found = steps(generate(mapping, there, there, validators=few))
    assert {step.validator for step in found.values()} == few
    assert [str(ref) for ref in found["rows"].tables or ()][:2] == [
        "main.Bridge",
        "main.DimArticle",
    ]


def test_a_table_that_is_too_full_to_be_held_is_a_suggestion(star: Path):
    there = read(star)
    full = there.model_copy(
        update={"tables": tuple(e.model_copy(update={"row_estimate": 10**7}) for e in there.tables)}
    )
    mapping = map_by_name(there, there).mapping
    found = steps(generate(mapping, full, full, validators=KNOWN))
    held = ("dim_shop_members", "dim_shop_surrogate_keys", "dim_article_members")
    assert all(found[each].suggested and "params.where" in found[each].why for each in held)
    assert not found["fact_sales_sums"].suggested


def test_a_history_without_a_business_key_is_a_suggestion(tmp_path: Path):
    sql = "CREATE TABLE Anything (ValidFrom DATE, ValidTo DATE, IsCurrent VARCHAR)"
    there = made(sql, tmp_path / "it.duckdb")
    found = steps(generate(map_by_name(there, there).mapping, there, there, validators=KNOWN))
    history = found["anything_history"]
    assert history.suggested
    assert "name the business key" in history.why
    assert "IsCurrent is a text" in history.why


def test_the_key_of_a_version_tells_the_key_of_the_member(tmp_path: Path):
    sql = "CREATE TABLE Rates (Currency VARCHAR, ValidFrom DATE, ValidTo DATE, PRIMARY KEY (Currency, ValidFrom))"
    there = made(sql, tmp_path / "it.duckdb")
    found = steps(generate(map_by_name(there, there).mapping, there, there, validators=KNOWN))
    assert found["rates_history"].params["business_key"] == ["Currency"]


def test_a_start_and_an_end_are_no_history_without_a_flag(tmp_path: Path):
    sql = "CREATE TABLE Projects (ProjectId INTEGER PRIMARY KEY, StartDate DATE, EndDate DATE)"
    there = made(sql, tmp_path / "it.duckdb")
    found = steps(generate(map_by_name(there, there).mapping, there, there, validators=KNOWN))
    assert "projects_history" not in found


def test_the_interval_of_a_fact_is_no_date_of_its_event(tmp_path: Path):
    sql = """CREATE TABLE FactRate (RateKey INTEGER PRIMARY KEY, EffectiveFrom DATE, EffectiveTo DATE, Day DATE,
             Amount DECIMAL(9, 2));"""
    there = made(sql, tmp_path / "it.duckdb")
    found = steps(generate(map_by_name(there, there).mapping, there, there, validators=KNOWN))
    assert found["fact_rate_sums"].params["group_by"] == [{"column": "Day", "period": "month"}]


def test_a_name_that_could_mean_two_keys_means_none(tmp_path: Path):
    sql = """
    CREATE TABLE NorthShop (ShopKey INTEGER PRIMARY KEY);
    CREATE TABLE SouthShop (ShopKey INTEGER PRIMARY KEY);
    CREATE TABLE Visit (VisitKey INTEGER PRIMARY KEY, ShopKey INTEGER);
    """
    there = made(sql, tmp_path / "it.duckdb")
    found = steps(generate(map_by_name(there, there).mapping, there, there, validators=KNOWN))
    assert "visit_references" not in found


def test_a_warehouse_without_constraints_and_with_abbreviations_is_understood(tmp_path: Path):
    sql = """
    CREATE TABLE date_dim (d_date_sk INTEGER, d_date_id VARCHAR, d_date DATE);
    CREATE TABLE item (
      i_item_sk INTEGER, i_item_id VARCHAR, i_rec_start_date DATE, i_rec_end_date DATE, i_color VARCHAR);
    CREATE TABLE store_sales (
      ss_sold_date_sk INTEGER, ss_item_sk INTEGER, ss_ticket_number INTEGER, ss_quantity INTEGER,
      ss_net_paid DECIMAL(7, 2));
    """
    there = made(sql, tmp_path / "it.duckdb")
    proposed = generate(map_by_name(there, there).mapping, there, there, validators=KNOWN)
    found = steps(proposed)
    assert found["item_key"].params == {"columns": ["i_item_sk"]}
    assert found["item_history"].params["business_key"] == ["i_item_id"]
    dimensions = found["store_sales_dimensions"].params["dimensions"]
    assert [(each["columns"], each["table"]) for each in dimensions] == [
        (["ss_sold_date_sk"], "main.date_dim"),
        (["ss_item_sk"], "main.item"),
    ]
    assert found["store_sales_sums"].params == {"columns": ["ss_quantity", "ss_net_paid"]}
    assert "item_sums" not in found


# ------------------------------------------------------------ the file


def test_the_file_is_the_same_each_time(star: Path, proposed: Generated):
    there = read(star)
    again = generate(map_by_name(there, there).mapping, there, there, validators=KNOWN)
    assert text_of(again) == text_of(proposed)


def test_the_file_loads_as_what_was_proposed(star: Path, proposed: Generated):
    there = read(star)
    pipeline = loaded(text_of(proposed), map_by_name(there, there).mapping)
    by_id = {step.id: step for step in pipeline.steps}
    for step in steps(proposed).values():
        if step.table is not None and not step.suggested:
            read_back = by_id[step.id]
            assert (read_back.validator, read_back.table) == (step.validator, step.table)
            assert (read_back.params, read_back.needs) == (dict(step.params), step.needs)
            assert read_back.severity is step.severity


def test_suggestions_load_too_when_their_signs_are_taken_away(star: Path, proposed: Generated):
    there = read(star)
    text = re.sub(r"^  # (- id: |  )", r"  \1", text_of(proposed), flags=re.MULTILINE)
    pipeline = loaded(text, map_by_name(there, there).mapping)
    assert {"dim_shop_patterns", "dim_shop_attributes"} <= {step.id for step in pipeline.steps}


def test_names_may_hold_anything(tmp_path: Path):
    odd = 'it\'s: a ""table"" # [of.*] {odd}\nlines, no'
    sql = f"""
    CREATE TABLE "{odd}" ("the: key" INTEGER PRIMARY KEY, "007 amount" DECIMAL(9, 2), "no
    status" VARCHAR, "email, too" VARCHAR);
    CREATE SCHEMA b; CREATE TABLE main.same (a INTEGER PRIMARY KEY); CREATE TABLE b.same (a INTEGER PRIMARY KEY);
    CREATE TABLE "Same_" (a INTEGER PRIMARY KEY);
    INSERT INTO "{odd}" VALUES (1, 2, 'x', 'y');
    """
    made(sql, tmp_path / "it.duckdb")
    run = run_against_itself(tmp_path / "it.duckdb", tmp_path)
    assert {step.status for step in run.steps} == {StepStatus.PASSED}
    sums = next(step for step in run.steps if step.step.id.endswith("_sums"))
    assert sums.step.params["columns"] == ["007 amount"]


def test_steps_of_tables_of_the_same_words_are_told_apart():
    refs = [TableRef.parse(each) for each in ("a.same", "b.same", "a.Same_", "b.SAME", "c.same")]
    named = namings(refs, counts="counts")
    assert len({each.slug for each in named.values()}) == len(refs)
    assert named[refs[0]].count == "counts.a.same"
    assert named[refs[3]].count == "counts.SAME"


def test_what_a_side_lacks_is_told_and_the_rest_is_asked(star: Path):
    there = read(star)
    mapping = map_by_name(there, there).mapping
    lost = "FactStock"
    smaller = there.model_copy(
        update={"tables": tuple(each for each in there.tables if each.ref.name != lost)}
    )
    without_target = generate(mapping, there, smaller, validators=KNOWN)
    lost_note, audit_note = without_target.notes
    assert lost_note == "main.FactStock: the target has no table main.FactStock; only that is asked"
    assert audit_note == AUDIT_NOTE
    assert steps(without_target)["columns"].tables == "all"
    pipeline = loaded(text_of(without_target), mapping)
    assert [each.id for each in pipeline.steps if each.table.name == lost] == ["columns.FactStock"]
    assert "FactSales" in {each.table.name for each in pipeline.steps}
    without_source = generate(mapping, smaller, there, validators=KNOWN)
    lost_note, audit_note = without_source.notes
    assert lost_note == "main.FactStock is left out: the source has no such table"
    assert audit_note == AUDIT_NOTE
    assert lost not in {step.table.name for step in loaded(text_of(without_source), mapping).steps}


def test_a_mapping_of_no_table_is_refused(star: Path):
    there = read(star)
    nowhere = TableMapping(
        source=TableRef(name="a"),
        target=TableRef(name="b"),
        columns=(ColumnMapping(source="c", target="d"),),
    )
    for mapping in (Mapping(), Mapping(tables=(nowhere,))):
        with pytest.raises(MappingInvalid, match="no table that both sides have"):
            generate(mapping, there, there, validators=KNOWN)


# ------------------------------------------------------------ a clean copy is clean


def test_a_star_against_itself_passes_whole(star: Path, tmp_path: Path):
    run = run_against_itself(star, tmp_path)
    assert {step.status for step in run.steps} == {StepStatus.PASSED}
    asked = {step.step.validator for step in run.steps}
    assert len(asked) >= 18, asked


def test_a_fault_in_a_copy_is_found(star: Path, tmp_path: Path):
    """The proof that passing above means something."""
    made(STAR + "UPDATE FactSales SET TaxAmount = 99 WHERE SalesKey = 7", tmp_path / "copy.duckdb")
    run_against_itself(star, tmp_path)
    config = tmp_path / "ombudsman.yaml"
    head, _, _ = config.read_text("utf-8").rpartition("  target: ")
    config.write_text(f"{head}  target: {{engine: duckdb, path: copy.duckdb}}\n", "utf-8")
    run = ombudsman.run(tmp_path / "pipeline.yaml", config=config)
    failed = {each.step.id for each in run.steps if each.status is StepStatus.FAILED}
    assert failed >= {"fact_sales_sums", "fact_sales_ratios", "statistics.FactSales"}
    assert {each.step.table.name for each in run.steps if each.step.id in failed} == {"FactSales"}


@pytest.fixture(scope="session")
def real(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Path]:
    @cache
    def of(parquet: str, meta: str) -> Path:
        path = tmp_path_factory.mktemp(parquet) / "it.duckdb"
        make_duckdb(shared_data, parquet=parquet, meta=read_meta(shared_data, meta), path=path)
        return path

    return of


@pytest.mark.parametrize(
    ("parquet", "meta"), [("northwind_mssql", "northwind"), ("chinook_mssql", "chinook")]
)
def test_a_published_database_against_itself_passes_whole(
    parquet: str, meta: str, real: Callable[[str, str], Path], tmp_path: Path
):
    run = run_against_itself(real(parquet, meta), tmp_path)
    assert {step.status for step in run.steps} == {StepStatus.PASSED}
    assert len(run.steps) > 100


# ------------------------------------------------------------ relationships and meaning


INFERRED = """
CREATE TABLE Clerk (ClerkId INTEGER PRIMARY KEY, ManagerClerkId INTEGER, Name VARCHAR);
CREATE TABLE Parcel (
  ParcelNo INTEGER PRIMARY KEY, ClerkId INTEGER, Via INTEGER, BrandId INTEGER, IsFragile VARCHAR, Mood VARCHAR,
  Weight INTEGER, Priority VARCHAR, CreatedBy INTEGER, ModifiedAt TIMESTAMP);
CREATE TABLE Carrier (CarrierId INTEGER PRIMARY KEY, Name VARCHAR);
"""


def proposed_for(
    there: Catalogue, relationships: Sequence[Relationship] | None = None
) -> Generated:
    mapping = map_by_name(there, there).mapping
    return generate(mapping, there, there, validators=KNOWN, relationships=relationships)


def test_what_was_inferred_is_checked_and_says_from_what(tmp_path: Path):
    found = steps(proposed_for(made(INFERRED, tmp_path / "it.duckdb")))
    (reference,) = found["parcel_references"].params["references"]
    assert (reference["columns"], reference["table"]) == (["ClerkId"], "main.Clerk")
    assert "called like the key ClerkId; confidence 0.95" in found["parcel_references"].why
    (reference,) = found["clerk_references"].params["references"]
    assert reference["columns"] == ["ManagerClerkId"]


def test_a_relationship_that_somebody_found_in_the_rows_is_checked_too(tmp_path: Path):
    there = made(INFERRED, tmp_path / "it.duckdb")
    parcel, carrier = (TableRef(schema="main", name=name) for name in ("Parcel", "Carrier"))
    given = Relationship(
        table=parcel,
        columns=("Via",),
        referred=carrier,
        referred_columns=("CarrierId",),
        declared=False,
        confidence=0.9,
        cardinality=Cardinality.MANY_TO_ONE,
        optional=True,
        evidence=(Evidence(clue=Clue.JOIN, told="queries join them so", weight=1.5),),
    )
    found = steps(proposed_for(there, [given]))
    assert "Via" in [each["columns"][0] for each in found["parcel_dimensions"].params["dimensions"]]
    assert "2 inferred, least surely ClerkId like the key of" in found["parcel_dimensions"].why
    doubtful = given.model_copy(update={"confidence": 0.6})
    proposed = proposed_for(there, [doubtful])
    told = [step.why for step in steps(proposed).values()]
    assert not any("main.Carrier (" in why for why in told)
    assert any("too doubtful to be checked" in note and "Via" in note for note in proposed.notes)


def test_meaning_chooses_sums_and_codes_and_leaves_audit_out(tmp_path: Path):
    proposed = proposed_for(made(INFERRED, tmp_path / "it.duckdb"))
    found = steps(proposed)
    assert found["parcel_sums"].params["columns"] == ["Weight"], "no key, no flag, no audit"
    assert found["parcel_codes"].params["columns"] == ["IsFragile", "Priority"]
    assert any("CreatedBy" in note and "ModifiedAt" in note for note in proposed.notes)
