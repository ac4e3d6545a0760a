"""CSV and XLSX files as lines of cells, read and written. Pure."""
