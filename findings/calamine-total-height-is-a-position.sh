#!/usr/bin/env bash
# python-calamine: a sheet's total_height and total_width are one less than its rows and columns.
#
# Expected: as many rows and columns as to_python(skip_empty_area=False) gives, which is what the names and `height` and
# `width` beside them suggest; so that a limit compared with them, or a range up to them, is right.
# Seen: they are the positions, counted from 0, of the last row and column. A sheet of one cell in A1 has a total height
# of 0, as one without cells has; `height` and `width` are counts. A loop up to total_height leaves out the last row.
#
# Needs python3 (3.10 or newer) with pip, and a package index. Exits 0 where the behaviour is as described, 1 where not.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target "$folder/packages" \
  python-calamine==0.9.1 XlsxWriter==3.3.1

cat > "$folder/expected" <<'END'
python-calamine 0.9.1
no cell: 0 rows; height 0, total_height 0; width 0, total_width 0
A1: 1 rows; height 1, total_height 0; width 1, total_width 0
A1 to B3: 3 rows; height 3, total_height 2; width 2, total_width 1
B2 to C3: 3 rows; height 2, total_height 2; width 2, total_width 2
END
cat > "$folder/show.py" <<'END'
import io
from importlib.metadata import version

from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook

print("python-calamine", version("python-calamine"))
for name, cells in {
    "no cell": (),
    "A1": [(0, 0)],
    "A1 to B3": [(row, column) for row in range(3) for column in range(2)],
    "B2 to C3": [(row, column) for row in (1, 2) for column in (1, 2)],
}.items():
    out = io.BytesIO()
    with Workbook(out) as book:
        made = book.add_worksheet()
        for row, column in cells:
            made.write_string(row, column, "x")
    sheet = CalamineWorkbook.from_object(io.BytesIO(out.getvalue())).get_sheet_by_index(0)
    rows = len(sheet.to_python(skip_empty_area=False))
    print(f"{name}: {rows} rows; height {sheet.height}, total_height {sheet.total_height};", end=" ")
    print(f"width {sheet.width}, total_width {sheet.total_width}")
END
PYTHONPATH="$folder/packages" python3 "$folder/show.py" > "$folder/seen"
cat "$folder/seen"
diff "$folder/expected" "$folder/seen" || { echo "The behaviour has changed."; exit 1; }
echo "As described: total_height and total_width are the positions of the last cell, and no counts."
