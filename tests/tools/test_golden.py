"""The decoder on the backups in tests/golden: it finds what another decoder found in them.  python3 -m unittest discover -s tests/tools"""
import base64
import gzip
import itertools
import json
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import kbak

GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden")


def plain(data):
    return None if data is None else base64.b64decode(data)


def stored(sample):
    """(key, records) of each object, in the order of the manifest."""
    with gzip.open(os.path.join(GOLDEN, sample, "stored.jsonl.gz"), "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    for key, group in itertools.groupby(rows, key=lambda row: row["segment"]):
        yield key, [(row["offset"], row["timestamp"], plain(row["key"]), plain(row["value"]),
                     [(name.encode(), plain(value)) for name, value in row["headers"]]) for row in group]


class GoldenTests(unittest.TestCase):
    def test_every_segment_decodes_to_its_records(self):
        seen = set()
        for sample in sorted(name for name in os.listdir(GOLDEN) if os.path.isdir(os.path.join(GOLDEN, name))):
            for key, records in stored(sample):
                with open(os.path.join(GOLDEN, sample, "store", key), "rb") as file:
                    blob = file.read()
                if blob[:4] != b"KBAK":
                    continue  # JSON of old releases, which this decoder does not read.
                with self.subTest(key):
                    codec, count, start, end, body = kbak.open_segment(blob)
                    self.assertTrue(key.endswith(kbak.EXTENSIONS[codec]))
                    self.assertEqual((count, start, end), (len(records), records[0][0], records[-1][0]))
                    self.assertEqual(list(kbak.parse(body)), records)
                    seen.add(codec)
        self.assertEqual(seen, {"none", "zstd", "lz4"})


if __name__ == "__main__":
    unittest.main()
