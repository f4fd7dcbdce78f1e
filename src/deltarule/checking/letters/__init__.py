"""What the letters of a document are, learnt before it is judged: samples, shapes, steps, rows or columns."""
