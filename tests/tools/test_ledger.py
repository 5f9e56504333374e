"""Tests of the coverage check.  python3 -m unittest discover -s tests/tools"""
import hashlib
import json
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import kbak
import ledger
from test_decode_backup import Case, zstd_frame


def records(first, last):
    return [(offset, offset, None, b"v", []) for offset in range(first, last + 1)]


class CoverageTests(Case):
    def problems(self, in_parts=0, **head):
        """Of a ledger whose first `in_parts` entries stand in a part of their own each."""
        entries, named = self.store.entries, []
        for number, entry in enumerate(entries[:in_parts]):
            blob = zstd_frame(json.dumps(entry).encode() + b"\n")
            key = "b/_cluster/parts/%010d-%020d.jsonl.zst" % (1, number)
            self.store.put(key, blob)
            named.append({"key": key, "sha256": hashlib.sha256(blob).hexdigest(), "entries": 1, "first_topic": "t", "last_topic": "t"})
        made = {"format": 1, "epoch": 1, "seq": 1, "writer": "w", "parts": named, "tail": entries[in_parts:]}
        made.update(head)
        self.store.put("b/_cluster/head.json", json.dumps(made).encode())
        return [problem for row in ledger.coverage(self.store.root, "b", self.store.manifest()) for problem in row["problems"]]

    def test_contiguous_entries_in_parts_and_tail_are_right(self):
        self.store.add(0, records(0, 9))
        self.store.add(0, records(12, 19), base=10, following=22)
        self.store.add(0, records(25, 30), base=22)
        self.store.entries.append({"topic": "t", "partition": 0, "base": 31, "next": 33})
        for parts in (0, 1, 2, 4):
            self.assertEqual(self.problems(parts), [])

    def test_holes_and_overlaps_are_found(self):
        self.store.add(0, records(0, 9))
        self.store.add(0, records(12, 19))
        self.assertEqual(self.problems(), ["hole [10, 12)"])
        self.store.add(0, records(10, 11), base=8)
        self.assertIn("[8, 12) overlaps what ends at 10", self.problems()[0])

    def test_a_segment_outside_of_its_entry_is_found(self):
        self.store.add(0, records(0, 9), following=9)
        self.assertIn("does not enclose", self.problems()[0])

    def test_ledger_and_manifest_must_name_the_same(self):
        row = self.store.add(0, records(0, 9))
        self.store.add(0, records(10, 19))
        last = self.store.entries.pop()
        self.assertIn("in the manifest and not in the ledger", self.problems()[0])
        self.store.entries.append(last)
        row["record_count"] += 1
        self.assertIn("the ledger says", self.problems()[0])
        self.store.partitions[0].pop()
        self.assertIn("in the ledger and not in the manifest", self.problems()[0])

    def test_gaps_must_be_the_same_in_both(self):
        self.store.add(0, records(10, 19))
        self.store.entries.insert(0, {"topic": "t", "partition": 0, "base": 0, "next": 10, "gap": {"reason": "offset_out_of_range", "detected_at": 1}})
        self.assertEqual(self.problems(), ["gaps of the ledger [(0, 10)], of the manifest []"])

    def test_a_part_that_is_not_what_the_head_names_is_refused(self):
        self.store.add(0, records(0, 9))
        self.problems(1)
        for changes in ({"sha256": "0" * 64}, {"entries": 2}, {"key": "b/_cluster/parts/none"}):
            with open(os.path.join(self.store.root, "b/_cluster/head.json"), encoding="utf-8") as file:
                part = json.load(file)["parts"][0] | changes
            with self.assertRaises((kbak.Bad, OSError)):
                self.problems(parts=[part], tail=[])

    def test_an_unknown_format_is_refused(self):
        self.store.add(0, records(0, 9))
        with self.assertRaises(kbak.Bad):
            self.problems(format=2)


if __name__ == "__main__":
    unittest.main()
