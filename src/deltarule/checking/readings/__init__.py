"""Other readings of a whole document, of a section, or of a row with little around it."""
