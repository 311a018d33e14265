"""Operations read from a spreadsheet: the columns, the checks, cell by cell, and what a faulty cell is told."""
