"""What went wrong, table by table: the defects, and what the steps must find of them."""
