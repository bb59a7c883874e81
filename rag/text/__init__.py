"""Words and sentences of a text: no language and no model is known here."""
