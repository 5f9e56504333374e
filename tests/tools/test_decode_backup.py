"""Tests of decode_backup.py on backups made here, by an encoder of a few lines.  python3 -m unittest discover -s tests/tools"""
import contextlib
import hashlib
import io
import json
import os
import struct
import sys
import tempfile
import unittest
import zlib

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import decode_backup
import kbak

GOLDEN = ("4b42414b0100000002000000000000002a000000000000002b00000000000000"
          "2c0000000068e5cf8b0100002a00000000000000010000006b0200000076310200010068010000007801006effffffff"
          "1a0000000168e5cf8b0100002b00000000000000ffffffffffffffff0000" "9630d133424b4145")
GOLDEN_LZ4 = ("4b42414b0102000002000000000000002a000000000000002b00000000000000" "4e000000f03f"
              "2c0000000068e5cf8b0100002a00000000000000010000006b0200000076310200010068010000007801006effffffff"
              "1a0000000168e5cf8b0100002b00000000000000ffffffffffffffff0000" "55119fe7424b4145")
RECORDS = [(42, 1700000000000, b"k", b"v1", [(b"h", b"x"), (b"n", None)]), (43, 1700000000001, None, None, [])]


def part(data):
    return struct.pack("<i", -1) if data is None else struct.pack("<i", len(data)) + data


def encode_record(offset, timestamp, key, value, headers):
    rest = struct.pack("<qq", timestamp, offset) + part(key) + part(value) + struct.pack("<H", len(headers))
    for name, content in headers:
        rest += struct.pack("<H", len(name)) + name + part(content)
    return struct.pack("<I", len(rest)) + rest


def zstd_frame(data):
    """A zstd frame of raw blocks, without content size and checksum."""
    out, blocks = b"\x28\xb5\x2f\xfd\x00\x58", [data[i:i + 100000] for i in range(0, len(data), 100000)] or [b""]
    for number, block in enumerate(blocks):
        out += struct.pack("<I", (number == len(blocks) - 1) | len(block) << 3)[:3] + block
    return out


def encode(records, codec=0, **changes):
    body = b"".join(encode_record(*record) for record in records)
    head = dict(magic=b"KBAK", version=1, count=len(records), start=records[0][0], end=records[-1][0])
    head.update(changes)
    stored = {0: body, 1: zstd_frame(body), 2: struct.pack("<I", len(body)) + b"\xf0" + struct.pack("B", len(body) - 15) + body if len(body) < 270 else b""}[codec]
    blob = struct.pack("<4sBBHQqq", head["magic"], head["version"], codec, 0, head["count"], head["start"], head["end"]) + stored
    return blob + struct.pack("<I", zlib.crc32(blob)) + b"BKAE", len(body)


def with_headers(record):
    offset, timestamp, key, value, headers = record
    return offset, timestamp, key, value, headers + [(b"x-original-offset", struct.pack("<q", offset)), (b"x-original-timestamp", struct.pack("<q", timestamp))]


class Store:
    """A backup `b` in a temporary folder, topic `t`."""

    def __init__(self, root):
        self.root, self.partitions, self.entries = root, {}, []

    def add(self, partition, records, codec=1, blob=None, base=None, following=None, **entry):
        made, size = encode(records, codec)
        blob = made if blob is None else blob
        key = "b/topics/t/partition=%d/segment-%020d-1-x.bin%s" % (partition, records[0][0], ["", ".zst", ".lz4"][codec])
        self.put(key, blob)
        row = {"key": key, "start_offset": records[0][0], "end_offset": records[-1][0], "start_timestamp": min(r[1] for r in records),
               "end_timestamp": max(r[1] for r in records), "record_count": len(records), "uncompressed_size": size, "compressed_size": len(blob)}
        row.update(entry)
        self.partitions.setdefault(partition, []).append(row)
        self.entries.append({"topic": "t", "partition": partition, "base": records[0][0] if base is None else base,
                             "next": records[-1][0] + 1 if following is None else following,
                             "segment": {"key": key, "start": records[0][0], "end": records[-1][0], "records": len(records),
                                         "min_ts": row["start_timestamp"], "max_ts": row["end_timestamp"], "raw": size, "size": len(blob)}})
        return row

    def put(self, key, blob):
        os.makedirs(os.path.dirname(os.path.join(self.root, key)), exist_ok=True)
        with open(os.path.join(self.root, key), "wb") as file:
            file.write(blob)

    def manifest(self):
        rows = [{"partition_id": p, "segments": s} for p, s in self.partitions.items()]
        manifest = {"backup_id": "b", "created_at": 1, "topics": [{"name": "t", "partitions": rows}]}
        self.put("b/manifest.json", json.dumps(manifest).encode())
        return manifest

    def verify(self, **options):
        self.manifest()
        return decode_backup.verify(self.root, "b", jobs=1, **options)

    def problems(self, **options):
        return [problem for row in self.verify(**options) for problem in row["problems"]]


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.store = Store(folder.name)


class SegmentTests(unittest.TestCase):
    def test_golden_vectors_decode_to_their_records(self):
        for text, codec in ((GOLDEN, "none"), (GOLDEN_LZ4, "lz4")):
            name, count, start, end, body = kbak.open_segment(bytes.fromhex(text))
            self.assertEqual((name, count, start, end, len(body)), (codec, 2, 42, 43, 78))
            self.assertEqual(list(kbak.parse(body)), RECORDS)

    def test_the_encoder_of_these_tests_makes_the_golden_vectors(self):
        self.assertEqual(encode(RECORDS, 0)[0].hex(), GOLDEN)
        self.assertEqual(encode(RECORDS, 2)[0].hex(), GOLDEN_LZ4)

    def test_lz4_matches_may_overlap_themselves(self):
        self.assertEqual(kbak.unlz4(struct.pack("<I", 12) + b"\x24ab\x02\x00" + b"\x20cd"), b"abababababcd")

    def test_every_cut_and_every_changed_byte_is_seen(self):
        whole = bytes.fromhex(GOLDEN)
        for at in range(len(whole)):
            with self.assertRaises(kbak.Bad):
                kbak.open_segment(whole[:at])
            with self.assertRaises(kbak.Bad):
                kbak.open_segment(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:])

    def test_lengths_that_lie_are_refused(self):
        body = encode_record(*RECORDS[0])
        for at in (0, 20, 25, 31, 33):
            for value in (0x7fffffff, 0xfffffffe, 0x80000000):
                with self.assertRaises(kbak.Bad, msg="%d %x" % (at, value)):
                    list(kbak.parse(body[:at] + struct.pack("<I", value) + body[at + 4:]))

    def test_zstd_of_several_frames_and_of_a_wrong_size(self):
        data = os.urandom(300000)
        self.assertEqual(kbak.unzstd(zstd_frame(data) + zstd_frame(b"more")), data + b"more")
        for bad, size in ((zstd_frame(data), 299999), (zstd_frame(data), 300001), (zstd_frame(data)[:-1], 300000), (zstd_frame(data)[:-1], None), (b"", None)):
            with self.assertRaises(kbak.Bad):
                kbak.unzstd(bad, size)


class VerifyTests(Case):
    def test_digests_are_those_of_the_canonical_form(self):
        self.store.add(0, [with_headers(r) for r in RECORDS])
        row, = self.store.verify(strip_offset_headers=True)
        full, content = hashlib.sha256(), hashlib.sha256()
        full.update(bytes.fromhex("000000000000002a0000018bcfe5680000000000016b000000027631000000020000000168000000017800" "0000016effffffff"))
        full.update(bytes.fromhex("000000000000002b0000018bcfe5680100ffffffffffffffff00000000"))
        content.update(bytes.fromhex("0000018bcfe56800000000016b0000000276310000000200000001680000000178000000016effffffff"))
        content.update(bytes.fromhex("0000018bcfe56801ffffffffffffffff00000000"))
        self.assertEqual((row["count"], row["first"], row["last"], row["problems"]), (2, 42, 43, []))
        self.assertEqual((row["sha256"], row["content"]), (full.hexdigest(), content.hexdigest()))

    def test_one_segment_or_many_give_the_same_digest(self):
        records = [(i, i * 7 % 5, b"%d" % i, b"x" * i, []) for i in range(50)]
        self.store.add(0, records)
        for at in range(0, 50, 10):
            self.store.add(1, records[at:at + 10], codec=at // 10 % 2)
        one, two = self.store.verify()
        self.assertEqual((one["sha256"], one["content"]), (two["sha256"], two["content"]))
        self.assertEqual((two["segments"], one["problems"], two["problems"]), (5, [], []))

    def test_missing_offsets_are_listed(self):
        self.store.add(0, [(o, 0, None, b"", []) for o in (3, 4, 7)])
        self.store.add(0, [(o, 0, None, b"", []) for o in (8, 20)])
        row, = self.store.verify()
        self.assertEqual((row["missing"], row["problems"]), ([[5, 7], [9, 20]], []))

    def test_overlap_and_disorder_are_problems(self):
        self.store.add(0, [(o, 0, None, b"", []) for o in (1, 2, 5)])
        self.store.add(0, [(o, 0, None, b"", []) for o in (4, 6)])
        self.store.add(1, [(o, 0, None, b"", []) for o in (1, 3, 2, 4)])
        found = self.store.problems()
        self.assertTrue(any("overlaps" in p for p in found))
        self.assertTrue(any("partition=1" in p and "offset 2 comes after offset 3" in p for p in found))

    def test_a_manifest_that_disagrees_is_a_problem(self):
        for name in ("record_count", "end_offset", "start_timestamp", "end_timestamp", "compressed_size", "uncompressed_size"):
            row = self.store.add(0, RECORDS)
            row[name] += 1
            self.assertTrue(self.store.problems(), name)
            self.store.partitions.clear()

    def test_a_segment_that_is_gone_or_damaged_is_a_problem(self):
        row = self.store.add(0, RECORDS)
        os.remove(os.path.join(self.store.root, row["key"]))
        self.store.add(1, RECORDS, blob=encode(RECORDS, 1)[0][:-9] + b"#" + encode(RECORDS, 1)[0][-8:])
        found = self.store.problems()
        self.assertIn("No such file", found[0])
        self.assertIn("CRC-32", found[1])

    def test_a_header_that_disagrees_with_the_records_is_a_problem(self):
        for change in ({"count": 3}, {"end": 44}, {"start": 41}):
            self.store.add(0, RECORDS, blob=encode(RECORDS, 1, **change)[0])
            self.assertTrue(self.store.problems(), change)
            self.store.partitions.clear()

    def test_offset_headers_must_be_there_and_right(self):
        good = with_headers(RECORDS[0])
        wrong = good[:4] + (good[4][:-1] + [(b"x-original-timestamp", struct.pack(">q", RECORDS[0][1]))],)
        for record in (RECORDS[0], wrong):
            self.store.add(0, [record])
            self.assertIn("ends with headers", self.store.problems(strip_offset_headers=True)[0])
            self.store.partitions.clear()

    def test_min_and_max_of_timestamps_are_expected(self):
        records = [(0, 5, None, None, []), (1, 9, None, None, []), (2, 1, None, None, [])]
        self.store.add(0, records)
        self.assertEqual(self.store.problems(), [])
        self.assertEqual(len(self.store.problems(timestamps="position")), 2)

    def test_types_that_others_would_not_read_are_refused(self):
        for name, value in (("record_count", "2"), ("record_count", 2.0), ("start_offset", None), ("key", 5)):
            self.store.add(0, RECORDS, **{name: value})
            with self.assertRaises((kbak.Bad, TypeError), msg=name):
                self.store.verify()
            self.store.partitions.clear()

    def test_the_same_object_twice_is_refused(self):
        self.store.add(0, RECORDS)
        self.store.add(0, RECORDS)
        with self.assertRaises(kbak.Bad):
            self.store.verify()

    def test_the_command_line_tells_by_its_exit_code(self):
        self.store.add(0, RECORDS)
        self.store.manifest()
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            self.assertEqual(decode_backup.main(["verify", self.store.root, "b"]), 0)
            self.assertEqual(decode_backup.main(["dump", self.store.root, "b"]), 0)
            self.assertEqual(decode_backup.main(["verify", self.store.root, "b", "--strip-offset-headers"]), 1)
            self.assertEqual(decode_backup.main(["verify", self.store.root, "none"]), 1)
        rows = [json.loads(line) for line in out.getvalue().splitlines()]
        self.assertEqual(rows[1]["headers"], [["h", "eA=="], ["n", None]])
        self.assertEqual((rows[2]["offset"], rows[2]["key"], rows[2]["value"]), (43, None, None))
