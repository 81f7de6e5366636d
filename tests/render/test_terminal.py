import io
from collections.abc import Callable

import pytest
from rich.console import Console
from tests.render import runs

from ombudsman.model.pipeline import Run, RunStatus
from ombudsman.render.terminal import Detail, summary


def printed(run: Run, *, width: int = 80, samples: int = 5) -> str:
    out = io.StringIO()
    summary(
        run,
        Console(file=out, width=width),
        detail=Detail(findings=samples, sql=True),
        titles=runs.TITLES,
    )
    return out.getvalue()


def squeezed(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("make", [*runs.EVERY_RUN, runs.large_run])
@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_pipe_gets_no_control_character_and_no_line_too_long(make: Callable[[], Run], width: int):
    text = printed(make(), width=width)
    assert all(c == "\n" or c.isprintable() for c in text)
    assert "\u202e" not in text
    # a wide character takes two cells, so that a line has never more characters than cells
    assert max(len(line) for line in text.splitlines()) <= width


def test_without_unicode_the_icons_are_plain():
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors="replace")
    console = Console(file=out, width=100)
    summary(runs.warned_run(), console)
    out.seek(0)
    text = out.read()
    assert "+ Pass" in text
    assert "^ Warn" in text


def test_every_step_stands_in_the_table_with_its_word_and_what_was_found():
    text = squeezed(printed(runs.errored_run(), width=160))
    assert "shop.orders → SALES.ORDERS ✕ Fail orders_count 120431 rows in source" in text
    assert "– Skipped orders_keys" in text
    assert "! Error audit_count" in text
    assert "✓ Pass products_nulls" in text


def test_what_blocks_is_told_before_what_warns():
    text = printed(runs.errored_run())
    places = [text.rindex(name) for name in ("orders_rows  ", "audit_count  ", "orders_sums  ")]
    assert places == sorted(places)


def test_a_failure_shows_keys_both_sides_and_the_sql():
    text = squeezed(printed(runs.failed_run(), width=120))
    assert "Does every row hold the same values?" in text
    assert "300000, shop status 'OPEN ' OPEN value differs: trailing space" in text
    assert "-- source, 42 ms, 1 row SELECT order_id, channel" in text
    assert "and 412,308 more" in text


def test_samples_bound_the_findings():
    text = printed(runs.failed_run(), width=120, samples=1)
    assert "100000, web" in text
    assert "300000, shop" not in text
    assert "and 412,312 more" in text


def test_an_error_says_what_to_do():
    text = squeezed(printed(runs.errored_run()))
    assert "permission denied for table audit_log Hint: grant SELECT on shop.audit_log" in text


def test_the_last_lines_are_coverage_and_verdict():
    text = squeezed(printed(runs.failed_run()))
    assert "Coverage: 10 of 20 columns checked, in 3 of 4 tables. Never checked: shop.audit" in text
    assert text.endswith(
        "✕ Fail The data disagree: 3 of 8 checks found differences that matter. "
        "3 failed, 1 warning, 1 for information, 1 skipped, 2 passed in 1 min 23 s."
    )


def test_a_large_run_counts_its_passes_and_tells_some_failures():
    text = printed(runs.large_run())
    assert "400 steps passed" in text
    assert "and 80 steps more that failed or errored" in text
    assert len(text.splitlines()) < 1000


def test_long_sql_is_shortened_and_says_so():
    text = printed(runs.large_run(5))
    assert "sum(c0)" in text
    assert "sum(c199)" not in text
    assert "characters more" in text


def test_markup_in_a_name_stays_text():
    step_run = runs.fine("[bold]x[/bold]")
    assert "[bold]x[/bold]" in printed(runs.run([step_run], RunStatus.PASSED), width=120)
