"""What does the business ask of the database, how often, and what of it will still be answered alike?"""
