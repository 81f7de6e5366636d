import base64
import hashlib
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from tests.render import runs
from typing_extensions import override

from ombudsman.model.pipeline import Run, RunStatus
from ombudsman.model.result import Figure, Finding, Kind, Result
from ombudsman.render.html import report, write_report
from ombudsman.render.report_view import report_view

VOID = {"meta", "br", "input", "link", "img", "hr"}


class Page(HTMLParser):
    """Reads a page as a browser would: its elements with their attributes, and whether every one was closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.unbalanced: list[str] = []
        self.feed(text)
        self.close()

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    @override
    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.unbalanced.append(tag)

    @override
    def handle_data(self, data: str) -> None:
        if not {"script", "style"} & set(self.open):
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())

    def values(self, attribute: str) -> Iterator[str]:
        for _, attributes in self.elements:
            if attributes.get(attribute):
                yield str(attributes[attribute])


@pytest.mark.parametrize("make", runs.EVERY_RUN)
def test_every_run_is_a_well_formed_page_that_needs_nothing_from_outside(make: Callable[[], Run]):
    text = report(make(), runs.TITLES)
    page = Page(text)
    assert page.unbalanced == []
    assert page.open == []
    assert not {"link", "img", "iframe", "object"} & {tag for tag, _ in page.elements}
    assert not list(page.values("src"))
    assert not re.search(r"https?://|@import|url\(", text)


@pytest.mark.parametrize("make", runs.EVERY_RUN)
def test_every_link_leads_somewhere_and_no_id_is_taken_twice(make: Callable[[], Run]):
    page = Page(report(make(), runs.TITLES))
    ids = list(page.values("id"))
    assert len(ids) == len(set(ids))
    assert {link.removeprefix("#") for link in page.values("href")} <= set(ids)


def test_the_policy_allows_our_script_alone():
    text = report(runs.passed_run())
    script = text.split("<script>")[1].split("</script>")[0]
    told = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policies = [
        a["content"] or "" for t, a in Page(text).elements if t == "meta" and "content" in a
    ]
    policy = next(content for content in policies if content.startswith("default-src"))
    assert "default-src 'none'" in policy
    assert f"script-src 'sha256-{told}'" in policy


def test_texts_of_others_stay_texts():
    page = Page(report(runs.hostile_run(), {runs.HOSTILE: runs.HOSTILE}))
    assert [tag for tag, _ in page.elements].count("script") == 1
    assert [tag for tag, _ in page.elements].count("style") == 1
    assert page.unbalanced == []
    shown = "<script>alert(1)</script>\"'␛[31m⟨U+202E⟩gnp.exe⟨U+200B⟩ &amp; </style> {{ 7*7 }}"
    assert page.text.count(shown) > 10
    assert "\u202e" not in page.text
    assert "49" not in re.findall(r"\{\{.*?\}\}", page.text)
    assert not any(name.startswith("on") for _, attributes in page.elements for name in attributes)


def test_the_head_says_the_verdict_when_from_where_and_how_much():
    text = Page(report(runs.errored_run(), runs.TITLES)).text
    assert "Error. Not everything could be judged: 2 of 9 checks gave no verdict" in text
    assert "2025-11-22 09:14:07 UTC took 1 min 23 s" in text
    assert "Source old_shop repeatable-read snapshot 00000003-1B-1" in text
    assert "Columns checked 10 of 20 columns" in text
    assert "Never checked: shop.audit_log." in text


def test_failures_come_first_and_tables_that_block_before_others():
    view = report_view(runs.warned_run(), {})
    assert [table for table, _ in view.failed] == [
        "shop.orders → SALES.ORDERS",
        "shop.products → SALES.PRODUCTS",
    ]
    text = report(runs.errored_run())
    places = [text.index(f'id="{name}"') for name in ("failed", "errored", "not-run", "passed")]
    assert places == sorted(places)
    assert text.index('id="passed"') < text.index('id="coverage"') < text.index('id="statements"')


def test_a_step_asks_its_validators_question():
    assert "Did every row arrive?" in report(runs.failed_run(), runs.TITLES)
    assert "Did every row arrive?" not in report(runs.failed_run())


def test_what_differs_is_marked_on_both_sides():
    text = report(runs.failed_run())
    assert "2024-03-01 09:01:11.123<mark>4567</mark></span>" in text
    assert "10.50<mark>49</mark>" in text
    assert "<mark>NULL</mark>" in text


def test_a_figure_shows_its_bars_and_how_far_the_target_lies():
    view = report_view(runs.failed_run(), {})
    step = next(step for _, steps in view.failed for step in steps if step.id == "orders_sums")
    bars = {(bar.name, bar.key): bar for bar in step.figures}
    february = bars["amount sum", "2024-02"]
    assert (february.source_share, february.target_share) == (90.9, 100.0)
    assert february.distance == "+100,000.50 (10.02 %)"
    assert bars["order_date latest", ""].source_share is None
    assert [bar.agrees for bar in step.figures] == [False, False, False, True, True]
    # what the figures tell is not told again as a list of findings
    assert step.differences == ()
    assert step.differences_left_out == 0


def test_bars_survive_zero_infinity_and_a_missing_side():
    figures = [
        Figure(name="a", source=0, target=0),
        Figure(name="b", source=0, target=5),
        Figure(name="c", source=float("inf"), target=1),
        Figure(name="d", source=None, target=1),
        Figure(name="e", source=-4, target=2),
    ]
    finding = Finding(kind=Kind.RULE_VIOLATED)
    step_run = runs.judged(runs.step("a", "v"), Result(figures=figures, findings=[finding]))
    view = report_view(runs.run([step_run], RunStatus.FAILED), {})
    bars = {bar.name: bar for bar in view.failed[0][1][0].figures}
    assert (bars["a"].source_share, bars["a"].target_share) == (0, 0)
    assert (bars["b"].source_share, bars["b"].target_share, bars["b"].distance) == (0, 100, "+5")
    assert (bars["c"].source_share, bars["c"].target_share, bars["c"].distance) == (None, 100, "")
    assert (bars["d"].source_share, bars["d"].target_share) == (None, 100)
    assert (bars["e"].source_share, bars["e"].target_share) == (100, 50)


def test_a_step_shows_no_more_than_its_bounds_and_counts_the_rest():
    view = report_view(runs.large_run(5, findings=100, figures=300), {})
    step = view.failed[0][1][0]
    assert (len(step.differences), step.differences_left_out) == (100, 0)
    assert (len(step.figures), step.figures_left_out) == (200, 100)
    many = report_view(runs.run([runs.many_findings()], RunStatus.FAILED), {}).failed[0][1][0]
    assert (len(many.differences), many.differences_left_out) == (100, 412_213)


def test_a_statement_stands_once_however_many_steps_asked_it():
    view = report_view(runs.failed_run(), {})
    sqls = [(statement.side, statement.sql) for statement in view.statements]
    assert len(sqls) == len(set(sqls)) == 6
    asked = view.statements[0].steps
    assert [id_ for _, id_ in asked] == [
        "orders_count",
        "orders_nulls",
        "orders_sums",
        "products_nulls",
    ]


@pytest.mark.parametrize(
    ("scanned", "told"),
    [(None, ""), (0, ", 0 bytes scanned"), (52_428_800, ", 52,428,800 bytes scanned")],
)
def test_a_statement_says_how_much_it_scanned_where_that_is_known(scanned: int | None, told: str):
    statement = runs.statements()[1].model_copy(update={"bytes_scanned": scanned})
    step_run = runs.judged(runs.step("a", "v"), Result(statements=[statement]))
    (view,) = report_view(runs.run([step_run], RunStatus.PASSED), {}).statements
    assert view.origin.endswith(f"query 01b2-77{told}")


def test_a_very_long_statement_is_cut_and_says_so():
    long = runs.statements(sql="SELECT " + "1 + " * 10_000 + "1")
    step_run = runs.judged(runs.step("a", "v"), Result(statements=long))
    text = Page(report(runs.run([step_run], RunStatus.PASSED))).text
    assert "and 20,008 characters more" in text


def test_coverage_lists_what_was_not_checked_and_marks_the_tables_never_looked_at():
    tables = {table.name: table for table in report_view(runs.errored_run(), {}).tables}
    customers = tables["shop.customers → SALES.DIM_CUSTOMER"]
    assert customers.unchecked == ("name", "city", "email")
    assert customers.looked_into == ("customer_id", "valid_from", "valid_to", "is_current")
    assert customers.share == 57.1
    assert tables["shop.audit_log → SALES.AUDIT_LOG"].never
    assert not customers.never


def test_a_run_of_500_steps_stays_below_5_megabytes(tmp_path: Path):
    path = tmp_path / "report.html"
    write_report(runs.large_run(), path, runs.TITLES)
    assert path.stat().st_size < 5_000_000


def test_a_run_without_steps_is_a_page_too():
    page = Page(report(runs.run([], RunStatus.PASSED)))
    assert "There was nothing to check." in page.text
