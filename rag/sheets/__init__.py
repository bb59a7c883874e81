"""Spreadsheets of questions or quotations in, with citations out."""
