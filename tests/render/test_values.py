import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from ombudsman.model.result import Finding, Kind
from ombudsman.render.values import (
    NOTHING,
    Shown,
    shown,
    shown_key,
    shown_pair,
    shown_sides,
    visible,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "NULL"),
        ("NULL", "'NULL'"),
        ("", "''"),
        ("—", "'—'"),
        ("open", "open"),
        ("open ", "'open '"),
        (True, "true"),
        ("true", "'true'"),
        (Decimal("1.50"), "1.50"),
        (10**20, "100000000000000000000"),
        (b"\x00\xff", "0x00ff"),
        (dt.date(2024, 2, 29), "2024-02-29"),
        ("東京", "東京"),
        ("a\x1b[31m", "a␛[31m"),
        ("a\nb\tc", "a␊b␉c"),
        ("\u202egpj.exe", "⟨U+202E⟩gpj.exe"),
        ("a\u00a0b\u200bc", "a⟨U+00A0⟩b⟨U+200B⟩c"),
        ("\ud800", "⟨U+D800⟩"),
        ("\x7f\x85", "␡⟨U+0085⟩"),
    ],
)
def test_a_value_reads_as_what_it_is(value: Any, text: str):
    assert shown(value) == text


def test_sql_keeps_its_lines():
    assert visible("SELECT 1\n\tFROM t\r", keep="\n\t") == "SELECT 1\n\tFROM t␍"


def test_a_long_value_is_cut_and_says_so():
    assert shown("x" * 500, limit=10) == "xxxxxxxxx…"


def test_a_key_is_all_its_parts():
    assert shown_key((7, None, " a")) == "7, NULL, ' a'"


def test_what_differs_is_told_from_what_is_shared():
    source, target = shown_pair("09:01:11.1234567", "09:01:11.123")
    assert source == Shown("09:01:11.123", "4567", "")
    assert target == Shown("09:01:11.123", "", "")


def test_a_repeated_character_is_not_counted_twice():
    source, target = shown_pair("aa", "a")
    assert (str(source), str(target)) == ("aa", "a")
    assert (source.differing, target.differing) == ("a", "")


def test_the_cut_is_made_around_the_difference():
    source, target = shown_pair("a" * 900 + "x" + "b" * 900, "a" * 900 + "y" + "b" * 900, limit=60)
    assert (source.differing, target.differing) == ("x", "y")
    assert len(str(source)) < 60
    assert str(source).startswith("…a")
    assert str(source).endswith("b…")


def test_values_that_read_the_same_and_differ_say_how():
    source, target = shown_pair(1, "1")
    assert (str(source), str(target)) == ("1 (whole number)", "1 (text)")


def test_null_differs_as_a_whole():
    assert shown_pair(None, "NU") == (Shown(differing="NULL"), Shown(differing="NU"))


@pytest.mark.parametrize(
    ("finding", "sides"),
    [
        (Finding(kind=Kind.ROW_MISSING_IN_TARGET), (NOTHING, NOTHING)),
        (
            Finding(kind=Kind.OUTSIDE_DOMAIN, target="X"),
            (NOTHING, Shown(differing="X")),
        ),
        (
            Finding(kind=Kind.VALUE_DIFFERS, source=None, target=None),
            (Shown(differing="NULL"), Shown(differing="NULL")),
        ),
        # both values are the target's: they must not stand under Source and Target
        (Finding(kind=Kind.INTERVAL_GAP, source=1, target=2), (NOTHING, NOTHING)),
    ],
)
def test_a_side_shows_a_value_only_where_the_finding_tells_one(
    finding: Finding, sides: tuple[Shown, Shown]
):
    assert shown_sides(finding) == sides
