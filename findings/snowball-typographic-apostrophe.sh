#!/usr/bin/env bash
# PyStemmer (Snowball): the typographic apostrophe (U+2019) is a letter to the stemmers.
#
# Expected: that "minister's" and "minister’s", "l'accord" and "l’accord" have the same stem: the English and the
# French algorithm strip 's and elided articles, and printed texts have the typographic sign almost throughout.
# Seen: only the straight apostrophe is known. With the other one the ending and the article stay, and a question typed
# on a keyboard does not meet the words of a transcript, unless one folds the sign before stemming.
#
# Needs python3 (3.10 or newer) with pip, and a package index. Exits 0 where the behaviour is as described, 1 where not.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target "$folder/packages" \
  PyStemmer==3.1.0

cat > "$folder/expected" <<'END'
english ["'minist'", "'minister\\u2019'"]
french ["'accord'", "'l\\u2019accord'"]
END
cat > "$folder/show.py" <<'END'
import Stemmer

for language, words in (("english", ("minister's", "minister’s")), ("french", ("l'accord", "l’accord"))):
    stemmer = Stemmer.Stemmer(language)
    print(language, [ascii(stemmer.stemWord(word)) for word in words])
END
(cd "$folder" && PYTHONPATH="$folder/packages" python3 show.py) > "$folder/seen"
cat "$folder/seen"
diff "$folder/expected" "$folder/seen" || { echo "The behaviour has changed."; exit 1; }
echo "As described: the stemmers know the straight apostrophe alone."
