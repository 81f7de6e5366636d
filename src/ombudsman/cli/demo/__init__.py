"""The demo: a retail star schema of our own, its migration with planted defects, and the check of ourselves."""
