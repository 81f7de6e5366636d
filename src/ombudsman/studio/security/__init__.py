"""Who is it, what may they do, and what keeps a secret secret. Knows no HTTP and no store."""
