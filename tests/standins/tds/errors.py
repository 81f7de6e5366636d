"""Which number has an error? What went wrong, in SQL Server's numbers, and DuckDB's errors brought to them."""

import re
from dataclasses import dataclass

from typing_extensions import override


@dataclass
class SqlError(Exception):
    """An error that the client is told of. Severity 16 is the user's mistake, from 20 on the connection ends."""

    number: int
    text: str
    severity: int = 16
    state: int = 1

    @override
    def __reduce__(self) -> tuple[type["SqlError"], tuple[int, str, int, int]]:
        return SqlError, (self.number, self.text, self.severity, self.state)

    @override
    def __str__(self) -> str:
        return f"{self.number}: {self.text}"


def syntax(near: str) -> SqlError:
    return SqlError(102, f"Incorrect syntax near '{near}'.", severity=15)


def unsupported(what: str) -> SqlError:
    """Something that SQL Server has and this server has not. A number that SQL Server never uses."""
    return SqlError(49_999, f"The stand-in does not know {what}.")


def of_itself(failure: Exception) -> SqlError:
    """A fault of this server, which is told and not hidden."""
    return SqlError(49_997, f"The stand-in failed: {type(failure).__name__}: {str(failure)[:300]}")


def no_object(name: str) -> SqlError:
    return SqlError(208, f"Invalid object name '{name}'.")


def no_column(name: str) -> SqlError:
    return SqlError(207, f"Invalid column name '{name}'.")


def denied(action: str, name: str, database: str, schema: str) -> SqlError:
    return SqlError(
        229,
        f"The {action} permission was denied on the object '{name}', database '{database}', schema '{schema}'.",
        severity=14,
        state=5,
    )


_OF_DUCKDB: tuple[tuple[str, int, str, int], ...] = (
    (r"error_(\d+): (.*)", 0, "", 16),
    (r"divi(de|sion) by zero", 8134, "Divide by zero error encountered.", 16),
    (r"INTERRUPT", 3617, "The query was cancelled.", 16),
    (r"Could not convert string .* to BOOL", 245, "Conversion failed when converting the varchar value to data type bit.", 16),
    (r"Could not convert string .* to (INT128|.*UUID)", 8169, "Conversion failed when converting from a character string to uniqueidentifier.", 16),
    (r"Could not convert string .* to U?INT", 245, "Conversion failed when converting the varchar value to data type int.", 16),
    (r"Could not convert string .* to (DOUBLE|FLOAT|DECIMAL)", 8114, "Error converting data type varchar to numeric.", 16),
    (r"value is out of range for the destination type U?INT(8|16)\b", 220, "Arithmetic overflow error for data type smallint or tinyint.", 16),
    (r"out of range|[Oo]verflow|Could not cast value .* to DECIMAL|Failed to cast decimal value", 8115, "Arithmetic overflow error converting expression to data type.", 16),
    (r"Duplicate key .* violates (primary key|unique) constraint", 2627, "Violation of PRIMARY KEY or UNIQUE KEY constraint. Cannot insert duplicate key.", 14),
    (r"NOT NULL constraint failed: .*\.(\w+)", 515, "Cannot insert the value NULL into a column that does not allow nulls.", 16),
    (r"[Ff]oreign key constraint|violates foreign key", 547, "The statement conflicted with a FOREIGN KEY constraint.", 16),
    (r"CHECK constraint failed", 547, "The statement conflicted with a CHECK constraint.", 16),
    (r"More than one row returned by a subquery", 512, "Subquery returned more than 1 value.", 16),
    (r"write-write conflict|[Cc]onflict on", 3960, "Snapshot isolation transaction aborted due to update conflict.", 16),
    (r"must appear in the GROUP BY", 8120, "A column is invalid in the select list because it is not contained in either an aggregate function or the GROUP BY clause.", 16),
)  # fmt: skip


def of_duckdb(text: str) -> SqlError:
    """The number of an error of DuckDB; what is not known is told as it is, under a number of our own."""
    for pattern, number, told, severity in _OF_DUCKDB:
        match = re.search(pattern, text)
        if match is None:
            continue
        if not number:
            return SqlError(int(match.group(1)), match.group(2).strip(), severity=severity)
        return SqlError(number, told, severity=severity)
    return SqlError(49_998, f"The engine behind the stand-in said: {text}")
