"""Runs built by hand, for the tests of every face."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from ombudsman.model.errors import Problem
from ombudsman.model.mapping import ColumnMapping, Mapping, TableMapping
from ombudsman.model.pipeline import (
    Pipeline,
    Run,
    RunStatus,
    Severity,
    Snapshot,
    Step,
    StepRun,
    StepStatus,
    TableCoverage,
)
from ombudsman.model.policy import AppliedPolicy
from ombudsman.model.result import Figure, Finding, Kind, Result, Statement
from ombudsman.model.rows import Cause
from ombudsman.model.tables import Side, TableRef

BEGAN = dt.datetime(2025, 11, 22, 9, 14, 7, tzinfo=dt.UTC)
HOSTILE = "<script>alert(1)</script>\"'\x1b[31m\u202egnp.exe\u200b &amp; </style> {{ 7*7 }}"

TITLES = {
    "validate_record_counts": "Did every row arrive?",
    "validate_nulls": "Are there as many NULLs as before?",
    "validate_rows": "Does every row hold the same values?",
    "validate_foreign_keys": "Does every foreign key find its row?",
    "validate_metric_sums": "Do the sums still add up?",
    "validate_scd2": "Is the history of every key whole?",
    "validate_schema_datatypes": "Can the target's types hold what the source's hold?",
    "validate_uniqueness": "Is every key unique?",
}


def ref(name: str) -> TableRef:
    return TableRef.parse(name)


def table_mapping(source: str, target: str, columns: Sequence[str]) -> TableMapping:
    """The target spells its columns in capitals."""
    pairs = tuple(ColumnMapping(source=name, target=name.upper()) for name in columns)
    return TableMapping(
        source=ref(source), target=ref(target), columns=pairs, key=tuple(columns[:1])
    )


ORDERS = ("order_id", "customer_id", "order_date", "amount", "status", "note")
CUSTOMERS = ("customer_id", "name", "city", "email", "valid_from", "valid_to", "is_current")
MAPPING = Mapping(
    tables=(
        table_mapping("shop.orders", "SALES.ORDERS", ORDERS),
        table_mapping("shop.customers", "SALES.DIM_CUSTOMER", CUSTOMERS),
        table_mapping("shop.products", "SALES.PRODUCTS", ("product_id", "title", "price")),
        table_mapping("shop.audit_log", "SALES.AUDIT_LOG", ("id", "at", "who", "what")),
    )
)

COUNT_SQL = (
    "SELECT count(*) AS n0, sum(amount) AS n1, count(*) FILTER (WHERE note IS NULL) AS n2\n"
    "FROM {table}\nWHERE order_date >= DATE '2024-01-01'"
)
ROWS_SQL = (
    "SELECT order_id, channel, customer_id, order_date,\n       amount, status, note\n"
    "FROM {table}\nORDER BY order_id, channel"
)


def statements(table: str = "shop.orders", sql: str = COUNT_SQL) -> tuple[Statement, ...]:
    return tuple(
        Statement(
            side=side,
            sql=sql.format(table=table if side is Side.SOURCE else table.upper()),
            started=BEGAN + dt.timedelta(seconds=1),
            ms=ms,
            rows=1,
            query_id="01b2-77" if side is Side.TARGET else None,
        )
        for side, ms in ((Side.SOURCE, 41.73), (Side.TARGET, 1204.2))
    )


def step(
    id: str,  # noqa: A002  # the model's own word
    validator: str,
    table: str = "shop.orders",
    *,
    needs: tuple[str, ...] = (),
    severity: Severity = Severity.BLOCKING,
    params: dict[str, Any] | None = None,
    description: str | None = None,
) -> Step:
    return Step(
        id=id,
        validator=validator,
        table=ref(table),
        needs=needs,
        severity=severity,
        params=params or {},
        description=description,
    )


def judged(
    of: Step, result: Result, *, ms: int = 1250, policies: Sequence[AppliedPolicy] = ()
) -> StepRun:
    return StepRun(
        step=of,
        status=StepStatus(result.verdict.value),
        started=BEGAN,
        finished=BEGAN + dt.timedelta(milliseconds=ms),
        result=result,
        policies=tuple(policies),
    )


def errored(of: Step, message: str = "permission denied for table audit_log") -> StepRun:
    problem = Problem(
        code="permission_denied",
        message=message,
        hint="grant SELECT on shop.audit_log to the login of connection 'old_shop'",
        context={"table": "shop.audit_log"},
    )
    return StepRun(
        step=of,
        status=StepStatus.ERRORED,
        started=BEGAN,
        finished=BEGAN + dt.timedelta(milliseconds=80),
        problem=problem,
    )


def skipped(of: Step, reason: str = "step 'orders_count', which it needs, failed") -> StepRun:
    return StepRun(step=of, status=StepStatus.SKIPPED, reason=reason)


def run(
    step_runs: Sequence[StepRun],
    status: RunStatus,
    *,
    name: str = "orders_cutover",
    mapping: Mapping = MAPPING,
    coverage: Sequence[TableCoverage] = (),
    finished: bool = True,
    source: str = "old_shop",
) -> Run:
    pipeline = Pipeline(
        name=name,
        description="Everything that must hold before the shop is switched over.",
        source=source,
        target="warehouse",
        mapping=mapping,
        steps=tuple(step_run.step for step_run in step_runs),
    )
    return Run(
        id="20251122-091407-7f3a",
        pipeline=pipeline,
        status=status,
        started=BEGAN,
        finished=BEGAN + dt.timedelta(seconds=83, milliseconds=400) if finished else None,
        snapshot=Snapshot(
            source="repeatable-read snapshot 00000003-1B-1", target="the file, opened read-only"
        ),
        steps=tuple(step_runs),
        coverage=tuple(coverage),
    )


def lost_rows() -> StepRun:
    figure = Figure(name="rows", source=120_431, target=120_428)
    result = Result(
        figures=[figure],
        findings=[figure.finding(Kind.COUNT_DIFFERS)],
        statements=statements(),
    )
    return judged(step("orders_count", "validate_record_counts"), result)


def many_findings(count: int = 140) -> StepRun:
    missing = [Finding(kind=Kind.ROW_MISSING_IN_TARGET, key=(100_000 + i, "web")) for i in range(3)]
    precise = [
        Finding(
            kind=Kind.VALUE_DIFFERS,
            cause=Cause.TIME_PRECISION,
            column="order_date",
            key=(200_000 + i, "web"),
            source=f"2024-03-{i % 28 + 1:02d} 09:01:11.1234567",
            target=f"2024-03-{i % 28 + 1:02d} 09:01:11.123",
        )
        for i in range(count)
    ]
    odd = [
        Finding(
            kind=Kind.VALUE_DIFFERS,
            cause=cause,
            column=column,
            key=(300_000, "shop"),
            source=source,
            target=target,
        )
        for cause, column, source, target in (
            (Cause.TRAILING_SPACE, "status", "OPEN   ", "OPEN"),
            (Cause.EMPTY_VERSUS_NULL, "note", "", None),
            (Cause.ROUNDING, "amount", Decimal("10.5049"), Decimal("10.50")),
            (Cause.ENCODING, "note", "Größe 45, 東京", "Gr??e 45, ??"),
            (Cause.OTHER, "note", "a" * 3000 + "x" + "b" * 3000, "a" * 3000 + "y" + "b" * 3000),
        )
    ]
    result = Result(
        findings=[*missing, *odd, *precise],
        found={Kind.ROW_MISSING_IN_TARGET: 3, Kind.VALUE_DIFFERS: 412_310},
        columns_checked=ORDERS,
        notes=["Keys were compared as texts, for their types differ."],
        statements=statements(sql=ROWS_SQL),
    )
    return judged(
        step(
            "orders_rows",
            "validate_rows",
            params={"exclude": ["loaded_at"], "strategy": "auto"},
            description="The heart of the cut-over.",
        ),
        result,
        ms=61_000,
    )


POLICIES = (
    AppliedPolicy(what="severity", value=Severity.WARNING, set_by="pipeline"),
    AppliedPolicy(
        what="tolerance.absolute",
        value=Decimal("0.01"),
        set_by="column shop.orders.amount",
        columns=("amount",),
    ),
    AppliedPolicy(
        what="equality.trailing_blanks",
        value="ignored",
        set_by="table shop.orders",
        columns=("status", "note"),
    ),
    AppliedPolicy(
        what="equality.empty_is_null", value=True, set_by="step", columns=tuple("abcdefg")
    ),
)


def wrong_sums() -> StepRun:
    figures = [
        Figure(
            name="sum",
            column="amount",
            key=(month,),
            source=Decimal(source),
            target=Decimal(target),
        )
        for month, source, target in (
            ("2024-01", "1204331.07", "1204331.07"),
            ("2024-02", "998120.00", "1098120.50"),
            ("2024-03", "12345678901234567890.12", "12345678901234567890.13"),
            ("2024-04", "-512.00", "-512.00"),
        )
    ]
    figures.append(Figure(name="latest", column="order_date", source=dt.date(2024, 4, 30)))
    return judged(
        step("orders_sums", "validate_metric_sums", severity=Severity.WARNING),
        Result(
            figures=figures,
            findings=[f.finding(Kind.AGGREGATE_DIFFERS) for f in figures if not f.agrees],
            columns_checked=["amount", "order_date"],
            statements=statements(),
        ),
        policies=POLICIES,
    )


def broken_history() -> StepRun:
    findings = [
        Finding(
            kind=Kind.INTERVAL_OVERLAP,
            side=Side.TARGET,
            table="shop.customers",
            key=(4711,),
            source=dt.date(2024, 3, 1),
            target=dt.date(2024, 2, 1),
        ),
        Finding(kind=Kind.CURRENT_NOT_UNIQUE, side=Side.TARGET, key=(4712,), figure=2),
        Finding(kind=Kind.KEY_ORPHANED, side=Side.TARGET, column="city", key=("Köln",)),
    ]
    return judged(
        step("customers_history", "validate_scd2", "shop.customers"),
        Result(
            findings=findings,
            columns_checked=["customer_id", "valid_from", "valid_to", "is_current"],
            statements=statements("shop.customers"),
        ),
    )


def fine(id: str = "orders_nulls", table: str = "shop.orders") -> StepRun:  # noqa: A002 - the model's own word
    figures = [Figure(name="nulls", column=name, source=0, target=0) for name in ORDERS[:3]]
    return judged(
        step(id, "validate_nulls", table),
        Result(figures=figures, columns_checked=ORDERS[:3], statements=statements()),
        ms=310,
    )


def narrower_type() -> StepRun:
    finding = Finding(
        kind=Kind.TYPE_NARROWER, column="title", source="nvarchar(200)", target="varchar(100)"
    )
    return judged(
        step(
            "products_types",
            "validate_schema_datatypes",
            "shop.products",
            severity=Severity.INFO,
        ),
        Result(findings=[finding]),
    )


COVERAGE = (
    TableCoverage(
        source=ref("shop.orders"),
        target=ref("SALES.ORDERS"),
        columns_checked=6,
        columns_total=6,
        rows_compared=120_431,
    ),
    TableCoverage(
        source=ref("shop.customers"),
        target=ref("SALES.DIM_CUSTOMER"),
        columns_checked=4,
        columns_total=7,
        unchecked=("name", "city", "email"),
    ),
    TableCoverage(
        source=ref("shop.products"),
        target=ref("SALES.PRODUCTS"),
        columns_total=3,
        unchecked=("product_id", "title", "price"),
    ),
)


def passed_run() -> Run:
    counts = judged(
        step("orders_count", "validate_record_counts"),
        Result(figures=[Figure(name="rows", source=120_431, target=120_431)]),
    )
    return run([counts, fine()], RunStatus.PASSED, coverage=COVERAGE[:1])


def warned_run() -> Run:
    return run([fine(), wrong_sums(), narrower_type()], RunStatus.PASSED, coverage=COVERAGE)


def failed_run() -> Run:
    return run(
        [
            lost_rows(),
            fine(),
            many_findings(),
            wrong_sums(),
            skipped(step("orders_keys", "validate_foreign_keys", needs=("orders_count",))),
            broken_history(),
            narrower_type(),
            fine("products_nulls", "shop.products"),
        ],
        RunStatus.FAILED,
        coverage=COVERAGE,
    )


def errored_run() -> Run:
    audit = errored(step("audit_count", "validate_record_counts", "shop.audit_log"))
    steps = [*failed_run().steps, audit]
    return run(steps, RunStatus.ERRORED, coverage=COVERAGE)


def cancelled_run() -> Run:
    steps = [
        lost_rows(),
        StepRun(step=step("orders_rows", "validate_rows"), status=StepStatus.CANCELLED),
        StepRun(step=step("orders_sums", "validate_metric_sums")),
    ]
    return run(steps, RunStatus.CANCELLED)


def running_run() -> Run:
    steps = [
        fine(),
        StepRun(
            step=step("orders_rows", "validate_rows"), status=StepStatus.RUNNING, started=BEGAN
        ),
    ]
    return run(steps, RunStatus.RUNNING, finished=False)


def hostile_run() -> Run:
    """Every text that others wrote tries to escape its place."""
    table = TableRef(schema=None, name=HOSTILE)
    figure = Figure(name=HOSTILE, column=HOSTILE, key=(HOSTILE,), source=HOSTILE, target=1)
    finding = Finding(
        kind=Kind.VALUE_DIFFERS,
        table=HOSTILE,
        column=HOSTILE,
        key=(HOSTILE,),
        source=HOSTILE,
        target=HOSTILE + "!",
        detail=HOSTILE,
    )
    attacked = Step(
        id=HOSTILE,
        validator=HOSTILE,
        table=table,
        params={HOSTILE: HOSTILE},
        description=HOSTILE,
    )
    shown = Result(
        figures=[figure],
        findings=[finding, figure.finding(Kind.AGGREGATE_DIFFERS)],
        notes=[HOSTILE],
        columns_checked=[HOSTILE],
        statements=[
            Statement(
                side=Side.SOURCE,
                sql=f"SELECT '{HOSTILE}'",
                started=BEGAN,
                ms=1,
                rows=1,
                query_id=HOSTILE,
                snapshot=HOSTILE,
            )
        ],
    )
    hostile_policy = AppliedPolicy(
        what=HOSTILE, value=HOSTILE, set_by=f"table {HOSTILE}", columns=(HOSTILE,)
    )
    stuck = attacked.model_copy(update={"id": HOSTILE + "2"})
    coverage = TableCoverage(source=table, target=table, columns_total=1, unchecked=(HOSTILE,))
    return run(
        [
            judged(attacked, shown, policies=[hostile_policy]),
            errored(stuck, HOSTILE),
            skipped(attacked.model_copy(update={"id": HOSTILE + "3"}), HOSTILE),
        ],
        RunStatus.ERRORED,
        name=HOSTILE,
        source=HOSTILE,
        coverage=[coverage],
    )


def large_run(steps: int = 500, findings: int = 100, figures: int = 200) -> Run:
    """Many tables; every fifth step fails, with as many findings and figures as a result may keep."""
    step_runs = []
    for number in range(steps):
        table = f"shop.table_{number // 5:03d}"
        rows = statements(table, sql="SELECT " + ", ".join(f"sum(c{i})" for i in range(200)))
        wrong = number % 5 == 0
        measured = [
            Figure(name="sum", column=f"column_{i}", source=i * 1000, target=i * 1000 + wrong)
            for i in range(figures)
        ]
        wrong_values = [
            Finding(
                kind=Kind.VALUE_DIFFERS,
                cause=Cause.ROUNDING,
                column=f"column_{i}",
                key=(i,),
                source=Decimal(f"{i}.123456"),
                target=Decimal(f"{i}.1235"),
            )
            for i in range(findings if wrong else 0)
        ]
        step_runs.append(
            judged(
                step(f"step_{number:03d}", "validate_rows", table),
                Result(figures=measured, findings=wrong_values, statements=rows),
            )
        )
    coverage = [
        TableCoverage(
            source=ref(f"shop.table_{i:03d}"),
            target=ref(f"SALES.TABLE_{i:03d}"),
            columns_checked=i % 40,
            columns_total=40,
            unchecked=tuple(f"column_{j}" for j in range(i % 40, 40)),
        )
        for i in range(steps // 5)
    ]
    return run(step_runs, RunStatus.FAILED, mapping=Mapping(), coverage=coverage)


EVERY_RUN = (
    passed_run,
    warned_run,
    failed_run,
    errored_run,
    cancelled_run,
    running_run,
    hostile_run,
)
