"""What lies in the repository: locks without addresses, decisions in their list, docs whose links lead somewhere."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))
PAGES = sorted(
    [*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md"), ROOT / "benchmarks" / "README.md"]
)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda p: p.name)
def test_a_lock_has_hashes_and_no_addresses(lock: Path):
    text = lock.read_text(encoding="utf-8")
    pins = re.findall(r"^[a-z0-9].*?==", text, re.MULTILINE)
    assert pins
    assert "://" not in text
    assert len(re.findall(r"^[a-z0-9].*?==[^\n]*\\\n\s+--hash=sha256:", text, re.MULTILINE)) == len(
        pins
    )


def test_what_both_locks_pin_they_pin_alike():
    prod, dev = (
        dict(
            re.findall(
                r"^([a-z0-9._-]+)==([^ \\]+)",
                (ROOT / "requirements" / name).read_text(),
                re.MULTILINE,
            )
        )
        for name in ("prod.lock", "dev.lock")
    )
    assert {name: dev.get(name) for name in prod} == prod


def test_every_decision_is_in_the_list():
    folder = ROOT / "docs" / "decisions"
    listed = (folder / "README.md").read_text(encoding="utf-8")
    assert all(f"({page.name})" in listed for page in folder.glob("0*.md"))


def test_every_decision_says_what_keeps_it():
    for page in (ROOT / "docs" / "decisions").glob("0*.md"):
        text = page.read_text(encoding="utf-8")
        assert all(part in text for part in ("**Context.**", "**Decision.**", "**Kept by**")), (
            page.name
        )


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path):
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    inside = [link for link in links if "://" not in link]
    missing = [link for link in inside if not (page.parent / link).exists()]
    assert not missing
