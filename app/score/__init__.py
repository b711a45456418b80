"""The page "Score": known models scored in a process of its own, which outlives the page."""
