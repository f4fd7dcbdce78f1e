"""deltarule derives, proves, explains and runs backpropagation."""

__version__ = "0.1.0"
