#!/usr/bin/env bash
# Ray 2.60.0: a program that tells Ray not to log still finds Ray's messages in its standard output.
#
# Expected: that with `log_to_driver=False` and the logging level at its highest nothing but the program itself writes to
# standard output, where a command-line tool puts its JSON: messages of libraries belong to standard error or a logger.
# Seen: whenever a task is done again, its worker or machine having gone, a thread of Ray prints lines that begin with
# "(raylet)" to standard output, past both settings. That happens on the one day in many on which a machine fails, so
# that no ordinary test of the tool's output meets it. The variable RAY_DEDUP_LOGS_SKIP_REGEX, made to drop repeated
# lines of workers' logs, drops these too.
#
# Needs Linux, python3 (3.10 to 3.13) with pip, and a package index. Exits 0 where the behaviour is as described, 1 where
# not.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target "$folder/packages" \
  ray==2.60.0

cat > "$folder/report.py" <<'END'
import json
import logging
import os
import pathlib
import sys
import time

import ray

ray.init(
    "local",
    num_cpus=1,
    include_dashboard=False,
    log_to_driver=False,
    logging_level=logging.CRITICAL,
    object_store_memory=80_000_000,
    _temp_dir=sys.argv[1],
)
begun = pathlib.Path(sys.argv[2])


@ray.remote(max_retries=1)
def count():
    if not begun.exists():
        begun.touch()
        os._exit(1)  # as if its machine had lost its power
    return 42


answer = ray.get(count.remote())
time.sleep(3)
print(json.dumps({"counted": answer}))
END

# A home of its own: Ray writes a password into it.
mkdir "$folder/home"
export HOME="$folder/home" PYTHONPATH="$folder/packages" RAY_USAGE_STATS_ENABLED=0
python3 "$folder/report.py" "$folder/a" "$folder/begun-a" > "$folder/told" 2> /dev/null
RAY_DEDUP_LOGS_SKIP_REGEX=. python3 "$folder/report.py" "$folder/b" "$folder/begun-b" > "$folder/told-skipping" 2> /dev/null
python3 -c 'from importlib.metadata import version; print("ray", version("ray"))'
echo "Standard output:"
cut -c 1-110 "$folder/told"
echo "Standard output with RAY_DEDUP_LOGS_SKIP_REGEX=. :"
cat "$folder/told-skipping"
grep -q '(raylet)' "$folder/told" && [ "$(cat "$folder/told-skipping")" = '{"counted": 42}' ] || {
  echo "The behaviour has changed."
  exit 1
}
echo "As described: the JSON is not alone in the standard output."
