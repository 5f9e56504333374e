"""The ledger of a backup: the head, the parts it names, and whether their entries cover each partition without hole or overlap."""
import hashlib
import json
import os

from kbak import Bad, unzstd


# What both say of a segment: the name in an entry, the name in the manifest.
FACTS = {"start": "start_offset", "end": "end_offset", "min_ts": "start_timestamp", "max_ts": "end_timestamp", "records": "record_count",
         "raw": "uncompressed_size", "size": "compressed_size"}


def load(store, backup_id):
    """(head, entries in the order they stand). Parts must have the hash, the number and the order of entries that the head promises."""
    with open(os.path.join(store, backup_id, "_cluster", "head.json"), encoding="utf-8") as file:
        head = json.load(file)
    if head["format"] != 1:
        raise Bad("head.json has format %r" % head["format"])
    entries = []
    for part in head["parts"]:
        with open(os.path.join(store, part["key"]), "rb") as file:
            blob = file.read()
        if hashlib.sha256(blob).hexdigest() != part["sha256"].lower():
            raise Bad("%s: its SHA-256 is not the one that the head names" % part["key"])
        rows = [json.loads(line) for line in unzstd(blob).decode().splitlines()]
        if len(rows) != part["entries"]:
            raise Bad("%s: %d entries, the head says %s" % (part["key"], len(rows), part["entries"]))
        order = [(row["topic"], row["partition"], row["base"]) for row in rows]
        if order != sorted(order):
            raise Bad("%s: its entries are not sorted by topic, partition, base" % part["key"])
        entries += rows
    return head, entries + head["tail"]


def coverage(store, backup_id, manifest):
    """One row a partition: covered range, number of entries, problems. The manifest must show exactly what the ledger holds."""
    _, entries = load(store, backup_id)
    keys = [entry["segment"]["key"] for entry in entries if entry.get("segment")]
    if len(set(keys)) != len(keys):
        raise Bad("two entries name %s" % next(key for key in keys if keys.count(key) > 1))
    shown = {(topic["name"], part["partition_id"]): part for topic in manifest["topics"] for part in topic["partitions"]}
    by_partition = {where: [] for where in shown}
    for entry in entries:
        by_partition.setdefault((entry["topic"], entry["partition"]), []).append(entry)
    return [check(where, sorted(rows, key=lambda e: (e["base"], e["next"])), shown.get(where, {"segments": []}))
            for where, rows in sorted(by_partition.items())]


def check(where, entries, shown):
    problems, position, named, gaps, empty = [], None, {}, [], 0
    for entry in entries:
        base, end, segment, gap = entry["base"], entry["next"], entry.get("segment"), entry.get("gap")
        here = "[%d, %d)" % (base, end)
        if end <= base:
            problems.append("%s is empty or backwards" % here)
        if position is not None and base > position:
            problems.append("hole [%d, %d)" % (position, base))
        elif position is not None and base < position:
            problems.append("%s overlaps what ends at %d" % (here, position))
        position = end if position is None else max(position, end)
        if segment and gap:
            problems.append("%s has a segment and a gap" % here)
        elif segment:
            start, last = segment["start"], segment["end"]
            if not base <= start <= last < end:
                problems.append("%s does not enclose %s [%d, %d]" % (here, segment["key"], start, last))
            named[segment["key"]] = tuple(segment[name] for name in FACTS)
        elif gap:
            gaps.append((base, end))
        else:
            empty += 1
    seen = {s["key"]: tuple(s[name] for name in FACTS.values()) for s in shown["segments"]}
    problems += ["%s is in the ledger and not in the manifest" % key for key in sorted(named.keys() - seen.keys())]
    problems += ["%s is in the manifest and not in the ledger" % key for key in sorted(seen.keys() - named.keys())]
    problems += ["%s: the ledger says %s, the manifest %s" % (key, named[key], seen[key])
                 for key in sorted(named.keys() & seen.keys()) if named[key] != seen[key]]
    recorded = sorted((g["start_offset"], g["end_offset"]) for g in shown.get("gaps", []))
    if recorded != sorted(gaps):
        problems.append("gaps of the ledger %s, of the manifest %s" % (sorted(gaps), recorded))
    return {"topic": where[0], "partition": where[1], "base": entries[0]["base"] if entries else None, "next": position,
            "entries": len(entries), "without_records": empty, "gaps": sorted(gaps), "problems": problems}
