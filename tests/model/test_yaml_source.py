"""A YAML file comes in as JSON's values, with lines; what could surprise or hurt is refused."""

import math
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ombudsman.model.errors import MappingInvalid, SettingsError
from ombudsman.model.yaml_source import DEPTH_LIMIT, YamlSource, read_yaml, read_yaml_file
from ombudsman.model.yaml_text import OneLine, yaml_text


def read(text: str) -> YamlSource:
    return read_yaml(text, file="f.yaml")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("no", "no"),
        ("NO", "NO"),
        ("on", "on"),
        ("y", "y"),
        ("12:30", "12:30"),
        ("2024-01-31", "2024-01-31"),
        ("007", "007"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("<<", "<<"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("'null'", "null"),
        ("'1'", "1"),
        ("0", 0),
        ("-12", -12),
        ("99999999999999999999", 99999999999999999999),
        ("0.01", 0.01),
        ("1e3", 1000.0),
        ("0.1234567890123456789", Decimal("0.1234567890123456789")),
        (".inf", math.inf),
    ],
)
def test_a_plain_word_means_what_it_looks_like(written, meant):
    value = read(f"key: {written}").data["key"]
    assert value == meant
    assert type(value) is type(meant)


def test_a_key_is_always_a_text():
    assert list(read("{no: 1, 1: 2, true: 3, null: 4, 2024-01-01: 5}").data) == [
        "no",
        "1",
        "true",
        "null",
        "2024-01-01",
    ]


def test_every_node_knows_its_line_and_column():
    source = read("a: 1\nb:\n  - x\n  - c: 2\n    d: 3\n")
    assert source.place(("a",)) == (1, 1)
    assert source.place(("b", 0)) == (3, 5)
    assert source.place(("b", 1, "d")) == (5, 5)


def test_what_was_not_written_stands_where_it_would_belong():
    source = read("a: 1\nb:\n  c: 2\n")
    assert source.place(("b", "missing", 3)) == (2, 1)


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("a: 1\nb: 2\na: 3", 3, "this key stands already in line 1"),
        ("a: &x [1]\nb: *x", 2, "aliases (*) are not read here"),
        ("a: 1\nb: !!python/object:os.system {}", 2, "tags (!) are not read here"),
        ("a: 1\nb: !secret x", 2, "tags (!) are not read here"),
        ("a: 1\n? [b, c]\n: 2", 2, "a key must be a text"),
    ],
)
def test_what_could_mislead_is_a_fault_of_the_source(text, line, told):
    (fault,) = read(text).faults
    assert (fault.line, fault.message) == (line, told)


def test_all_duplicate_keys_are_told_and_the_first_value_stays():
    source = read("a: 1\na: 2\nb: {c: 1, c: 2}\na: {d: 1, d: 2}\n")
    assert [fault.path for fault in source.faults] == ["a", "b.c", "a", "a.d"]
    assert source.data == {"a": 1, "b": {"c": 1}}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\nb: [1, }", 2),
        ("a: b: c", 1),
        ("a: 1\n\tb: 2", 2),
        ("a: 1\n---\nb: 2", 2),
        ("a: 1\nb: \x00", None),
        ("a: 1\nb: " + "[" * (DEPTH_LIMIT + 60), 2),
    ],
)
def test_what_is_no_yaml_document_is_refused_with_its_line(text, line):
    with pytest.raises(MappingInvalid) as caught:
        read_yaml(text, file="f.yaml", kind=MappingInvalid)
    (problem,) = caught.value.context["problems"]
    assert line in {None, problem["line"]}
    assert caught.value.message.startswith("f.yaml:")


def test_ten_lines_that_would_unfold_to_gigabytes_cost_nothing():
    bomb = "a0: &a0 [x, x]\n" + "".join(
        f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 10)
    )
    assert len(read(bomb).faults) == 81


def test_an_empty_file_holds_nothing():
    assert read("").data is None
    assert read("# only a comment\n").data is None


def test_a_file_that_is_not_there_names_its_neighbour(tmp_path: Path):
    (tmp_path / "mapping.yaml").write_text("a: 1")
    with pytest.raises(SettingsError, match=r"there is no file .*maping\.yaml") as caught:
        read_yaml_file(tmp_path / "maping.yaml")
    assert caught.value.hint == "did you mean 'mapping.yaml'?"


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path):
    path = tmp_path / "f.yaml"
    path.write_bytes("straße: ü".encode("latin-1"))
    with pytest.raises(SettingsError, match="is not UTF-8"):
        read_yaml_file(path)


def test_a_byte_order_mark_does_not_matter(tmp_path: Path):
    path = tmp_path / "f.yaml"
    path.write_bytes("\ufeffa: 1".encode())
    assert read_yaml_file(path).data == {"a": 1}


ODD = r"no NO 1e5 1E-5 007 0o17 .5 5. +1 ~ null True yes 2024-01-01 12:30:00 0x1f !a &a *a ' << = % @ ` [ { .inf"
TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=20) | st.sampled_from(
    [
        *ODD.split(),
        '"',
        ".nan",
        "-.inf",
        "1_0",
        "é",
        "\u2028",
        "a\nb",
        "a #b",
        " a ",
        "a: b",
        "- a",
        "# a",
    ]
)
NUMBERS = (
    st.integers(-(10**40), 10**40)
    | st.floats(allow_nan=False)
    | st.decimals(allow_nan=False, allow_infinity=False, places=25).filter(
        lambda number: Decimal(repr(float(number))) != number
    )
)
VALUES = st.recursive(
    st.none() | st.booleans() | TEXTS | NUMBERS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(TEXTS, VALUES, max_size=4))
def test_what_is_written_is_read_back_as_it_was(data):
    assert read(yaml_text(data)).data == data


@given(st.dictionaries(TEXTS, VALUES, max_size=4))
def test_what_is_written_on_one_line_is_read_back_too(data):
    text = yaml_text({"key": OneLine(data)})
    assert read(text).data == {"key": data}
