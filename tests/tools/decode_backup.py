#!/usr/bin/env python3
"""Decodes and checks a backup by its manifest alone, sharing no code with the program that wrote it.

  decode_backup.py verify   STORE BACKUP_ID   checks every segment; one JSON line a partition with its digests
  decode_backup.py dump     STORE BACKUP_ID   every record as a JSON line, by topic, partition, offset
  decode_backup.py coverage STORE BACKUP_ID   checks that the ledger covers each partition without hole or overlap

STORE is the directory that holds {BACKUP_ID}/manifest.json. Exit codes: 0 nothing wrong, 1 something is, 2 wrong usage.
`sha256` is over offset, timestamp, timestamp type, key, value and headers of each record, `content` leaves out offset and type:
big-endian integers, lengths of 32 bits, -1 for null.
"""
import argparse
import base64
import hashlib
import json
import multiprocessing
import os
import struct
import sys

import kbak
import ledger
from kbak import Bad

STAMP, PART = struct.Struct(">qqb"), struct.Struct(">i")
NULL = PART.pack(-1)
SEGMENT = ("start_offset", "end_offset", "start_timestamp", "end_timestamp", "record_count", "uncompressed_size", "compressed_size")


def load_manifest(store, backup_id):
    with open(os.path.join(store, backup_id, "manifest.json"), encoding="utf-8") as file:
        manifest = json.load(file)
    if manifest.get("backup_id") != backup_id:
        raise Bad("the manifest is of backup %r" % manifest.get("backup_id"))
    typed(manifest, "the manifest", {"created_at": int, "topics": list}, {"source_cluster_id": (str, type(None)), "source_brokers": list, "compression": str})
    for topic in manifest["topics"]:
        typed(topic, "a topic", {"name": str, "partitions": list}, {"original_partition_count": (int, type(None))})
        for part in topic["partitions"]:
            typed(part, topic["name"], {"partition_id": int, "segments": list}, {"gaps": list})
            for segment in part["segments"]:
                typed(segment, "a segment of %s:%d" % (topic["name"], part["partition_id"]), dict.fromkeys(SEGMENT, int) | {"key": str}, {})
            for gap in part.get("gaps", []):
                typed(gap, "a gap of %s:%d" % (topic["name"], part["partition_id"]),
                      {"start_offset": int, "end_offset": int, "reason": str, "detected_at": int}, {})
    return manifest


def typed(value, what, needed, allowed):
    """Every needed field is there, and each has its type; what is allowed may be left out, and is not null unless it says so."""
    for name, kind in {**needed, **allowed}.items():
        if name not in value and name in needed:
            raise Bad("%s has no %s" % (what, name))
        if name in value and (not isinstance(value[name], kind) or isinstance(value[name], bool)):
            raise Bad("%s has %r as %s" % (what, value[name], name))


def partitions(manifest):
    """[(topic, partition, segments by start offset, gaps)], sorted; a partition that is listed twice is an error."""
    found = {}
    for topic in manifest["topics"]:
        for part in topic["partitions"]:
            where = topic["name"], part["partition_id"]
            if where in found:
                raise Bad("%s:%d stands twice in the manifest" % where)
            segments = sorted(part["segments"], key=lambda s: (s["start_offset"], s["end_offset"]))
            found[where] = segments, part.get("gaps", [])
    return [where + found[where] for where in sorted(found)]


def canonical(timestamp, key, value, headers):
    pack = PART.pack
    out = [pack(len(key)) + key if key is not None else NULL, pack(len(value)) + value if value is not None else NULL, pack(len(headers))]
    for name, content in headers:
        out.append(pack(len(name)) + name + (pack(len(content)) + content if content is not None else NULL))
    return b"".join(out)


def read_segment(store, backup_id, topic, partition, entry):
    """(header facts, body) of one object, with what its name and place say."""
    key = entry["key"]
    folder = "%s/topics/%s/partition=%d/" % (backup_id, topic, partition)
    if not key.startswith(folder) or "/" in key[len(folder):]:
        raise Bad("does not lie in %s" % folder)
    try:
        with open(os.path.join(store, key), "rb") as file:
            blob = file.read()
    except OSError as error:
        raise Bad("cannot be read: %s" % error.strerror) from None
    codec, count, start, end, body = kbak.open_segment(blob, entry["uncompressed_size"])
    name = key[len(folder):]
    if not name.startswith("segment-%020d" % start) or not name.endswith(kbak.EXTENSIONS[codec]):
        raise Bad("its name does not fit start offset %d and codec %s" % (start, codec))
    facts = {"record_count": count, "start_offset": start, "end_offset": end, "compressed_size": len(blob), "uncompressed_size": len(body)}
    return facts, body


def check_partition(task):
    """What `verify` prints of one partition. Problems are sentences; the digests cover what could be read."""
    store, backup_id, options, (topic, partition, segments, gaps) = task
    with_offsets, content, problems, missing = hashlib.sha256(), hashlib.sha256(), [], []
    kind = 1 if options.timestamp_type == "LogAppendTime" else 0
    count, first, last = 0, None, None
    for entry in segments:
        began, previous, low, high, stamps = count, None, None, None, []
        try:
            facts, body = read_segment(store, backup_id, topic, partition, entry)
            full, bare, pack = [], [], STAMP.pack
            for offset, timestamp, key, value, headers in kbak.parse(body):
                if options.strip_offset_headers:
                    headers = kbak.strip(offset, timestamp, headers, options.source_cluster_id)
                if last is not None and offset <= last:
                    problems.append("%s: offset %d comes after offset %d" % (entry["key"], offset, last))
                elif last is not None and offset > last + 1:
                    missing.append([last + 1, offset])
                if previous is None:
                    previous = offset
                first, last, count = offset if first is None else first, offset, count + 1
                stamps.append(timestamp)
                record, stamp = canonical(timestamp, key, value, headers), pack(offset, timestamp, kind)
                full.append(stamp)
                full.append(record)
                bare.append(stamp[8:16])
                bare.append(record)
                if len(full) > 4000:
                    with_offsets.update(b"".join(full))
                    content.update(b"".join(bare))
                    full, bare = [], []
            with_offsets.update(b"".join(full))
            content.update(b"".join(bare))
            if not stamps:
                raise Bad("holds no record")
            if options.timestamps == "range":
                low, high = min(stamps), max(stamps)
            else:
                low, high = stamps[0], stamps[-1]
            found = {"record_count": count - began, "start_offset": previous, "end_offset": last}
            problems += ["%s: the header says %s %d, the records %d" % (entry["key"], name, facts[name], value)
                         for name, value in found.items() if facts[name] != value]
            found.update(start_timestamp=low, end_timestamp=high,
                         compressed_size=facts["compressed_size"], uncompressed_size=facts["uncompressed_size"])
            problems += ["%s: the manifest says %s %s, the object %d" % (entry["key"], name, entry.get(name), value)
                         for name, value in found.items() if entry.get(name) != value]
        except Bad as error:
            problems.append("%s: %s" % (entry["key"], error))
    for one, two in zip(segments, segments[1:]):
        if two["start_offset"] <= one["end_offset"]:
            problems.append("%s [%d, %d] overlaps %s [%d, %d]" % (two["key"], two["start_offset"], two["end_offset"],
                                                                one["key"], one["start_offset"], one["end_offset"]))
    for gap in gaps:
        for entry in segments:
            if entry["start_offset"] < gap["end_offset"] and gap["start_offset"] <= entry["end_offset"]:
                problems.append("gap [%d, %d) overlaps %s" % (gap["start_offset"], gap["end_offset"], entry["key"]))
    return {"topic": topic, "partition": partition, "count": count, "first": first, "last": last, "sha256": with_offsets.hexdigest(),
            "content": content.hexdigest(), "segments": len(segments), "missing": missing,
            "gaps": [[g["start_offset"], g["end_offset"]] for g in gaps], "problems": problems}


def verify(store, backup_id, strip_offset_headers=False, source_cluster_id=None, timestamp_type="CreateTime", timestamps="range", jobs=None):
    """Rows of all partitions, checked in parallel."""
    options = argparse.Namespace(strip_offset_headers=strip_offset_headers, source_cluster_id=source_cluster_id,
                                 timestamp_type=timestamp_type, timestamps=timestamps)
    rows = partitions(load_manifest(store, backup_id))
    keys = [entry["key"] for row in rows for entry in row[2]]
    if len(set(keys)) != len(keys):
        raise Bad("the manifest names an object twice: %s" % sorted(k for k in set(keys) if keys.count(k) > 1)[0])
    tasks = sorted(((store, backup_id, options, row) for row in rows), key=lambda t: -sum(s["uncompressed_size"] for s in t[3][2]))
    jobs = min(jobs or os.cpu_count() or 1, len(tasks))
    if jobs > 1:
        with multiprocessing.Pool(jobs) as pool:
            done = pool.map(check_partition, tasks, chunksize=1)
    else:
        done = [check_partition(task) for task in tasks]
    return sorted(done, key=lambda row: (row["topic"], row["partition"]))


def dump(args, out):
    def text(data):
        return None if data is None else base64.b64encode(data).decode()

    for topic, partition, segments, _ in partitions(load_manifest(args.store, args.backup_id)):
        for entry in segments:
            for offset, timestamp, key, value, headers in kbak.parse(read_segment(args.store, args.backup_id, topic, partition, entry)[1]):
                if args.strip_offset_headers:
                    headers = kbak.strip(offset, timestamp, headers, args.source_cluster_id)
                row = {"topic": topic, "partition": partition, "offset": offset, "timestamp": timestamp, "timestampType": args.timestamp_type,
                       "key": text(key), "value": text(value), "headers": [[name.decode(errors="replace"), text(v)] for name, v in headers]}
                out.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n")


def main(argv):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["verify", "dump", "coverage"])
    parser.add_argument("store")
    parser.add_argument("backup_id")
    parser.add_argument("--strip-offset-headers", action="store_true", help="the records must end with the headers a backup adds; take them off")
    parser.add_argument("--source-cluster-id", help="value of x-source-cluster, if the backup adds it")
    parser.add_argument("--timestamp-type", choices=["CreateTime", "LogAppendTime"], default="CreateTime", help="not kept by the format")
    parser.add_argument("--timestamps", choices=["range", "position"], default="range",
                        help="timestamps of the manifest: least and greatest (default), or those of first and last record")
    parser.add_argument("--jobs", type=int)
    args = parser.parse_args(argv)
    try:
        if args.command == "dump":
            dump(args, sys.stdout)
            return 0
        if args.command == "coverage":
            rows = ledger.coverage(args.store, args.backup_id, load_manifest(args.store, args.backup_id))
        else:
            rows = verify(args.store, args.backup_id, args.strip_offset_headers, args.source_cluster_id,
                          args.timestamp_type, args.timestamps, args.jobs)
    except (Bad, OSError, ValueError, KeyError) as error:
        print(json.dumps({"problems": ["%s: %s" % (type(error).__name__, error)]}))
        return 1
    for row in rows:
        print(json.dumps(row, ensure_ascii=False))
    return 1 if any(row["problems"] for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
