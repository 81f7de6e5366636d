"""When is it the next time? Five fields of cron, read off the clock that hangs on the wall of a time zone.

Traps that are tamed here:

- In spring an hour is left out. What is due within it is due once, at the end of the gap.
- In autumn an hour comes twice. A time of day in it (`30 1 * * *`) is due the first time alone; what is due every so
  often (minute or hour begin with a star) goes on through both.
- Asked within the second of those hours, cronsim names the time of day in the first, which is over. Whatever is not
  after the moment that was asked about is passed over.
"""

import datetime as dt
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from cronsim import CronSim, CronSimError

from ombudsman.model.errors import SettingsError, did_you_mean

MAX_LENGTH = 200
_FIELDS = 5
_EXAMPLE = (
    "five fields: minute, hour, day of the month, month, day of the week, as in 30 2 * * mon-fri"
)


@dataclass(frozen=True)
class Cron:
    """The times of a cron expression in a time zone. `read` makes one of texts."""

    expression: str
    zone: ZoneInfo

    @classmethod
    def read(cls, expression: str, time_zone: str) -> "Cron":
        """What the texts say.

        Raises:
            SettingsError: it is no cron expression or no time zone, or such a time never comes; `pointer` says which.
        """
        zones = _zones()
        if time_zone not in zones:
            raise SettingsError(
                f"there is no time zone {time_zone!r}",
                hint=did_you_mean(time_zone, zones) or "as in Europe/Berlin",
                pointer="/time_zone",
            )
        read = cls(expression, ZoneInfo(time_zone))
        if len(expression) > MAX_LENGTH or len(expression.split()) != _FIELDS:
            raise SettingsError(
                "this is no cron expression", hint=f"it has {_EXAMPLE}", pointer="/cron"
            )
        try:
            comes = read.after(dt.datetime.now(dt.UTC)) is not None
        except CronSimError as error:
            field = str(error).removeprefix("Bad ")
            raise SettingsError(
                f"the {field} of this cron expression cannot be read",
                hint=f"it has {_EXAMPLE}",
                pointer="/cron",
            ) from None
        if not comes:
            raise SettingsError("such a time never comes", pointer="/cron")
        return read

    @classmethod
    def known(cls, expression: str, time_zone: str) -> "Cron | None":
        """The same of texts that could be read once; None when they cannot any more, for time zones come and go."""
        try:
            return cls.read(expression, time_zone)
        except SettingsError:
            return None

    def after(self, moment: dt.datetime) -> dt.datetime | None:
        """The first time after this moment, as the zone's clock shows it; None when there is none in fifty years."""
        return next(self._times(moment), None)

    def next_times(self, moment: dt.datetime, number: int) -> list[dt.datetime]:
        """So many times after this moment."""
        return list(itertools.islice(self._times(moment), number))

    def explained(self) -> str:
        """The expression in English words."""
        return CronSim(self.expression, dt.datetime.now(dt.UTC)).explain()

    def _times(self, moment: dt.datetime) -> Iterator[dt.datetime]:
        last = moment.astimezone(dt.UTC)
        for time in CronSim(self.expression, moment.astimezone(self.zone)):
            if time.astimezone(dt.UTC) > last:
                last = time.astimezone(dt.UTC)
                yield last.astimezone(self.zone)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
