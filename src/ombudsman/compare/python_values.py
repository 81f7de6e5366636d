"""Canonical values as the Python values that literals are made of."""

import datetime as dt
from decimal import Decimal

from ombudsman.model.forms import Form, FormKind, Scalar, shown

_EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - a zone is added where there is one

PythonValue = Scalar | dt.date | dt.time


def python_value(value: Scalar, form: Form) -> PythonValue:
    """The value as Python has it; moments that it has no value for come as the text that names them."""
    if value is None or isinstance(value, str):
        return value
    match form.kind:
        case FormKind.INTEGER:
            assert isinstance(value, int | Decimal)  # noqa: S101 - of 64 bits, or of more
            return int(value)
        case FormKind.DATE | FormKind.TIME | FormKind.TIMESTAMP | FormKind.INSTANT:
            assert isinstance(value, int)  # noqa: S101 - moments are counted
            return _moment(value, form) or shown(value, form)
        case _:
            return value


def _moment(count: int, form: Form) -> dt.date | dt.time | None:
    try:
        if form.kind is FormKind.DATE:
            return (_EPOCH + dt.timedelta(days=count)).date()
        moment = _EPOCH + dt.timedelta(microseconds=count)
    except OverflowError:
        return None
    if form.digits > 6:
        return None
    if form.kind is FormKind.TIME:
        return moment.time() if moment.date() == _EPOCH.date() else None
    return moment.replace(tzinfo=dt.UTC) if form.kind is FormKind.INSTANT else moment
