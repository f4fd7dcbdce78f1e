"""From a file that a person wrote to statements with trees, and from there to what they mean."""
