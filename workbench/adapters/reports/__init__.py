"""A report as one HTML file or as Markdown: templates, and figures where their library is there."""
