"""The results of the suites as a table of case and client; exits 1 where one failed, or where there are none."""

import json
import sys

with open(sys.argv[1]) as results:
    results = [json.loads(line) for line in results]
clients = list(dict.fromkeys(result["client"] for result in results))
cases = list(dict.fromkeys(result["case"] for result in results))
found = {(result["case"], result["client"]): result for result in results}
failed = [result for result in results if result["error"]]


def cell(case, client):
    result = found.get((case, client))
    if result is None:
        return "-"
    return "FAILED" if result["error"] else f"ok {result['seconds']:.1f} s"


rows = [["", *clients]] + [[case, *(cell(case, client) for client in clients)] for case in cases]
widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
for row in rows:
    print("  ".join(text.ljust(width) for text, width in zip(row, widths)).rstrip())
for result in failed:
    print(f"{result['client']}: {result['case']}: {result['error']}")
print(f"\n{len(results) - len(failed)} passed, {len(failed)} failed")
sys.exit(1 if failed or not results else 0)
