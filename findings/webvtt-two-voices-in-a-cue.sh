#!/usr/bin/env bash
# webvtt-py 0.5.1 and pysubs2 1.8.1: of two voices in one WebVTT cue, the second speaker is lost.
#
# Expected: WebVTT lets a cue hold several voice spans (<v Name>), as meeting programs write them when one interrupts
# another; that each span's words come with its name, or at least that a cue with two voices has no single one.
# Seen: webvtt-py gives all words of the cue as text and the first name as voice, so that the second person's reply
# stands under the first person's name; pysubs2 gives the words without any name.
#
# Needs python3 (3.10 or newer) with pip, and a package index. Exits 0 where the behaviour is as described, 1 where not.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target "$folder/packages" \
  webvtt-py==0.5.1 pysubs2==1.8.1

cat > "$folder/expected" <<'END'
webvtt-py: 'Ann Bell' says 'Will you close the port?\nNo, I will not.'
pysubs2: '' says 'Will you close the port?\\NNo, I will not.'
END
cat > "$folder/show.py" <<'END'
import pysubs2
import webvtt

file = """WEBVTT

00:00:01.000 --> 00:00:05.000
<v Ann Bell>Will you close the port?</v>
<v Elin Varga>No, I will not.</v>
"""
(caption,) = webvtt.from_string(file)
print("webvtt-py:", repr(caption.voice), "says", repr(caption.text))
(event,) = pysubs2.SSAFile.from_string(file)
print("pysubs2:", repr(event.name), "says", repr(event.text))
END
(cd "$folder" && PYTHONPATH="$folder/packages" python3 show.py) > "$folder/seen"
cat "$folder/seen"
diff "$folder/expected" "$folder/seen" || { echo "The behaviour has changed."; exit 1; }
echo "As described: the second voice of a cue is lost, by one library under the first one's name."
