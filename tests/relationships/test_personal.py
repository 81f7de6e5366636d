"""Personal data are recognised by name and by value; things are not taken for people."""

import pytest
from tests.relationships.schemas import schema

from ombudsman.relationships.personal import by_values, passes_luhn, personal_columns

CATALOGUE, _ = schema("""
    Customers: CustomerID* int, FirstName text, last_name text, EMail text, HomePhone text, Fax text, Address text
    Customers+: PostalCode text, BirthDate date, CreditCardNumber text, SSN text, PasswordHash bin, Country text
    Customers+: Name text
    Products: ProductID* int, ProductName text, Name text, Weight dec, PageCount int, IpRating int
    Müşteriler: MüşteriID* int, Soyadı text, Telefon text, TCKimlik text, Şifre text
    客户: 编号* int, 姓名 text, 电话 text, 身份证号 text
    Files: FileID* int, FileName text, Path text, EmailCount int
""")

PERSONAL = {
    ("Customers", "FirstName"): "name",
    ("Customers", "last_name"): "name",
    ("Customers", "EMail"): "email",
    ("Customers", "HomePhone"): "phone",
    ("Customers", "Fax"): "phone",
    ("Customers", "Address"): "address",
    ("Customers", "PostalCode"): "address",
    ("Customers", "BirthDate"): "birth",
    ("Customers", "CreditCardNumber"): "card",
    ("Customers", "SSN"): "national_number",
    ("Customers", "Name"): "name",
    ("Müşteriler", "Soyadı"): "name",
    ("Müşteriler", "Telefon"): "phone",
    ("Müşteriler", "TCKimlik"): "national_number",
    ("Müşteriler", "Şifre"): "secret",
    ("客户", "姓名"): "name",
    ("客户", "电话"): "phone",
    ("客户", "身份证号"): "national_number",
}


def test_names_tell_people_from_things():
    found = {
        (ref.table.name, ref.name): each.kind.value
        for ref, each in personal_columns(CATALOGUE).items()
    }
    assert found == PERSONAL


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["a@b.org", "c.d@e.co.uk", "x@y.com"], "email"),
        (["4111 1111 1111 1111", "5500-0000-0000-0004", "340000000000009"], "card"),
        (["4111111111111112", "5500000000000005", "340000000000001"], None),
        (["0000000000000000"] * 4, None),
        (["123-45-6789", "078-05-1120", "219-09-9999"], "national_number"),
        (["10000000146"] * 3, "national_number"),
        (["10000000147"] * 3, None),
        (["11010519491231002X"] * 3, "national_number"),
        (["110105194912310021"] * 3, None),
        (
            ["DE89370400440532013000", "GB82WEST12345698765432", "TR330006100519786457841326"],
            "account",
        ),
        (["DE88370400440532013000"] * 3, None),
        (["192.168.0.1", "10.0.0.255", "8.8.8.8"], "network"),
        (["999.1.1.1"] * 3, None),
        (["+49 30 901820", "(206) 555-9857", "030-0074321"], "phone"),
        (["2024-01-05", "2024-02-05", "2024-03-05"], None),
        (["1", "2", "3"], None),
        (["a@b.org", "c@d.org"], None),
        (["a@b.org", "c@d.org", "n/a", "none", "unknown"], None),
        (["", " ", "a@b.org", "c@d.org", "e@f.org"], "email"),
        ([], None),
    ],
)
def test_values_tell_by_form_and_check_digit(values: list[str], kind: str | None):
    found = by_values(values)
    assert (found.kind.value if found else None) == kind


def test_no_value_is_told():
    found = by_values(["zaphod@example.org"] * 5)
    assert found is not None
    assert "zaphod" not in found.model_dump_json()


@pytest.mark.parametrize("digits", ["79927398713", "4111111111111111", "0"])
def test_a_right_check_digit_passes_and_any_other_fails(digits: str):
    assert passes_luhn(digits)
    others = [digits[:-1] + str(d) for d in range(10) if str(d) != digits[-1]]
    assert not any(map(passes_luhn, others))
