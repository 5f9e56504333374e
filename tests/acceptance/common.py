"""What the acceptance commands share: the broker's tools, the product as a process, the store as files, and the report."""
import contextlib
import hashlib
import json
import os
import re
import shlex
import signal
import sqlite3
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "tools"))
import decode_backup
import ledger
from stores import Folders

BACKED_UP = re.compile(r"Backed up ([\d,]+) (?:new )?records across (\d+) topics?")
TRACE = re.compile(r"^\s+at \S+\(|\bat KafkaBackup\.|\w+Exception\b|Unhandled|--- End of", re.M)


class Report:
    """Prints each check as it is made and keeps count of violations."""

    def __init__(self):
        self.made = self.failed = 0

    def check(self, good, sentence, detail=None):
        self.made += 1
        self.failed += not good
        print("%s %s" % ("ok  " if good else "FAIL", sentence), flush=True)
        if not good and detail:
            print("     " + str(detail).strip()[-3000:].replace("\n", "\n     "), flush=True)
        return good

    def note(self, sentence):
        print("     " + sentence, flush=True)


class Kafka:
    """The broker, by its own tools and by `kt`."""

    def __init__(self, home, bootstrap):
        self.home, self.bootstrap, self.made = home, bootstrap, []

    def _run(self, *command):
        done = subprocess.run(command, capture_output=True, text=True, env=dict(os.environ, KAFKA_BOOTSTRAP_SERVERS=self.bootstrap))
        if done.returncode:
            raise SystemExit("%s ended with %d: %s" % (shlex.join(command), done.returncode, done.stderr[-2000:]))
        return done.stdout

    def kt(self, *args):
        return [json.loads(line) for line in self._run(os.path.join(self.home, "tools", "kt"), *map(str, args)).splitlines()]

    def load(self, topic, records, partitions, seed, shape="mixed", codec="all", transactions="none", create=False):
        """Writes records; gives how many of them are committed."""
        extra = ["--create"] if create else []
        if create:
            self.made.append(topic)
        rows = self.kt("load", "--topic", topic, "--records", records, "--partitions", partitions, "--seed", seed,
                       "--shape", shape, "--codec", codec, "--transactions", transactions, *extra)
        return rows[-1]["committed"]

    def fill(self, topic, records, partitions, batch=4000):
        """Writes records of 200 bytes, by a producer that copes with any number of partitions; `batch` bytes before it goes on to another one."""
        self.made.append(topic)
        script = lambda name: os.path.join(self.home, "bin", name)
        self._run(script("kafka-topics.sh"), "--bootstrap-server", self.bootstrap, "--create", "--topic", topic, "--partitions", str(partitions))
        self._run(script("kafka-producer-perf-test.sh"), "--bootstrap-server", self.bootstrap, "--topic", topic, "--num-records", str(records),
                  "--record-size", "200", "--throughput", "-1", "--command-property", "batch.size=%d" % batch)

    def digest(self, topic):
        """{(topic, partition): row} of what a reader of committed records sees; partitions without records are left out."""
        rows = self.kt("digest", "--topic", topic, "--isolation", "read_committed", "--threads", "8")
        return {(topic, row["partition"]): row for row in rows if row.get("count") and "partition" in row}

    def digests(self, topics):
        return {where: row for topic in topics for where, row in self.digest(topic).items()}

    def delete(self):
        if self.made:  # As one pattern: the script takes a second for each call.
            self._run(os.path.join(self.home, "bin", "kafka-topics.sh"), "--bootstrap-server", self.bootstrap, "--delete", "--topic", "|".join(map(re.escape, self.made)))
        self.made = []


class Run:
    """One ended run of the product."""

    def __init__(self, code, out, err, seconds):
        self.code, self.out, self.err, self.seconds = code, out, err, seconds

    def backed_up(self):
        """Number of records that the run says it has backed up, or None."""
        found = BACKED_UP.findall(self.err)
        return int(found[-1][0].replace(",", "")) if found else None


class Backup:
    """One backup: its configuration, its store, its local state, and the process that runs it."""

    def __init__(self, product, folder, backup_id, bootstrap, topics, local=None, incremental=True, stores=Folders(), **backup):
        self.product, self.folder, self.id, self.topics, self.incremental = shlex.split(product), folder, backup_id, topics, incremental
        self.stores, self.store = stores, stores.root(folder)
        self.local = os.path.join(folder, local or "local")
        self.config = os.path.join(self.local, "backup.yaml")
        self.db = os.path.join(self.local, "offsets.db")
        self.journal = os.path.join(self.local, backup_id + "-journal.db")
        os.makedirs(self.local, exist_ok=True)
        stores.prepare(folder)
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(configuration(backup_id, bootstrap, topics, stores.section(folder), self.db if incremental else None, **backup))
        self.runs = 0

    def start(self, *command, wrap=()):
        """The product as a process in a group of its own; its output goes to files."""
        self.runs += 1
        names = [os.path.join(self.local, "run-%03d.%s" % (self.runs, kind)) for kind in ("out", "err")]
        with open(names[0], "wb") as out, open(names[1], "wb") as err:
            process = subprocess.Popen([*wrap, *self.product, *(command or ("backup", "-c", self.config))], stdout=out, stderr=err,
                                       env=dict(os.environ, TMPDIR=self.local), start_new_session=True)
        process.names, process.began = names, time.monotonic()
        return process

    @staticmethod
    def end(process, timeout=600):
        """Waits for the end, and kills a process that does not come to it (code None)."""
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            code = None
        seconds = time.monotonic() - process.began
        texts = []
        for name in process.names:
            with open(name, encoding="utf-8", errors="replace") as file:
                texts.append(file.read())
        return Run(code, texts[0], texts[1], seconds)

    def run(self, *command, wrap=(), timeout=600):
        return self.end(self.start(*command, wrap=wrap), timeout)

    def remove(self, path):
        """A database with what SQLite keeps beside it."""
        for name in (path, path + "-wal", path + "-shm", path + "-journal"):
            if os.path.exists(name):
                os.remove(name)

    def write(self, path, content):
        """Replaces an object in the store."""
        self.stores.write(self.folder, path, content)

    def empty(self):
        """Removes all that it has stored, here and there."""
        self.stores.empty(self.folder)

    def address(self):
        """What `--path` is given."""
        return self.stores.address(self.folder)

    def shown(self, *parts):
        """How the program calls an object of the backup."""
        return "/".join([self.stores.shown(self.folder), self.id, *parts])

    def path(self, *parts):
        return os.path.join(self.store, self.id, *parts)

    def covered(self):
        """{(topic, partition): next} by the ledger."""
        rows = ledger.coverage(self.store, self.id, decode_backup.load_manifest(self.store, self.id))
        return {(row["topic"], row["partition"]): row["next"] for row in rows}

    def segments(self):
        """{(topic, partition): [manifest entries]}"""
        return {row[:2]: row[2] for row in decode_backup.partitions(decode_backup.load_manifest(self.store, self.id))}


def configuration(backup_id, bootstrap, topics, store, db, **backup):
    lines = ["mode: backup", "backup_id: " + backup_id, "source:", "  bootstrap_servers:"]
    lines += ["    - " + server for server in bootstrap.split(",")]
    lines += ["  client: " + os.environ["KAFKA_BACKUP_TEST_CLIENT"]] if os.environ.get("KAFKA_BACKUP_TEST_CLIENT") else []
    lines += ["  topics:", "    include: [%s]" % ", ".join(topics), "storage:", *("  " + line for line in store), "backup:"]
    lines += ["  %s: %s" % item for item in dict({"compression": "zstd"}, **backup).items()]
    if db:
        lines += ["offset_storage:", "  db_path: " + db]
    return "\n".join(lines) + "\n"


def listing(root, content=False):
    """{path: what changes when somebody writes it} of every file below `root`; with `content`, of its bytes instead of its inode."""
    found = {}
    for folder, folders, names in os.walk(root):
        for name in names + [d for d in folders if content or os.path.islink(os.path.join(folder, d))]:
            path = os.path.join(folder, name)
            facts = os.lstat(path)
            if not content:
                found[os.path.relpath(path, root)] = facts.st_mtime_ns, facts.st_size, facts.st_ino
            elif os.path.islink(path):
                found[os.path.relpath(path, root)] = os.readlink(path)
            elif os.path.isdir(path):
                found[os.path.relpath(path, root)] = "folder"
            else:
                with open(path, "rb") as file:
                    found[os.path.relpath(path, root)] = hashlib.sha256(file.read()).hexdigest()
    return found


def changes(before, after):
    """In words, what differs between two listings."""
    return "; ".join(["new: " + p for p in sorted(after.keys() - before.keys())[:5]] + ["gone: " + p for p in sorted(before.keys() - after.keys())[:5]]
                     + ["changed: " + p for p in sorted(p for p in before.keys() & after.keys() if before[p] != after[p])[:5]])


def sentences(text):
    """Whether errors are told in sentences: something is said, and no stack trace or type name is in it."""
    return bool(text.strip()) and not TRACE.search(text)


def decoded(report, backup, expected, what):
    """The decoder must find exactly `expected` ({(topic, partition): row of kt digest}) in the segments that the manifest names."""
    try:
        rows = decode_backup.verify(backup.store, backup.id, strip_offset_headers=True)
    except Exception as error:
        report.check(False, "%s: the backup can be decoded" % what, repr(error))
        return
    problems = ["%s:%d %s" % (row["topic"], row["partition"], problem) for row in rows for problem in row["problems"]]
    for row in rows:
        wanted = expected.get((row["topic"], row["partition"]), {"count": 0})
        if any(row[name] != wanted.get(name) for name in ("count", "first", "last", "sha256")):
            problems.append("%s:%d holds %s records %s to %s (%.12s), the topic %s records %s to %s (%.12s); missing offsets %s" % (
                row["topic"], row["partition"], row["count"], row["first"], row["last"], row["sha256"],
                wanted["count"], wanted.get("first"), wanted.get("last"), wanted.get("sha256", ""), row["missing"][:5]))
    problems += ["%s:%d is not in the backup" % where for where in sorted(expected.keys() - {(r["topic"], r["partition"]) for r in rows})]
    total = sum(row["count"] for row in expected.values())
    report.check(not problems, "%s: exactly the %s committed records of %d partitions, each once, in order, byte for byte, in %d segments" % (
        what, format(total, ","), len(expected), sum(row["segments"] for row in rows)), "\n".join(problems[:10]))


def covered(report, backup, what):
    """The ledger must cover every partition without hole or overlap, and `offsets.db` must say the same."""
    try:
        head, _ = ledger.load(backup.store, backup.id)
        rows = ledger.coverage(backup.store, backup.id, decode_backup.load_manifest(backup.store, backup.id))
    except Exception as error:
        report.check(False, "%s: the ledger can be read" % what, repr(error))
        return
    problems = ["%s:%d %s" % (row["topic"], row["partition"], problem) for row in rows for problem in row["problems"]]
    report.check(not problems, "%s: no hole, no overlap, manifest as ledger, %d entries, epoch %d" % (
        what, sum(row["entries"] for row in rows), head["epoch"]), "\n".join(problems[:10]))
    if not head.get("closed"):
        report.note("the head is not closed: the run that wrote it last did not come to its end")
    if not backup.incremental:
        report.check(not os.path.exists(backup.path("offsets.db")), "%s: without offset_storage there is no offsets.db" % what)
        return
    try:
        saved = offsets(backup.path("offsets.db"), backup.id)
        wrong = ["%s:%d is saved at %s, covered up to %s" % (row["topic"], row["partition"], saved.get((row["topic"], row["partition"])), row["next"])
                 for row in rows if saved.get((row["topic"], row["partition"])) != row["next"] - 1]
        report.check(not wrong, "%s: offsets.db in the store says the same positions" % what, "\n".join(wrong[:10]))
    except sqlite3.Error as error:
        report.check(False, "%s: offsets.db in the store can be read" % what, error)


def offsets(path, backup_id):
    """{(topic, partition): last offset}"""
    with contextlib.closing(sqlite3.connect("file:%s?immutable=1&mode=ro" % path, uri=True)) as db:
        rows = db.execute("select topic, partition, last_offset from offsets where backup_id = ?", (backup_id,)).fetchall()
    return {(topic, partition): last for topic, partition, last in rows}


def whole(report, backup, expected, what):
    """Every check of a backup that should be complete."""
    decoded(report, backup, expected, what)
    covered(report, backup, what)


def orphans(backup):
    """Objects below topics/ that the manifest does not name: allowed, never counted."""
    named = {segment["key"] for segments in backup.segments().values() for segment in segments}
    root = backup.path("topics")
    return sorted(path for path in listing(root) if "%s/topics/%s" % (backup.id, path) not in named)
