"""Which passwords are taken, and how they are kept."""

import time

import pytest

from ombudsman.model.errors import SettingsError
from ombudsman.studio.security.password_rules import check_new_password
from ombudsman.studio.security.passwords import Passwords

CHEAP = Passwords(memory_kib=19_456, passes=2)


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "vier worte die nichts gemein haben",
        "Der Wal frisst Krill um acht",
        "мой дядя самых честных правил",
        "一二三四五六七八九十甲乙丙丁戊",
        "🐳🦀🐙🐬🦑🐡🐠🐟🦈🐋🐚🦐🦞🐊🐢",
        "x7#Kq!9zLw@4Tn$2",
        "a" * 3 + "bcxyqrmnowtvkplz" * 3 + "das ist lang" * 10,
        "p" + "\u0301" * 14 + "assauf der wiese",
    ],
)
def test_long_and_unlikely_passwords_are_taken(password: str):
    check_new_password(password, words=("amira",))


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("", "fewer"),
        ("fourteen chars", "fewer"),
        ("x" * 257, "more"),
        ("aaaaaaaaaaaaaaaaaaaa", "repeats"),
        ("abcabcabcabcabcabcabc", "repeats"),
        ("xY1!xY1!xY1!xY1!xY1!", "repeats"),
        ("passwordpassword1!", "tried first"),
        ("P@ssw0rd-P@ssw0rd!", "tried first"),
        ("Administrator2026!", "tried first"),
        ("qwertyuiopasdfghjkl", "tried first"),
        ("12345678901234567890", "tried first"),
        ("1q2w3e4r5t6y7u8i9o0p", "tried first"),
        ("ombudsman-studio-2026", "tried first"),
        ("snowflake_migration!", "tried first"),
        ("amira1990amira1991", "your name"),
        ("Amira.Haddad-2026!!", "your name"),
        ("a listed password here", "list of known"),
    ],
)
def test_what_attackers_try_first_is_refused_and_the_reason_is_told(password: str, why: str):
    with pytest.raises(SettingsError, match=why) as told:
        check_new_password(password, words=("amira", "haddad"), blocked={"a listed password here"})
    assert not password or password not in told.value.message


def test_with_a_second_factor_eight_characters_suffice():
    check_new_password("kd9 wal!", with_otp=True)
    with pytest.raises(SettingsError, match="fewer than 8"):
        check_new_password("kd9 wal", with_otp=True)


def test_a_password_is_verified_and_another_is_not():
    stored = CHEAP.hash("correct horse battery staple")
    assert CHEAP.verify(stored, "correct horse battery staple")
    assert not CHEAP.verify(stored, "correct horse battery stapl")
    assert "correct" not in stored


def test_nothing_of_a_long_password_is_cut_off():
    stored = CHEAP.hash("ü" * 200 + "a")
    assert not CHEAP.verify(stored, "ü" * 200 + "b")


def test_what_looks_alike_is_alike():
    stored = CHEAP.hash("caf\u00e9 am rande der stadt")
    assert CHEAP.verify(stored, "cafe\u0301 am rande der stadt")


@pytest.mark.parametrize("stored", [None, "", "x", "$argon2id$", "$2b$12$abc"])
def test_an_account_without_a_usable_hash_lets_nobody_in(stored: str | None):
    assert not CHEAP.verify(stored, "nobody knows this password -- no one")


def test_an_unknown_user_takes_as_long_as_a_known_one():
    stored = CHEAP.hash("correct horse battery staple")

    def took(which: str | None) -> float:
        times = []
        for _ in range(15):
            clock = time.process_time()
            CHEAP.verify(which, "wrong horse battery staple")
            times.append(time.process_time() - clock)
        return min(times)

    known, unknown = took(stored), took(None)
    assert abs(known - unknown) < 0.25 * known


def test_a_hash_made_with_less_is_made_anew():
    assert Passwords().is_outdated(CHEAP.hash("correct horse battery staple"))
    assert not CHEAP.is_outdated(CHEAP.hash("correct horse battery staple"))


def test_a_sign_in_takes_less_than_a_tenth_of_a_second_of_one_processor():
    passwords = Passwords()
    stored = passwords.hash("correct horse battery staple")
    times = []
    for _ in range(5):
        clock = time.process_time()
        assert passwords.verify(stored, "correct horse battery staple")
        times.append(time.process_time() - clock)
    assert min(times) < 0.1
