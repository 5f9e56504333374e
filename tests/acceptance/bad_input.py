"""Wrong configurations and damaged stores: a sentence with its place, the right exit code, and nothing written."""
import hashlib
import json
import os
import re
import shutil
import time

import bad_store
from common import Backup, changes, listing, sentences, whole

USAGE, SOURCE, STORAGE = 2, 4, 5


def badinput(args, report, kafka):
    """Configurations first, then a store that is damaged in every way, with new records waiting."""
    topic = args.prefix + "topic"
    records = max(2_000, int(20_000 * args.scale))
    kafka.load(topic, records, 2, args.seed, create=True)
    folder = os.path.join(args.work, "badinput")
    shutil.rmtree(folder, ignore_errors=True)
    configurations(args, report, os.path.join(folder, "config"), topic)
    stores(args, report, kafka, os.path.join(folder, "damage"), topic, records)
    bad_store.reading(args, report, os.path.join(folder, "reading"), topic)
    bad_store.same_state(args, report, kafka, os.path.join(folder, "same-state"), topic)
    bad_store.buckets(args, report, os.path.join(folder, "buckets"), topic)
    small = args.prefix + "small"
    kafka.load(small, 2_000, 2, args.seed, create=True)
    bad_store.full_disk(args, report, kafka, os.path.join(folder, "full"), small)


def configurations(args, report, folder, topic):
    backup = Backup(args.product, folder, "good", args.bootstrap, [topic])
    with open(backup.config, encoding="utf-8") as file:
        good = file.read()
    plain = os.path.join(folder, "plain-file")
    with open(plain, "w", encoding="utf-8") as file:
        file.write("not a folder\n")

    def swap(old, new):
        assert old in good, old
        return good.replace(old, new, 1)

    def line(text, part):
        return next(number for number, row in enumerate(text.splitlines(), 1) if part in row)

    unclosed = swap("include: [%s]" % topic, "include: [%s" % topic)
    unknown = swap("  compression: zstd", "  compresion: zstd")
    typed = swap("  compression: zstd", "  compression: zstd\n  segment_max_bytes: plenty")
    both = swap("  compression: zstd", "  continuous: true\n  stop_at_current_offsets: true")
    ignored = swap("  compression: zstd", "  checkpoint_interval_secs: 5")
    tabbed = swap("  compression: zstd", "\tcompression: zstd")
    cases = [
        ("no file", None, USAGE, ["nothing-here.yaml"]),
        ("a folder instead of a file", folder, USAGE, []),
        ("empty file", "", USAGE, ["backup.yaml"]),
        ("only a comment", "# nothing\n", USAGE, []),
        ("a list instead of a mapping", "- mode: backup\n", USAGE, []),
        ("YAML error, bracket", unclosed, USAGE, [r"line \d+|:\d+:\d+|\(\d+,\s*\d+\)"]),
        ("YAML error, tab", tabbed, USAGE, [r"\b%d\b" % line(tabbed, "\tcompression")]),
        ("unknown key", unknown, USAGE, [r"backup\.compresion", r"\b%d\b" % line(unknown, "compresion"), r"compression\b"]),
        ("the same key twice", good + "mode: backup\n", USAGE, ["mode"]),
        ("wrong type", typed, USAGE, [r"backup\.segment_max_bytes", r"\b%d\b" % line(typed, "segment_max_bytes")]),
        ("two problems at once", unknown + "  sync_interval_secs: soon\n", USAGE, [r"backup\.compresion", r"offset_storage\.sync_interval_secs"]),
        ("compression level 0", swap("  compression: zstd", "  compression_level: 0"), USAGE, [r"backup\.compression_level", "1", "22"]),
        ("compression level 23", swap("  compression: zstd", "  compression_level: 23"), USAGE, [r"backup\.compression_level", "1", "22"]),
        ("unknown compression", swap("compression: zstd", "compression: gzip"), USAGE, [r"backup\.compression", "gzip"]),
        ("continuous that stops at current offsets", both, USAGE, [r"backup\.stop_at_current_offsets", r"\b%d\b" % line(both, "stop_at"), r"backup\.continuous"]),
        ("a key that OSO ignores, checkpoint_interval_secs", ignored, USAGE,
         [r"backup\.checkpoint_interval_secs", r"\b%d\b" % line(ignored, "checkpoint_interval"), "remove it"]),
        ("a key that OSO ignores, s3_key", good + "  s3_key: offsets.db\n", USAGE, [r"offset_storage\.s3_key", "remove it"]),
        ("no backup id", swap("backup_id: good\n", ""), USAGE, ["backup_id"]),
        ("backup id of dots", swap("backup_id: good", "backup_id: .."), USAGE, ["backup_id"]),
        ("backup id with a slash", swap("backup_id: good", "backup_id: a/b"), USAGE, ["backup_id"]),
        ("empty backup id", swap("backup_id: good", "backup_id: ''"), USAGE, ["backup_id"]),
        ("unset variable as backup id", swap("backup_id: good", "backup_id: ${NOT_SET_ANYWHERE_1}"), USAGE, []),
        ("no servers", re.sub(r"  bootstrap_servers:\n(    - .*\n)+", "  bootstrap_servers: []\n", good), USAGE, [r"source\.bootstrap_servers"]),
        ("unknown backend", swap("backend: filesystem", "backend: tape"), USAGE, [r"storage\.backend", "tape"]),
        ("broker unreachable", re.sub(r"    - .*\n", "    - 127.0.0.1:1\n", good, count=1), SOURCE, [r"127\.0\.0\.1:1\b"]),
        ("topic missing", swap("include: [%s]" % topic, "include: [%s, no-such-topic]" % topic), SOURCE, ["no-such-topic"]),
        ("store is a file", swap("path: " + backup.store, "path: " + plain), STORAGE, [plain]),
        ("store below a file", swap("path: " + backup.store, "path: %s/deep" % plain), STORAGE, [plain]),
        ("store not writable", swap("path: " + backup.store, "path: /proc/no-store"), STORAGE, ["/proc/no-store"]),
    ]
    before = listing(backup.store, content=True), listing(plain + "/..", content=False).get("plain-file")
    for name, text, code, said in cases:
        path = os.path.join(backup.local, "backup.yaml")
        if text is None:
            path = os.path.join(backup.local, "nothing-here.yaml")
        elif text == folder:
            path = folder
        else:
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        run = backup.run("backup", "-c", path, timeout=120)
        judged(report, name, run, code, said)
        now = listing(backup.store, content=True), listing(plain + "/..", content=False).get("plain-file")
        report.check(now == before, "%s: nothing was written" % name, changes(before[0], now[0]))
    for name, command in (("no command", []), ("unknown command", ["bakcup"]), ("unknown option", ["backup", "-c", backup.config, "--fast"]),
                          ("no option", ["backup"]), ("list of nowhere", ["list"]), ("wrong format", ["describe", "--path", backup.store, "--backup-id", "x", "--format", "xml"])):
        run = backup.run(*(command or ["--no-such-option"]), timeout=60)
        judged(report, name, run, USAGE, [])
    run = backup.run("describe", "--path", backup.store, "--backup-id", "nothing", timeout=60)
    report.check(run.code not in (0, None) and sentences(run.err), "describe of a backup that is not there: exit %s: %s" % (run.code, run.err.strip()[-200:]), run.err)


def judged(report, name, run, code, said):
    last = [line for line in run.err.splitlines() if line.strip()][-1:] or [""]
    report.check(run.code == code, "%s: exit %s, expected %d: %s" % (name, run.code, code, last[0][:240]), run.err)
    report.check(sentences(run.err), "%s: told in sentences" % name, run.err)
    for pattern in said:
        report.check(re.search(pattern, run.err) is not None, "%s: the message names %s" % (name, pattern), run.err)
    if run.seconds > 30:
        report.note("%s took %.0f s" % (name, run.seconds))


def stores(args, report, kafka, folder, topic, records):
    backup = Backup(args.product, folder, "b", args.bootstrap, [topic], segment_max_records=max(10, records // 800))
    run = backup.run()
    report.check(run.code == 0, "a good run to be damaged ends with 0", run.err)
    for _ in range(4):
        with open(backup.path("_cluster", "head.json"), encoding="utf-8") as file:
            head = json.load(file)
        if head["parts"]:
            break
        kafka.load(topic, records, 2, args.seed + int(time.time()) % 1000)
        backup.run()
    report.check(bool(head["parts"]), "the head names parts, so that one can be missing (%d)" % len(head["parts"]))
    kafka.load(topic, 500, 2, args.seed + 7)
    pristine = os.path.join(folder, "pristine")
    shutil.copytree(backup.store, pristine, symlinks=True)
    shutil.copytree(backup.local, os.path.join(folder, "local-pristine"))

    def rewrite(path, change):
        def act():
            with open(path, encoding="utf-8") as file:
                value = json.load(file)
            change(value)
            with open(path, "w", encoding="utf-8") as file:
                json.dump(value, file)
        return act

    def replace(path, make):
        def act():
            os.remove(path)
            make(path)
        return act

    def part():
        return os.path.join(backup.store, head["parts"][0]["key"])

    def garble():
        with open(part(), "r+b") as file:
            file.seek(os.path.getsize(part()) // 2)
            file.write(b"\0\0\0\0")

    def garble_and_name_it():
        """Damage that the hash does not show."""
        with open(part(), "wb") as file:
            file.write(b"no zstd at all")
        with open(part(), "rb") as file:
            digest = hashlib.sha256(file.read()).hexdigest()
        rewrite(head_path, lambda h: h["parts"][0].update(sha256=digest))()

    head_path, manifest = backup.path("_cluster", "head.json"), backup.path("manifest.json")
    empty_range = {"topic": topic, "partition": 0, "base": -5, "next": 3}
    cases = [
        ("head truncated", lambda: os.truncate(head_path, os.path.getsize(head_path) // 2), ["head.json"]),
        ("head empty", lambda: os.truncate(head_path, 0), ["head.json"]),
        ("head is null", replace(head_path, lambda p: open(p, "w").write("null")), ["head.json"]),
        ("head is a list", replace(head_path, lambda p: open(p, "w").write("[]")), ["head.json"]),
        ("head of a newer format", rewrite(head_path, lambda h: h.update(format=2)), ["head.json", "2"]),
        ("head without parts", rewrite(head_path, lambda h: h.pop("parts")), ["head.json"]),
        ("head with a negative offset", rewrite(head_path, lambda h: h["tail"].append(empty_range)), ["head.json"]),
        ("head with a negative partition", rewrite(head_path, lambda h: h["tail"].append(dict(empty_range, base=0, partition=-1))), ["head.json"]),
        ("head with an overlap", rewrite(head_path, lambda h: h["tail"].append(dict(empty_range, base=0))), []),
        ("head is a folder", replace(head_path, os.mkdir), ["head.json"]),
        ("part missing", lambda: os.remove(part()), ["parts/"]),
        ("part changed", garble, ["parts/"]),
        ("part is no zstd", garble_and_name_it, ["parts/"]),
        ("manifest is a folder", replace(manifest, os.mkdir), ["manifest.json"]),
        ("manifest is a symbolic link to itself", replace(manifest, lambda p: os.symlink(p, p)), ["manifest.json"]),
    ]
    for name, damage, said in cases:
        if not head["parts"] and name.startswith("part"):
            continue
        shutil.rmtree(backup.store)
        shutil.copytree(pristine, backup.store, symlinks=True)
        damage()
        before = listing(backup.store, content=True)
        run = backup.run(timeout=120)
        judged(report, name, run, STORAGE, said)
        now = listing(backup.store, content=True)
        # A manifest is a view: without it everything is committed all the same.
        kept = {path: facts for path, facts in before.items() if not (name.startswith("manifest") and path in ("b/_cluster/head.json", "b/offsets.db"))}
        report.check(all(now.get(path) == facts for path, facts in kept.items()), "%s: nothing was overwritten" % name, changes(kept, now))
        if now.keys() - before.keys():
            report.check(name.startswith("manifest"), "%s: nothing was added" % name, changes(before, now))
            report.note("%d new objects" % len(now.keys() - before.keys()))
    shutil.rmtree(backup.store)
    shutil.copytree(pristine, backup.store, symlinks=True)
    run = backup.run()
    report.check(run.code == 0, "the store as it was before: the next run ends with 0", run.err)
    whole(report, backup, kafka.digests([topic]), "the store as it was before")
