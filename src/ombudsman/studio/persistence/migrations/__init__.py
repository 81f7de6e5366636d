"""How a store became what it is, step by step; `upgrade.py` runs them."""
