"""Does every engine's spelling of a type come out as the type it is?"""

import decimal

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import registry

from ombudsman.model.types import (
    Binary,
    Boolean,
    DataType,
    Date,
    Decimal,
    Float,
    Integer,
    Interval,
    Json,
    Text,
    Time,
    Timestamp,
    Unknown,
    Uuid,
    Xml,
)
from ombudsman.sql.native_types import read_type, sqlalchemy_type

CASES: dict[str, dict[str, DataType]] = {
    "duckdb": {
        "BOOLEAN": Boolean(),
        "TINYINT": Integer(bits=8),
        "SMALLINT": Integer(bits=16),
        "INTEGER": Integer(bits=32),
        "BIGINT": Integer(bits=64),
        "HUGEINT": Integer(bits=128),
        "UTINYINT": Integer(bits=8, signed=False),
        "USMALLINT": Integer(bits=16, signed=False),
        "UINTEGER": Integer(bits=32, signed=False),
        "UBIGINT": Integer(bits=64, signed=False),
        "UHUGEINT": Integer(bits=128, signed=False),
        "DECIMAL(18,3)": Decimal(precision=18, scale=3),
        "DECIMAL(38,37)": Decimal(precision=38, scale=37),
        "DECIMAL": Decimal(precision=18, scale=3),
        "DECIMAL(9)": Decimal(precision=9, scale=0),
        "FLOAT": Float(bits=32),
        "DOUBLE": Float(bits=64),
        "VARCHAR": Text(),
        "BLOB": Binary(),
        "DATE": Date(),
        "TIME": Time(precision=6),
        "TIME_NS": Time(precision=9),
        "TIME WITH TIME ZONE": Time(precision=6, zone=True),
        "TIMESTAMP": Timestamp(precision=6),
        "TIMESTAMP_S": Timestamp(precision=0),
        "TIMESTAMP_MS": Timestamp(precision=3),
        "TIMESTAMP_NS": Timestamp(precision=9),
        "TIMESTAMP WITH TIME ZONE": Timestamp(precision=6, zone=True),
        "INTERVAL": Interval(),
        "UUID": Uuid(),
        "JSON": Json(),
        "BIT": Unknown(name="BIT"),
        "BIGNUM": Unknown(name="BIGNUM"),
        "VARIANT": Unknown(name="VARIANT"),
        "GEOMETRY": Unknown(name="GEOMETRY"),
        "INTEGER[]": Unknown(name="INTEGER[]"),
        "INTEGER[3]": Unknown(name="INTEGER[3]"),
        "DECIMAL(18,3)[]": Unknown(name="DECIMAL(18,3)[]"),
        "ENUM('a', 'b')": Unknown(name="ENUM('a', 'b')"),
        "ENUM('date')": Unknown(name="ENUM('date')"),
        "STRUCT(a INTEGER, b VARCHAR)": Unknown(name="STRUCT(a INTEGER, b VARCHAR)"),
        "STRUCT(a DECIMAL(3,1))": Unknown(name="STRUCT(a DECIMAL(3,1))"),
        "MAP(VARCHAR, INTEGER)": Unknown(name="MAP(VARCHAR, INTEGER)"),
        "UNION(n INTEGER, s VARCHAR)": Unknown(name="UNION(n INTEGER, s VARCHAR)"),
        '"NULL"': Unknown(name='"NULL"'),
    },
    "postgresql": {
        "boolean": Boolean(),
        "bool": Boolean(),
        "smallint": Integer(bits=16),
        "integer": Integer(bits=32),
        "int4": Integer(bits=32),
        "bigint": Integer(bits=64),
        "oid": Integer(bits=32, signed=False),
        "numeric": Decimal(precision=None, scale=None),
        "numeric(10,2)": Decimal(precision=10, scale=2),
        "numeric(10, 2)": Decimal(precision=10, scale=2),
        "numeric(10)": Decimal(precision=10, scale=0),
        "numeric(3,-2)": Decimal(precision=3, scale=-2),
        "numeric(2,5)": Decimal(precision=2, scale=5),
        "money": Decimal(precision=19, scale=2),
        "real": Float(bits=32),
        "float(24)": Float(bits=32),
        "float(25)": Float(bits=64),
        "float": Float(bits=64),
        "double precision": Float(bits=64),
        "character varying(40)": Text(length=40),
        "character varying": Text(),
        "VARCHAR(40)": Text(length=40),
        'character varying(40) COLLATE "de_DE"': Text(length=40),
        "character(10)": Text(length=10, fixed=True),
        "character": Text(length=1, fixed=True),
        "bpchar": Text(fixed=True),
        '"char"': Text(length=1),
        "text": Text(),
        "name": Text(length=63),
        "citext": Text(),
        "bytea": Binary(),
        "date": Date(),
        "time without time zone": Time(precision=6),
        "time(3) without time zone": Time(precision=3),
        "time(0) with time zone": Time(precision=0, zone=True),
        "timetz": Time(precision=6, zone=True),
        "timestamp without time zone": Timestamp(precision=6),
        "timestamp(3) without time zone": Timestamp(precision=3),
        "timestamp(0) with time zone": Timestamp(precision=0, zone=True),
        "timestamptz": Timestamp(precision=6, zone=True),
        "timestamp": Timestamp(precision=6),
        "interval": Interval(),
        "interval(3)": Interval(),
        "interval day to second(3)": Interval(),
        "interval year to month": Interval(),
        "uuid": Uuid(),
        "json": Json(),
        "jsonb": Json(),
        "xml": Xml(),
        "integer[]": Unknown(name="integer[]"),
        "numeric(10,2)[]": Unknown(name="numeric(10,2)[]"),
        "bit(3)": Unknown(name="bit(3)"),
        "bit varying(5)": Unknown(name="bit varying(5)"),
        "inet": Unknown(name="inet"),
        "tsvector": Unknown(name="tsvector"),
        "int4range": Unknown(name="int4range"),
        "mood": Unknown(name="mood"),
        'app."Mood"': Unknown(name='app."Mood"'),
        '"integer"': Unknown(name='"integer"'),
        "public.date": Unknown(name="public.date"),
    },
    "sqlite": {
        "INTEGER": Integer(bits=64),
        "TINYINT": Integer(bits=64),
        "UNSIGNED BIG INT": Integer(bits=64),
        "BOOLEAN": Boolean(),
        "DECIMAL(10,5)": Decimal(precision=10, scale=5),
        "DECIMAL(15,2)": Decimal(precision=15, scale=2),
        "DECIMAL(19,4)": Decimal(precision=15, scale=None),
        "NUMERIC": Decimal(precision=15, scale=None),
        "REAL": Float(bits=64),
        "FLOAT": Float(bits=64),
        "DOUBLE PRECISION": Float(bits=64),
        "TEXT": Text(),
        "CLOB": Text(),
        "VARCHAR(40)": Text(length=40),
        "NATIVE CHARACTER(70)": Text(length=70),
        "varchar(40 char)": Text(),
        "CHARINT": Integer(bits=64),
        "BLOB": Binary(),
        "DATE": Date(),
        "DATETIME": Timestamp(precision=6),
        "TIMESTAMP": Timestamp(precision=6),
        "TIME": Time(precision=6),
        "UUID": Text(length=36),
        "JSON": Json(),
        "": Unknown(name="any"),
        "ANY": Unknown(name="ANY"),
        "MYTHING": Unknown(name="MYTHING"),
    },
    "mssql": {
        "bit": Boolean(),
        "tinyint": Integer(bits=8, signed=False),
        "smallint": Integer(bits=16),
        "int": Integer(bits=32),
        "bigint": Integer(bits=64),
        "decimal(18,2)": Decimal(precision=18, scale=2),
        "numeric": Decimal(precision=18, scale=0),
        "money": Decimal(precision=19, scale=4),
        "smallmoney": Decimal(precision=10, scale=4),
        "float": Float(bits=64),
        "float(53)": Float(bits=64),
        "float(24)": Float(bits=32),
        "real": Float(bits=32),
        "char(10)": Text(length=10, fixed=True, unicode=False),
        "varchar(40)": Text(length=40, unicode=False),
        "varchar(max)": Text(unicode=False),
        "VARCHAR(MAX) COLLATE Latin1_General_CI_AS": Text(unicode=False),
        "varchar": Text(length=1, unicode=False),
        "text": Text(unicode=False),
        "nchar(3)": Text(length=3, fixed=True),
        "nvarchar(40)": Text(length=40),
        "nvarchar(max)": Text(),
        "ntext": Text(),
        "sysname": Text(length=128),
        "binary(16)": Binary(length=16, fixed=True),
        "varbinary(20)": Binary(length=20),
        "varbinary(max)": Binary(),
        "image": Binary(),
        "rowversion": Binary(length=8, fixed=True),
        "timestamp": Binary(length=8, fixed=True),
        "date": Date(),
        "time": Time(precision=7),
        "time(0)": Time(precision=0),
        "smalldatetime": Timestamp(precision=0),
        "datetime": Timestamp(precision=3),
        "datetime2": Timestamp(precision=7),
        "datetime2(7)": Timestamp(precision=7),
        "datetime2(3)": Timestamp(precision=3),
        "datetimeoffset(7)": Timestamp(precision=7, zone=True),
        "uniqueidentifier": Uuid(),
        "xml": Xml(),
        "sql_variant": Unknown(name="sql_variant"),
        "hierarchyid": Unknown(name="hierarchyid"),
        "geography": Unknown(name="geography"),
        "vector(3)": Unknown(name="vector(3)"),
    },
    "snowflake": {
        "NUMBER(38,0)": Decimal(precision=38, scale=0),
        "NUMBER": Decimal(precision=38, scale=0),
        "NUMBER(12,2)": Decimal(precision=12, scale=2),
        "BIGINT": Decimal(precision=38, scale=0),
        "FLOAT": Float(bits=64),
        "REAL": Float(bits=64),
        "DECFLOAT": Unknown(name="DECFLOAT"),
        "VARCHAR(40)": Text(length=40),
        "VARCHAR(16777216)": Text(),
        "VARCHAR(134217728)": Text(),
        "TEXT": Text(),
        "STRING": Text(),
        "CHAR": Text(length=1),
        "BINARY(8388608)": Binary(),
        "BINARY(16)": Binary(length=16),
        "BOOLEAN": Boolean(),
        "DATE": Date(),
        "TIME(9)": Time(precision=9),
        "TIMESTAMP_NTZ(9)": Timestamp(precision=9),
        "TIMESTAMP_NTZ(3)": Timestamp(precision=3),
        "DATETIME": Timestamp(precision=9),
        "TIMESTAMP_LTZ(6)": Timestamp(precision=6, zone=True),
        "TIMESTAMP_TZ": Timestamp(precision=9, zone=True),
        "VARIANT": Json(),
        "OBJECT": Json(),
        "ARRAY": Json(),
        "ARRAY(NUMBER(38,0))": Unknown(name="ARRAY(NUMBER(38,0))"),
        "VECTOR(FLOAT, 3)": Unknown(name="VECTOR(FLOAT, 3)"),
        "GEOGRAPHY": Unknown(name="GEOGRAPHY"),
    },
    "oracle": {
        "DATE": Timestamp(precision=0),
        "VARCHAR2(40)": Text(length=40),
        "VARCHAR2(40 CHAR)": Unknown(name="VARCHAR2(40 CHAR)"),
    },
    "an engine we never met": {
        "INTEGER": Integer(bits=32),
        "VARCHAR(40)": Text(length=40),
        "DECIMAL(10, 2)": Decimal(precision=10, scale=2),
        "DOUBLE PRECISION": Float(bits=64),
        "TIMESTAMP": Timestamp(precision=6),
        "SET('a','b')": Unknown(name="SET('a','b')"),
        "INTEGER UNSIGNED": Unknown(name="INTEGER UNSIGNED"),
        "NULL": Unknown(name="NULL"),
    },
}


@pytest.mark.parametrize(
    ("engine", "native", "expected"),
    [(engine, native, what) for engine, words in CASES.items() for native, what in words.items()],
)
def test_a_spelling_is_read_as_the_type_it_is(engine: str, native: str, expected: DataType):
    assert read_type(engine, native) == expected


@given(st.sampled_from(sorted(CASES)), st.text())
def test_no_spelling_breaks_the_reader(engine: str, native: str):
    assert read_type(engine, native).kind


@pytest.mark.parametrize(
    ("data_type", "rendered"),
    [
        (Boolean(), "BOOLEAN"),
        (Integer(bits=8, signed=False), "BIGINT"),
        (Integer(bits=16), "BIGINT"),
        (Integer(bits=64), "BIGINT"),
        (Integer(bits=64, signed=False), "NUMERIC(38, 0)"),
        (Integer(bits=128), "NUMERIC(38, 0)"),
        (Decimal(precision=10, scale=2), "NUMERIC(10, 2)"),
        (Decimal(precision=None, scale=None), "NUMERIC"),
        (Float(bits=32), "REAL"),
        (Float(bits=64), "DOUBLE PRECISION"),
        (Text(length=40), "VARCHAR(40)"),
        (Text(), "VARCHAR"),
        (Text(length=3, fixed=True, unicode=False), "CHAR(3)"),
        (Binary(length=3), "BYTEA"),
        (Date(), "DATE"),
        (Time(), "TIME WITHOUT TIME ZONE"),
        (Timestamp(), "TIMESTAMP WITHOUT TIME ZONE"),
        (Timestamp(zone=True), "TIMESTAMP WITH TIME ZONE"),
        (Interval(), "INTERVAL"),
        (Uuid(), "UUID"),
        (Json(), "JSON"),
    ],
)
def test_a_type_has_a_sqlalchemy_type_as_wide_as_its_kind(data_type: DataType, rendered: str):
    dialect = registry.load("postgresql.psycopg")()
    assert sqlalchemy_type(data_type).compile(dialect) == rendered


def test_code_page_texts_are_told_from_unicode_texts_on_sql_server():
    texts = sa.table(
        "t",
        sa.column("u", sqlalchemy_type(Text(length=3))),
        sa.column("c", sqlalchemy_type(Text(length=3, unicode=False))),
    )
    dialect = registry.load("mssql.pymssql")()
    sql = (texts.c.u == "ä") & (texts.c.c == "a")
    assert str(sql.compile(dialect=dialect, compile_kwargs={"literal_binds": True})) == (
        "t.u = N'ä' AND t.c = 'a'"
    )


@pytest.mark.parametrize("data_type", [Unknown(name="hierarchyid"), Xml()])
def test_what_sqlalchemy_does_not_know_is_a_null_type(data_type: DataType):
    assert isinstance(sqlalchemy_type(data_type), sa.types.NullType)


def test_a_value_too_long_for_its_column_is_compared_whole():
    column = sa.column("x", sqlalchemy_type(Text(length=3)))
    dialect = registry.load("postgresql.psycopg")()
    assert str((column == "abcd").compile(dialect=dialect)) == "x = %(x_1)s::VARCHAR"


def test_an_exact_number_stays_exact_on_its_way_out():
    kind = sqlalchemy_type(Decimal(precision=10, scale=2))
    assert kind.python_type is decimal.Decimal
