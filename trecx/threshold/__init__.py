"""What ρ does to a run, counted exactly at every ρ, and how ρ is chosen within limits."""
