"""Runs beside which life goes on: writers in the background, what a topic held below given offsets, and the ledger as it grows."""
import base64
import ctypes
import hashlib
import json
import os
import struct
import subprocess
import threading
import time

import decode_backup
import ledger


def tool(kafka, name, *args):
    """One of Kafka's own scripts; gives what it printed."""
    return kafka._run(os.path.join(kafka.home, "bin", name), "--bootstrap-server", kafka.bootstrap, *map(str, args))


def ends(kafka, topics):
    """{(topic, partition): high watermark}"""
    lines = tool(kafka, "kafka-get-offsets.sh", "--topic", "|".join(topics)).splitlines()
    return {(topic, int(partition)): int(offset) for topic, partition, offset in (line.rsplit(":", 2) for line in lines if line.count(":") >= 2)}


def topic_id(kafka, topic):
    """The topic's id as the broker tells it; None when there is no such topic."""
    words = tool(kafka, "kafka-topics.sh", "--describe", "--if-exists", "--topic", topic).split()
    return words[words.index("TopicId:") + 1] if "TopicId:" in words else None


def rows(kafka, topic):
    """The committed records that a topic holds now, as `kt dump` tells them."""
    command = [os.path.join(kafka.home, "tools", "kt"), "dump", "--bootstrap", kafka.bootstrap, "--topic", topic, "--isolation", "read_committed"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        yield from map(json.loads, process.stdout)
    if process.returncode:
        raise SystemExit("kt dump of %s ended with %d" % (topic, process.returncode))


def below(kafka, topics, limits):
    """{(topic, partition): row} as `Kafka.digests`, of the committed records below the limit of each partition."""
    return digests(row for topic in topics for row in rows(kafka, topic) if row["offset"] < limits.get((topic, row["partition"]), 0))


def digests(records):
    """{(topic, partition): row} as `Kafka.digests`, of these records."""
    found = {}
    for row in records:
        where, offset = (row["topic"], row["partition"]), row["offset"]
        state = found.setdefault(where, {"count": 0, "first": offset, "hash": hashlib.sha256()})
        state["count"], state["last"] = state["count"] + 1, offset
        state["hash"].update(decode_backup.STAMP.pack(offset, row["timestamp"], row["timestampType"] == "LogAppendTime"))
        state["hash"].update(decode_backup.canonical(row["timestamp"], part(row["key"]), part(row["value"]),
                                                     [(name.encode(), part(value)) for name, value in row["headers"]]))
    for row in found.values():
        row["sha256"] = row.pop("hash").hexdigest()
    return found


def part(text):
    return None if text is None else base64.b64decode(text)


def begun(backup):
    """The process of a continuous run that has made its plan."""
    process = backup.start()
    while process.poll() is None:
        with open(process.names[1], encoding="utf-8", errors="replace") as file:
            if "Continuous: " in file.read():
                break
        time.sleep(0.1)
    return process


class Pieces(threading.Thread):
    """Loads a topic again and again, in pieces, until it is stopped."""

    def __init__(self, kafka, topic, partitions, records, seed, transactions="none"):
        super().__init__(daemon=True)
        self.kafka, self.topic, self.partitions, self.records, self.seed, self.transactions = kafka, topic, partitions, records, seed, transactions
        self.pieces, self.halt, self.error = 0, threading.Event(), None
        self.start()

    def run(self):
        try:
            while not self.halt.is_set():
                self.kafka.load(self.topic, self.records, self.partitions, self.seed + self.pieces, transactions=self.transactions)
                self.pieces += 1
        except SystemExit as error:
            self.error = error

    def stop(self):
        self.halt.set()
        self.join()
        if self.error:
            raise self.error


class Steady:
    """A producer that writes so many records a second until it is stopped."""

    def __init__(self, kafka, topic, rate, size=300):
        self.process = subprocess.Popen(
            [os.path.join(kafka.home, "bin", "kafka-producer-perf-test.sh"), "--bootstrap-server", kafka.bootstrap, "--topic", topic,
             "--num-records", "100000000", "--throughput", str(rate), "--record-size", str(size), "--command-property", "acks=all"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Holder:
    """A transaction that stays open."""

    def __init__(self, kafka, topic, partition=0, records=10):
        self.process = subprocess.Popen(
            [os.path.join(kafka.home, "tools", "kt"), "hold", "--bootstrap", kafka.bootstrap, "--topic", topic, "--partition", str(partition),
             "--records", str(records), "--timeout-ms", "600000"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.first = json.loads(self.process.stdout.readline())["first"]

    def end(self, word):
        self.process.communicate(word + "\n")
        if self.process.returncode:
            raise SystemExit("kt hold ended with %d" % self.process.returncode)


class LedgerWatch(threading.Thread):
    """Keeps when the ledger reached what: [(seconds since 1970, {(topic, partition): next})]"""

    def __init__(self, backup):
        super().__init__(daemon=True)
        self.path, self.backup, self.halt, self.seen = backup.path("_cluster", "head.json"), backup, threading.Event(), []
        self.start()

    def run(self):
        last = None
        while not self.halt.wait(0.1):
            try:
                facts = os.stat(self.path)
                if (facts.st_mtime_ns, facts.st_ino) == last:
                    continue
                _, entries = ledger.load(self.backup.store, self.backup.id)
            except OSError:
                continue  # Not there yet, or a part was merged in between.
            last, reached = (facts.st_mtime_ns, facts.st_ino), {}
            for entry in entries:
                where = entry["topic"], entry["partition"]
                reached[where] = max(reached.get(where, 0), entry["next"])
            self.seen.append((facts.st_mtime, reached))

    def stop(self):
        self.halt.set()
        self.join()

    def when(self, wanted, timeout, process=None):
        """When all of `wanted` was committed; None when nothing more of it was for so many seconds, or the process ended before."""
        until, most = time.monotonic() + timeout, 0
        while True:
            over = time.monotonic() > until or process is not None and process.poll() is not None
            for at, reached in list(self.seen):
                if all(reached.get(where, 0) >= offset for where, offset in wanted.items()):
                    return at
                done = sum(min(reached.get(where, 0), offset) for where, offset in wanted.items())
                if done > most:
                    until, most = time.monotonic() + timeout, done
            if over:
                return None
            time.sleep(0.1)

    def commits(self, since, until):
        """{(topic, partition): [when something of it was committed]}"""
        found, before = {}, {}
        for at, reached in list(self.seen):
            for where, offset in reached.items():
                if offset > before.get(where, 0) and since <= at <= until:
                    found.setdefault(where, []).append(at)
            before = reached
        return found


def cpu_seconds(pid):
    """What a process and its threads have used so far."""
    with open("/proc/%d/stat" % pid, encoding="ascii", errors="replace") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def store_events(root, seconds):
    """Names of what anybody opened, read, wrote, made or removed below `root` within the time, by inotify."""
    libc = ctypes.CDLL(None, use_errno=True)
    handle, watched, names = libc.inotify_init1(os.O_NONBLOCK), {}, []
    if handle < 0:
        raise OSError(ctypes.get_errno(), "inotify_init1")
    folders = [folder for folder, _, _ in os.walk(root)]
    for folder in folders:
        watched[libc.inotify_add_watch(handle, os.fsencode(folder), 0xFFF)] = folder
    try:
        time.sleep(seconds)
        while True:
            try:
                data, at = os.read(handle, 1 << 16), 0
            except BlockingIOError:
                return names
            while at < len(data):
                watch, mask, _, length = struct.unpack_from("iIII", data, at)
                name = data[at + 16:at + 16 + length].rstrip(b"\0").decode(errors="replace")
                names.append("%s (%#x)" % (os.path.join(watched.get(watch, "?"), name), mask))
                at += 16 + length
    finally:
        os.close(handle)
