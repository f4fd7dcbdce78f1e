"""What the words of a document say: facts, shapes, sizes, cases, functions, and how far a condition reaches."""
