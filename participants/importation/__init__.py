"""Records read from a spreadsheet: the columns, the cells, the file that was sent and what it would change."""
