#!/usr/bin/env bash
# lxml 6.1.3 (libxml2 2.14.6) and trafilatura 2.3.1: a page ends where 254 elements are open, and nothing says so.
#
# Expected: that an HTML parser that forgives everything reads a page to its end, or raises an error where it cannot.
# Seen: pages written by hand open a <font> on each line and never close one, so that each lies inside the one before. At
# the 254th the parser stops as if the file ended there: no exception, only an entry ERR_RESOURCE_LIMIT in the parser's
# error_log. Of 400 lines 254 are there, and trafilatura, which parses by lxml, gives out a text that looks whole. Closed
# tags make it worse: what stands inside 254 of them is lost together with all that follows. HTMLParser(huge_tree=True)
# reads both to the end.
#
# Needs python3 (3.10 or newer) with pip, and a package index. Exits 0 where the behaviour is as described, 1 where not.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target "$folder/packages" \
  lxml==6.1.3 trafilatura==2.3.1 lxml_html_clean==0.4.6

cat > "$folder/expected" <<'END'
lxml 6.1.3 libxml2 2.14.6
open: 254 of 400 lines by lxml; error_log: ['ERR_RESOURCE_LIMIT']
open: 400 with huge_tree
closed: 0 of 1 lines by lxml; error_log: ['ERR_RESOURCE_LIMIT']
closed: 1 with huge_tree
open: 254 by trafilatura
END
cat > "$folder/show.py" <<'END'
import lxml.html
import trafilatura
from lxml import etree

print("lxml", etree.__version__, "libxml2", ".".join(map(str, etree.LIBXML_VERSION)))
open_tags = "<p>Transcript</p>" + "".join(f"<font color=navy>The minister said {n} words.<br>" for n in range(400))
closed_tags = f"<p>Question.</p>{'<font>' * 254}<p>Answer.</p>{'</font>' * 254}<p>The minister resigned.</p>"
pages = {name: f"<html><body>{body}</body></html>" for name, body in (("open", open_tags), ("closed", closed_tags))}
for name, page in pages.items():
    parser = lxml.html.HTMLParser()
    text = lxml.html.document_fromstring(page, parser=parser).text_content()
    print(f"{name}: {text.count('The minister')} of {page.count('The minister')} lines by lxml;", end=" ")
    print("error_log:", sorted({entry.type_name for entry in parser.error_log if "TAG" not in entry.type_name}))
    huge = lxml.html.document_fromstring(page, parser=lxml.html.HTMLParser(huge_tree=True)).text_content()
    print(f"{name}: {huge.count('The minister')} with huge_tree")
print("open:", (trafilatura.extract(pages["open"]) or "").count("The minister"), "by trafilatura")
END
(cd "$folder" && PYTHONPATH="$folder/packages" python3 show.py) > "$folder/seen"
cat "$folder/seen"
diff "$folder/expected" "$folder/seen" || { echo "The behaviour has changed."; exit 1; }
echo "As described: the rest of the page is lost, and no error says so."
