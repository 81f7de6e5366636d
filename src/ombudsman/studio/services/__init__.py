"""What the studio can do, one file a noun. A service knows no HTTP and no SQL; each public method is a transaction."""
