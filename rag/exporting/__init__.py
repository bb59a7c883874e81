"""Answers as files: Markdown, HTML, DOCX, CSV."""
