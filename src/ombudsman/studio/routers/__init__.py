"""The HTTP face, one file a noun: a router reads the request, calls one service, returns a model."""
