#!/usr/bin/env bash
# pypdfium2: a hyphen at the end of a line is no hyphen in the text, and is another character by each of two calls.
#
# Expected: the hyphen as drawn ("-"), then the end of the line; or the soft hyphen U+00AD.
# Seen: get_text_range() gives U+FFFE, which is no character at all, get_text_bounded() gives the control character
# U+0002; the end of the line is gone in both. A word parted by the typesetter ("neigh-bouring") and one that is spelt
# with a hyphen ("one-off") look alike, so that joining the one joins the other too: which it was, only the words tell.
#
# Needs python3 (3.10 or newer) with pip, and a package index. Exits 0 where the behaviour is as described, 1 where not.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target "$folder/packages" \
  pypdfium2==5.15.2 fpdf2==2.8.9

cat > "$folder/expected" <<'END'
get_text_range():   'She spoke of the neigh\ufffebouring island.\r\nA one\ufffeoff payment is due.'
get_text_bounded(): 'She spoke of the neigh\x02bouring island.\r\nA one\x02off payment is due.'
END
cat > "$folder/show.py" <<'END'
import pypdfium2
from fpdf import FPDF

page = FPDF()
page.add_page()
page.set_font("helvetica", size=12)
for line, words in enumerate(["She spoke of the neigh-", "bouring island.", "A one-", "off payment is due."]):
    page.text(20, 30 + 6 * line, words)
text = pypdfium2.PdfDocument(bytes(page.output()))[0].get_textpage()
print("get_text_range():  ", ascii(text.get_text_range()))
print("get_text_bounded():", ascii(text.get_text_bounded()))
END
(cd "$folder" && PYTHONPATH="$folder/packages" python3 show.py) > "$folder/seen"
cat "$folder/seen"
diff "$folder/expected" "$folder/seen" || { echo "The behaviour has changed."; exit 1; }
echo "As described: a hyphen at a line's end is U+FFFE by one call and U+0002 by the other."
