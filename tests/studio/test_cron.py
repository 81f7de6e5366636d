"""The times of a schedule: by the clock on the wall, through both changes of it, and never one that has passed."""

import datetime as dt
import itertools
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ombudsman.model.errors import SettingsError
from ombudsman.studio.cron import Cron

BERLIN = "Europe/Berlin"


def at(text: str) -> dt.datetime:
    """A moment, written in ISO's way with its offset."""
    return dt.datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("cron", "zone", "after", "times"),
    [
        pytest.param(
            "30 2 * * *",
            BERLIN,
            "2026-03-27T12:00:00+01:00",
            ["2026-03-28T02:30:00+01:00", "2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"],
            id="what spring leaves out comes at the end of the gap, once",
        ),
        pytest.param(
            "0 2,3 * * *",
            BERLIN,
            "2026-03-28T12:00:00+01:00",
            ["2026-03-29T03:00:00+02:00", "2026-03-30T02:00:00+02:00"],
            id="two times that spring makes one are due once",
        ),
        pytest.param(
            "*/30 * * * *",
            BERLIN,
            "2026-03-29T01:00:00+01:00",
            ["2026-03-29T01:30:00+01:00", "2026-03-29T03:00:00+02:00", "2026-03-29T03:30:00+02:00"],
            id="every half hour knows no gap",
        ),
        pytest.param(
            "30 2 * * *",
            BERLIN,
            "2026-10-24T12:00:00+02:00",
            ["2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"],
            id="what autumn has twice comes the first time alone",
        ),
        pytest.param(
            "30 2 * * *",
            BERLIN,
            "2026-10-25T02:10:00+01:00",
            ["2026-10-26T02:30:00+01:00", "2026-10-27T02:30:00+01:00"],
            id="asked within the second hour, the first is over",
        ),
        pytest.param(
            "0 * * * *",
            BERLIN,
            "2026-10-25T01:30:00+02:00",
            ["2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00", "2026-10-25T03:00:00+01:00"],
            id="every hour goes on through both",
        ),
        pytest.param(
            "15 0 * * *",
            "America/Santiago",
            "2026-09-05T12:00:00-04:00",
            ["2026-09-06T01:00:00-03:00", "2026-09-07T00:15:00-03:00"],
            id="where midnight is left out",
        ),
        pytest.param(
            "0 2 * * *",
            "Australia/Lord_Howe",
            "2026-10-03T12:00:00+10:30",
            ["2026-10-04T02:30:00+11:00", "2026-10-05T02:00:00+11:00"],
            id="where the clock moves by half an hour",
        ),
        pytest.param(
            "0 9 * * mon-fri",
            "UTC",
            "2026-11-26T12:00:00+00:00",
            ["2026-11-27T09:00:00+00:00", "2026-11-30T09:00:00+00:00"],
            id="working days",
        ),
        pytest.param(
            "0 0 29 2 *",
            "UTC",
            "2026-01-01T00:00:00+00:00",
            ["2028-02-29T00:00:00+00:00", "2032-02-29T00:00:00+00:00"],
            id="leap days",
        ),
    ],
)
def test_the_next_times(cron: str, zone: str, after: str, times: list[str]) -> None:
    told = Cron.read(cron, zone).next_times(at(after), len(times))
    assert [each.isoformat() for each in told] == times


@pytest.mark.parametrize(
    ("cron", "zone", "says", "pointer"),
    [
        ("30 2 * *", "UTC", "no cron expression", "/cron"),
        ("* * * * * *", "UTC", "no cron expression", "/cron"),
        ("@daily", "UTC", "no cron expression", "/cron"),
        ("60 2 * * *", "UTC", "the minute", "/cron"),
        ("30 24 * * *", "UTC", "the hour", "/cron"),
        ("*/0 * * * *", "UTC", "the minute", "/cron"),
        ("0 0 31 2 *", "UTC", "the day-of-month", "/cron"),
        ("0 0 * foo *", "UTC", "the month", "/cron"),
        ("0 0 * * 8", "UTC", "the day-of-week", "/cron"),
        ("0 0 * * *", "Europe/Berlim", "no time zone", "/time_zone"),
        ("0 0 * * *", "../../etc/passwd", "no time zone", "/time_zone"),
        ("0 0 * * *", "", "no time zone", "/time_zone"),
    ],
)
def test_what_cannot_be_read_says_which(cron: str, zone: str, says: str, pointer: str) -> None:
    with pytest.raises(SettingsError, match=says) as caught:
        Cron.read(cron, zone)
    assert caught.value.context["pointer"] == pointer
    assert caught.value.hint
    assert Cron.known(cron, zone) is None


def test_the_nearest_time_zone_is_named() -> None:
    with pytest.raises(SettingsError) as caught:
        Cron.read("0 0 * * *", "Europe/Berlim")
    assert "Europe/Berlin" in str(caught.value.hint)


def test_it_is_told_in_words() -> None:
    assert Cron.read("30 2 * * mon-fri", "UTC").explained() == "At 02:30 on Monday through Friday"


_FIELDS = st.tuples(
    st.sampled_from(["*", "0", "30", "59", "*/7", "0,30", "10-20"]),
    st.sampled_from(["*", "0", "1", "2", "3", "*/2", "1,2,3", "0-4"]),
    st.sampled_from(["*", "1", "29", "L", "*/3"]),
    st.sampled_from(["*", "3", "10", "mar,oct"]),
    st.sampled_from(["*", "sun", "1-5", "7L"]),
)
_ZONES = st.sampled_from(
    [BERLIN, "America/New_York", "America/Santiago", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]
)
_MOMENTS = st.integers(0, 730 * 86_400).map(
    lambda seconds: at("2026-01-01T00:00:00+00:00") + dt.timedelta(seconds=seconds)
)


@settings(max_examples=150, deadline=None)
@example(("30", "2", "*", "*", "*"), BERLIN, at("2026-10-25T01:10:00+00:00"))
@given(_FIELDS, _ZONES, _MOMENTS)
def test_times_come_after_the_moment_one_after_the_other(
    fields: tuple[str, ...], zone: str, moment: dt.datetime
) -> None:
    cron = Cron.read(" ".join(fields), zone)
    times = [each.astimezone(dt.UTC) for each in cron.next_times(moment, 4)]
    assert [moment, *times] == sorted({moment, *times})
    for before, time in itertools.pairwise([moment, *times]):
        told = cron.after(before)
        assert told is not None
        assert told.astimezone(dt.UTC) == time, "times do not depend on where one asks from"
    clock = times[0].astimezone(ZoneInfo(zone))
    assert (clock.second, clock.microsecond) == (0, 0)


@settings(max_examples=200, deadline=None)
@given(
    st.text(max_size=30)
    | st.lists(
        st.text(alphabet="0123456789*/,-#L²SUNMO", min_size=1, max_size=6), min_size=5, max_size=5
    ).map(" ".join)
)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        cron = Cron.read(text, BERLIN)
    except SettingsError:
        return
    assert cron.after(dt.datetime.now(dt.UTC)) is not None
    assert cron.explained()
