"""Answers as files: Markdown, HTML, DOCX, XLSX, CSV."""
