"""Reads a journal (GET /_journal) and prints a line for each request."""

import json
import sys

journal = json.load(sys.stdin)["journal"]
began = min(entry["arrived"] for entry in journal)
print(f"{'at':>7} {'took':>7}  {'open':>4}  {'question':<8}  {'bytes':>7}  status  request")
for entry in journal:
    took = (entry["answered"] or entry["arrived"]) - entry["arrived"]
    print(f"{entry['arrived'] - began:6.2f}s {took:6.2f}s  {entry['in_flight']:4}  {entry['kind']:<8}"
          f"  {entry['body_bytes']:7}  {entry['status'] or '-':>6}  {entry['request_id'] or '-'}")
