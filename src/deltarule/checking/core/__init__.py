"""What all of the checker speaks of: rows and their verdicts, what is known so far, signs between sides, limits."""
