"""Which functions may stand in a user's SQL?

Absence refuses: a function that is not named here cannot be used. The first tables hold what the parser knows under
one name for all dialects; `BY_NAME` holds what it does not know, dialect by dialect. `REFUSED` gives a reason to the
ones that people will try.
"""

from sqlglot import exp

NUMBERS = frozenset(
    {
        exp.Abs, exp.Ceil, exp.Floor, exp.Round, exp.Trunc, exp.Sign, exp.Sqrt, exp.Cbrt, exp.Pow, exp.Exp, exp.Ln,
        exp.Log, exp.Degrees, exp.Radians, exp.Sin, exp.Cos, exp.Tan, exp.Asin, exp.Acos, exp.Atan, exp.Atan2, exp.Pi,
        exp.Greatest, exp.Least, exp.IsNan, exp.IsInf, exp.Factorial, exp.WidthBucket, exp.SafeDivide, exp.ToNumber,
    }
)  # fmt: skip

TEXTS = frozenset(
    {
        exp.Length, exp.Upper, exp.Lower, exp.Initcap, exp.Trim, exp.Substring, exp.Left, exp.Right, exp.Replace,
        exp.Concat, exp.ConcatWs, exp.StrPosition, exp.StartsWith, exp.EndsWith, exp.Contains, exp.Reverse, exp.Pad,
        exp.Repeat, exp.Space, exp.Translate, exp.SplitPart, exp.Ascii, exp.Unicode, exp.Chr, exp.ByteLength,
        exp.BitLength, exp.Overlay, exp.Stuff, exp.Levenshtein, exp.Soundex, exp.RegexpLike, exp.RegexpILike,
        exp.RegexpExtract, exp.RegexpReplace, exp.RegexpCount, exp.RegexpInstr, exp.RegexpFullMatch, exp.MD5, exp.SHA,
        exp.SHA2, exp.Hex, exp.LowerHex, exp.Unhex, exp.Glob, exp.RtrimmedLength, exp.ToChar, exp.NumberToStr,
        exp.String, exp.CastToStrType,
    }
)  # fmt: skip

TIMES = frozenset(
    {
        exp.Extract, exp.Year, exp.Quarter, exp.Month, exp.Week, exp.WeekOfYear, exp.Day, exp.DayOfMonth,
        exp.DayOfWeek, exp.DayOfWeekIso, exp.DayOfYear, exp.YearOfWeek, exp.YearOfWeekIso, exp.Hour, exp.Minute,
        exp.Second, exp.Monthname, exp.Dayname, exp.LastDay, exp.Date, exp.Time, exp.Timestamp, exp.Datetime,
        exp.DateAdd, exp.DateSub, exp.DateDiff, exp.DateTrunc, exp.DatetimeAdd, exp.DatetimeSub, exp.DatetimeDiff,
        exp.DatetimeTrunc, exp.TimestampAdd, exp.TimestampSub, exp.TimestampDiff, exp.TimestampTrunc, exp.TimeAdd,
        exp.TimeSub, exp.TimeDiff, exp.TimeTrunc, exp.TsOrDsAdd, exp.TsOrDsDiff, exp.TsOrDsToDate,
        exp.TsOrDsToDateStr, exp.TsOrDsToTime, exp.TsOrDsToTimestamp, exp.TsOrDsToDatetime, exp.AddMonths,
        exp.MonthsBetween, exp.DateFromParts, exp.TimestampFromParts, exp.TimeFromParts, exp.StrToDate, exp.StrToTime,
        exp.TimeToStr, exp.DateToDateStr, exp.DateStrToDate, exp.TimeStrToTime, exp.TimeStrToDate, exp.UnixToTime,
        exp.TimeToUnix, exp.UnixSeconds, exp.UnixMillis, exp.MakeInterval, exp.ConvertTimezone,
    }
)  # fmt: skip

CHOICES = frozenset(
    {
        exp.Case, exp.If, exp.Coalesce, exp.Nullif, exp.Nvl2, exp.DecodeCase, exp.Cast, exp.TryCast, exp.Convert,
        exp.And, exp.Or, exp.Xor, exp.EqualNull, exp.ToBoolean, exp.ToDouble,
    }
)  # fmt: skip

SCALARS = NUMBERS | TEXTS | TIMES | CHOICES

AGGREGATES = frozenset(
    {
        exp.Count, exp.CountIf, exp.Sum, exp.Avg, exp.Min, exp.Max, exp.Stddev, exp.StddevPop, exp.StddevSamp,
        exp.Variance, exp.VariancePop, exp.Median, exp.PercentileCont, exp.PercentileDisc, exp.Quantile, exp.Corr,
        exp.CovarPop, exp.CovarSamp, exp.LogicalAnd, exp.LogicalOr, exp.GroupConcat, exp.ApproxDistinct, exp.Grouping,
    }
)  # fmt: skip

WINDOWS = frozenset(
    {
        exp.RowNumber, exp.Rank, exp.DenseRank, exp.PercentRank, exp.CumeDist, exp.Ntile, exp.Lag, exp.Lead,
        exp.FirstValue, exp.LastValue, exp.NthValue,
    }
)  # fmt: skip


def words(text: str) -> frozenset[str]:
    """A set of words, as they stand in a text."""
    return frozenset(text.split())


BY_NAME: dict[str, frozenset[str]] = {
    "duckdb": words(
        "bar btrim date_part damerau_levenshtein even fdiv fmod instr isfinite jaccard lpad nfc_normalize prefix rpad"
        " signbit strip_accents strpos suffix to_days to_hours to_milliseconds to_minutes to_months to_seconds"
        " to_weeks to_years try_strptime"
    ),
    "postgres": words(
        "btrim date_part div isfinite justify_days justify_hours justify_interval make_date make_timestamp min_scale"
        " scale trim_scale"
    ),
    "sqlite": words("date datetime hex instr julianday octet_length printf time unixepoch"),
    "tsql": words("choose datalength isdate isnumeric patindex quotename square stdevp var varp"),
    "snowflake": words("div0 div0null is_integer zeroifnull nullifzero square haversine"),
}
"""Names that the parser does not know, in lower case. Each is free of side effects and gives the same answer for the
same arguments; each needs at least one argument, for some mean "now" without."""

_NOW = "two databases are asked at different moments and would answer differently; write the moment as a literal"
_CHANCE = "it answers differently each time it is asked"
_SESSION = "it tells about the session, which differs between the two databases"

REFUSED: dict[type[exp.Expr], str] = {
    exp.CurrentDate: _NOW, exp.CurrentDatetime: _NOW, exp.CurrentTime: _NOW, exp.CurrentTimestamp: _NOW,
    exp.CurrentTimestampLTZ: _NOW, exp.Localtime: _NOW, exp.Localtimestamp: _NOW, exp.Systimestamp: _NOW,
    exp.UtcDate: _NOW, exp.UtcTime: _NOW, exp.UtcTimestamp: _NOW,
    exp.Rand: _CHANCE, exp.Randn: _CHANCE, exp.Randstr: _CHANCE, exp.Uniform: _CHANCE, exp.Uuid: _CHANCE,
    exp.Normal: _CHANCE, exp.Shuffle: _CHANCE, exp.NextValueFor: "it changes a sequence",
    exp.CurrentUser: _SESSION, exp.SessionUser: _SESSION, exp.CurrentRole: _SESSION, exp.CurrentSchema: _SESSION,
    exp.CurrentDatabase: _SESSION, exp.CurrentCatalog: _SESSION, exp.CurrentSession: _SESSION,
    exp.CurrentWarehouse: _SESSION, exp.CurrentVersion: _SESSION, exp.CurrentTimezone: _SESSION,
}  # fmt: skip

REFUSED_NAMES: dict[str, str] = dict.fromkeys(
    words(
        "now getdate getutcdate sysdate sysdatetime sysutcdatetime sysdatetimeoffset clock_timestamp"
        " statement_timestamp transaction_timestamp timeofday today get_current_timestamp get_current_time"
        " current_localtime current_localtimestamp age"
    ),
    _NOW,
) | dict.fromkeys(
    words(
        "newid newsequentialid uuid gen_random_uuid uuid_generate_v4 random rand setseed randomblob"
    ),
    _CHANCE,
)

NOW_WORDS = words(
    "now today tomorrow yesterday allballs current_timestamp current_date current_time"
)
"""Texts that some engines turn into the present moment when they become a date."""

UNITS = words(
    "MILLENNIUM CENTURY DECADE YEAR YEARS QUARTER QUARTERS MONTH MONTHS WEEK WEEKS DAY DAYS HOUR HOURS MINUTE MINUTES"
    " SECOND SECONDS MILLISECOND MILLISECONDS MICROSECOND MICROSECONDS NANOSECOND NANOSECONDS EPOCH ISODOW DOW DOY"
    " DAYOFWEEK DAYOFYEAR DAYOFWEEKISO WEEKISO WEEKDAY ISOYEAR YEAROFWEEK YEAROFWEEKISO JULIAN EPOCH_SECOND"
    " EPOCH_MILLISECOND"
)
"""The bare words that may stand as a unit of time."""

_T = exp.DType

TYPES = frozenset(
    {
        _T.BOOLEAN, _T.BIT, _T.TINYINT, _T.UTINYINT, _T.SMALLINT, _T.USMALLINT, _T.INT, _T.UINT, _T.BIGINT, _T.UBIGINT,
        _T.INT128, _T.UINT128, _T.DECIMAL, _T.BIGDECIMAL, _T.MONEY, _T.SMALLMONEY, _T.FLOAT, _T.DOUBLE, _T.CHAR,
        _T.NCHAR, _T.VARCHAR, _T.NVARCHAR, _T.TEXT, _T.BPCHAR, _T.DATE, _T.TIME, _T.TIMETZ, _T.TIMESTAMP,
        _T.TIMESTAMPTZ, _T.TIMESTAMPLTZ, _T.TIMESTAMPNTZ, _T.TIMESTAMP_S, _T.TIMESTAMP_MS, _T.TIMESTAMP_NS,
        _T.DATETIME, _T.DATETIME2, _T.SMALLDATETIME, _T.INTERVAL, _T.UUID, _T.BINARY, _T.VARBINARY, _T.BLOB,
    }
)  # fmt: skip
"""The types to which a value may be cast. PostgreSQL's `regclass` and its kin look into the catalogue: refused."""
