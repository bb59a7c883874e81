#!/usr/bin/env bash
# python-docx 1.2.0: text that was inserted while changes were tracked is no part of Paragraph.text.
#
# Expected: that reading a paragraph gives the words that Word shows and prints: those inserted, and not those deleted.
# Seen: what stands in <w:ins> is left out like what stands in <w:del>. A transcript that somebody has corrected with
# tracked changes loses each correction, a "not" among them, and no error or warning says so.
#
# Needs python3 (3.10 or newer) with pip, and a package index. Exits 0 where the behaviour is as described, 1 where not.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target "$folder/packages" \
  python-docx==1.2.0

cat > "$folder/expected" <<'END'
Paragraph.text: The minister will close the port.
its runs: ['The minister will ', 'close the port.']
all <w:t> below it: The minister will not close the port.
END
cat > "$folder/show.py" <<'END'
import io

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

document = docx.Document()
paragraph = document.add_paragraph("The minister will ")
inserted = f'<w:ins {nsdecls("w")} w:id="1" w:author="Editor"><w:r><w:t xml:space="preserve">not </w:t></w:r></w:ins>'
paragraph._p.append(parse_xml(inserted))
paragraph.add_run("close the port.")
file = io.BytesIO()
document.save(file)
(read,) = docx.Document(file).paragraphs
print("Paragraph.text:", read.text)
print("its runs:", [run.text for run in read.runs])
print("all <w:t> below it:", "".join(node.text for node in read._p.iter(docx.oxml.ns.qn("w:t"))))
END
(cd "$folder" && PYTHONPATH="$folder/packages" python3 show.py) > "$folder/seen"
cat "$folder/seen"
diff "$folder/expected" "$folder/seen" || { echo "The behaviour has changed."; exit 1; }
echo "As described: Paragraph.text leaves out tracked insertions; the <w:t> elements below the paragraph hold them."
