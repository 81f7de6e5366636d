"""What the studio keeps: users, projects, connections, pipelines, runs, and who did what."""
