"""Judgements counted: groups that a person can read, and settings that would accept them."""

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from ombudsman.compare.cause_groups import DETAILS_SHOWN, OTHER_DETAILS, CauseCounts
from ombudsman.compare.causes import judge_column
from ombudsman.compare.judgement import Explanation, Judgement, explained
from ombudsman.model.equality import STRICT, Equality
from ombudsman.model.forms import Form, FormKind, Scalar
from ombudsman.model.rows import Cause, CauseGroup

TEXT = Form(kind=FormKind.TEXT)
DECIMAL = Form(kind=FormKind.DECIMAL, scale=4)
FLOAT = Form(kind=FormKind.FLOAT64)
MOMENT = Form(kind=FormKind.TIMESTAMP)


def counts(
    sources: Sequence[Scalar],
    targets: Sequence[Scalar],
    form: Form,
    equality: Equality = STRICT,
    column: str = "Name",
) -> CauseCounts:
    found = CauseCounts()
    found.add(column, judge_column(sources, targets, form, equality))
    return found


def cells(found: CauseCounts) -> list[tuple[Cause, str | None, int]]:
    return [(group.cause, group.detail, group.cells) for group in found.groups()]


def test_groups_stand_by_size_with_what_would_accept_them() -> None:
    found = counts(["a", "b ", "c ", "D", "e"], ["a", "b", "c", "d", "x"], TEXT)
    assert found.groups() == (
        CauseGroup(
            column="Name",
            cause=Cause.TRAILING_SPACE,
            detail="1 blank lost",
            cells=2,
            rule="blanks at the end do not count (equality: {trailing_blanks: ignored}, or "
            "transformation: {kind: trim})",
            settings=("equality: {trailing_blanks: ignored}", "transformation: {kind: trim}"),
        ),
        CauseGroup(
            column="Name",
            cause=Cause.LETTER_CASE,
            detail="to small letters",
            cells=1,
            rule="letter case does not count (equality: {letter_case: ignored}, or "
            "transformation: {kind: letter_case, to: lower})",
            settings=(
                "equality: {letter_case: ignored}",
                "transformation: {kind: letter_case, to: lower}",
            ),
        ),
        CauseGroup(column="Name", cause=Cause.OTHER, cells=1),
    )
    assert found.cells == 4


def test_nothing_is_no_group() -> None:
    found = counts(["a", None], ["a", None], TEXT)
    assert found.groups() == ()
    assert found.cells == 0
    assert found.sentence() == "no cell differs"


def test_a_zone_has_words_and_no_setting() -> None:
    found = counts([0, 7], [3_600_000_000, 3_600_000_007], MOMENT)
    (group,) = found.groups()
    assert (group.detail, group.cells, group.settings) == ("+01:00", 2, ())
    assert group.rule == (
        "the target's clock stands +01:00 from the source's: a zone was lost, or added, on the way"
    )


def test_columns_are_told_apart() -> None:
    found = counts(["a "], ["a"], TEXT, column="One")
    found.add("Two", judge_column(["b "], ["b"], TEXT))
    found.add("One", judge_column(["c "], ["c"], TEXT))
    assert [(group.column, group.cells) for group in found.groups()] == [("One", 2), ("Two", 1)]


# ---------------------------------------------------------------- many cells settle what one leaves open

AMOUNTS = [Decimal(number) / 10_000 for number in range(10_000, 20_000)]


def test_rounded_amounts_are_one_group() -> None:
    rounded = [each.quantize(Decimal("0.01"), ROUND_HALF_UP) for each in AMOUNTS]
    assert cells(counts(AMOUNTS, rounded, DECIMAL)) == [
        (Cause.ROUNDING, "to 2 digits, rounded", 9_900)
    ]


def test_truncated_amounts_are_one_group() -> None:
    truncated = [each.quantize(Decimal("0.01"), ROUND_DOWN) for each in AMOUNTS]
    assert cells(counts(AMOUNTS, truncated, DECIMAL)) == [
        (Cause.ROUNDING, "to 2 digits, truncated", 9_900)
    ]


def test_amounts_that_were_rounded_as_floats_are_one_group() -> None:
    amounts = [float(each) for each in AMOUNTS]
    rounded = [float(each.quantize(Decimal("0.01"), ROUND_HALF_UP)) for each in AMOUNTS]
    assert cells(counts(amounts, rounded, FLOAT)) == [
        (Cause.ROUNDING, "to 2 digits, rounded", 9_900)
    ]


def test_printed_floats_are_one_group() -> None:
    numbers = [number**0.5 for number in range(2, 5_000)]
    printed = [float(f"{number:.7g}") for number in numbers]
    (group,) = counts(numbers, printed, FLOAT).groups()
    assert group.detail == "7 significant digits"


def test_moments_cut_to_milliseconds_are_one_group() -> None:
    moments = [number * 1_234_567 for number in range(10_000)]
    (group,) = counts(moments, [each // 1000 * 1000 for each in moments], MOMENT).groups()
    assert (group.detail, group.settings) == (
        "to milliseconds, truncated",
        ("equality: {second_digits: 3, cut: truncate}",),
    )


# ---------------------------------------------------------------- accepted


def test_what_is_accepted_stays_visible() -> None:
    equality = Equality(trailing_blanks="ignored")
    found = counts(["a ", "b ", "c"], ["a", "b", "x"], TEXT, equality)
    assert found.cells == 3
    assert found.accepted == 2
    accepted, other = found.groups()
    assert (accepted.cause, accepted.cells, accepted.accepted) == (Cause.TRAILING_SPACE, 2, 2)
    assert accepted.rule is None
    assert other.accepted == 0
    assert found.sentence() == (
        "1 cell differs, 1 unexplained; 2 more are accepted: trailing space (1 blank lost)"
    )


def test_all_may_be_accepted() -> None:
    found = counts(["a "], ["a"], TEXT, Equality(trailing_blanks="ignored"))
    assert found.sentence() == "no cell differs; 1 is accepted: trailing space (1 blank lost)"


# ---------------------------------------------------------------- the sentence


def judged(cause: Cause, detail: str | None = None) -> Judgement:
    return Judgement(False, cause, detail)


def test_the_sentence_says_how_many_cells_differ_and_why() -> None:
    found = CauseCounts()
    found.add("Ordered", [judged(Cause.TIME_ZONE, "+02:00")] * 1_198)
    found.add("Name", [judged(Cause.OTHER)] * 6)
    assert found.sentence() == "1,204 cells differ, 1,198 by time zone (+02:00), 6 unexplained"


def test_the_sentence_names_three_causes_and_the_two_details_that_weigh_most() -> None:
    found = CauseCounts()
    for times, cause, detail in [
        (50, Cause.TIME_ZONE, "+02:00"),
        (40, Cause.TIME_ZONE, "+01:00"),
        (1, Cause.TIME_ZONE, "-05:00"),
        (30, Cause.ROUNDING, "to 2 digits, rounded"),
        (20, Cause.LETTER_CASE, None),
        (2, Cause.SIGN, None),
        (1, Cause.ENCODING, "NFC/NFD"),
    ]:
        found.add("A", [judged(cause, detail)] * times)
    assert found.sentence() == (
        "144 cells differ, 91 by time zone (+02:00 or +01:00 and others), 30 by rounding "
        "(to 2 digits, rounded), 20 by letter case, 3 by other causes"
    )


# ---------------------------------------------------------------- bounds


def test_small_details_are_put_together_and_no_cell_is_lost() -> None:
    sources = ["x" * 500] * 200 + ["x" * 400] * 5
    targets = ["x" * kept for kept in range(1, 201)] + ["x" * 300] * 5
    found = counts(sources, targets, TEXT)
    groups = found.groups()
    assert len(groups) == DETAILS_SHOWN + 1
    assert groups[0].detail == OTHER_DETAILS
    assert groups[0].cells == 201 - DETAILS_SHOWN
    assert groups[0].rule is None
    assert (groups[1].detail, groups[1].cells) == ("length 300", 5)
    assert sum(group.cells for group in groups) == found.cells == 205


def test_the_order_in_which_cells_are_met_says_nothing() -> None:
    readings = [Explanation(Cause.ROUNDING, f"to {digits} digits") for digits in (2, 3)]
    judgements = [explained(*readings), explained(*reversed(readings))]
    told = []
    for order in (judgements, judgements[::-1]):
        found = CauseCounts()
        found.add("Amount", order)
        told.append(found.groups())
    assert told[0] == told[1]
    assert [(group.detail, group.cells) for group in told[0]] == [("to 2 digits", 2)]


def test_memory_is_bounded_however_many_details_there_are() -> None:
    found = CauseCounts()
    for length in range(5_000):
        found.add("A", [judged(Cause.TRUNCATION, f"length {length}")])
    assert found.cells == 5_000
    assert sum(len(each) for each in found._counts.values()) <= 1_001
    assert sum(group.cells for group in found.groups()) == 5_000


def test_a_group_survives_a_round_trip_through_json() -> None:
    (group,) = counts(["a "], ["a"], TEXT).groups()
    assert CauseGroup.model_validate_json(group.model_dump_json()) == group
