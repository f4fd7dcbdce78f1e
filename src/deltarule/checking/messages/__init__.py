"""A person's own backward pass in numbers: which message is wrong, and by what mistake."""
