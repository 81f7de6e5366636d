"""The users, roles and warehouses of the stand-in: a small fixed world. Databases and tables are made by the tests."""

PASSWORDS = {"READER": 'it\'s 100% @ "home" \\ :x', "LOADER": "loader"}
"""By user; the reader's holds all that must be quoted somewhere."""
TOKENS = {"READER": "a-programmatic-token"}
ROLES = {"READER": ("READING", "PUBLIC"), "LOADER": ("SYSADMIN", "PUBLIC")}
"""The roles that were granted to each user, the default one first."""
WAREHOUSES = {"SMALL_WH": "X-Small", "LARGE_WH": "Large"}

GRANTS: dict[str, list[tuple[str, str, str]]] = {
    "READING": [
        ("USAGE", "WAREHOUSE", "SMALL_WH"),
        ("USAGE", "DATABASE", "SHOP"),
        ("USAGE", "SCHEMA", "SHOP.PUBLIC"),
        ("SELECT", "TABLE", "SHOP.PUBLIC.ORDERS"),
    ],
    "SYSADMIN": [
        ("OWNERSHIP", "DATABASE", "SHOP"),
        ("INSERT", "TABLE", "SHOP.PUBLIC.ORDERS"),
        ("USAGE", "ROLE", "READING"),
    ],
    "PUBLIC": [],
}
"""What each role was granted: privilege, kind of object, object."""
