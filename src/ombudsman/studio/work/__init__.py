"""Executing runs: who takes them, how they are written down, and what happens when somebody dies."""
