"""The studio: the engine for a team, behind an HTTP API. Imports nothing until something of it is wanted."""
