"""A first run over records of every shape, a second over what came after, and a third with nothing to do."""
import json
import os

from common import Backup, changes, listing, sentences, whole

PARTITIONS = 4


def state_file(args):
    return os.path.join(args.work, "mixed", "state.json")


def open_backup(args, state):
    return Backup(args.product, os.path.join(args.work, "mixed"), "mixed", args.bootstrap, state["topics"], stores=args.stores,
                  segment_max_bytes=max(200_000, int(8_000_000 * args.scale)))


def mixed(args, report, kafka):
    """3 topics x 4 partitions, 1,200,000 records, one producer with aborted transactions: the decoder finds the committed ones."""
    args.stores.empty(os.path.join(args.work, "mixed"))
    topics = [args.prefix + name for name in ("orders", "payments", "users")]
    total = max(3, int(1_200_000 * args.scale))
    committed = sum(kafka.load(topic, total // 3, PARTITIONS, args.seed + number, create=True,
                               transactions="some-aborted" if number == 1 else "none") for number, topic in enumerate(topics))
    report.note("%s records written, %s of them committed" % (format(total // 3 * 3, ","), format(committed, ",")))
    backup = open_backup(args, {"topics": topics})
    run = backup.run()
    report.check(run.code == 0, "the first run ends with 0 (%.1f s)" % run.seconds, run.err)
    in_order(report, run, ["[INFO] No saved offsets found, starting from earliest", "[INFO] Backed up %s records across 3 topics" % format(committed, ",")])
    report.check("[INFO]" not in run.out, "logs are not on standard output", run.out)
    whole(report, backup, kafka.digests(topics), "first run")
    for command, wanted in ((["list", "--path", backup.address()], backup.id),
                            (["describe", "--path", backup.address(), "--backup-id", backup.id, "--format", "text"], topics[0])):
        run = backup.run(*command)
        report.check(run.code == 0 and wanted in run.out, "%s shows %s" % (command[0], wanted), run.out + run.err)
    described(report, backup)
    with open(state_file(args), "w", encoding="utf-8") as file:
        json.dump({"topics": topics}, file)


def incremental(args, report, kafka):
    """45,000 more records: only those are read; a third run writes nothing."""
    if not os.path.exists(state_file(args)):
        mixed(args, report, kafka)
    with open(state_file(args), encoding="utf-8") as file:
        topics = json.load(file)["topics"]
    backup = open_backup(args, {"topics": topics})
    before, positions, objects = backup.segments(), backup.covered(), listing(backup.path("topics"))
    more = max(3, int(45_000 * args.scale)) // 3
    added = sum(kafka.load(topic, more, PARTITIONS, args.seed + 100 + number) for number, topic in enumerate(topics))
    run = backup.run()
    report.check(run.code == 0, "the second run ends with 0 (%.1f s)" % run.seconds, run.err)
    after = backup.segments()
    grown = sum(s["record_count"] for rows in after.values() for s in rows) - sum(s["record_count"] for rows in before.values() for s in rows)
    report.check(grown == added, "the manifest has %s records more, %s were added" % (format(grown, ","), format(added, ",")))
    report.check(run.backed_up() == added, "the run says that it backed up %s records" % format(added, ","), run.err)
    moved = sorted(where for where, rows in after.items() if sum(s["record_count"] for s in rows) != sum(s["record_count"] for s in before.get(where, [])))
    in_order(report, run, ["[INFO] Loaded offset database from remote storage", "[INFO] Resuming from saved offsets",
                           {"[INFO] %s:%d — starting at offset %d (saved: %d)" % (*where, positions[where], positions[where] - 1) for where in moved if where in positions},
                           "[INFO] Backed up %s new records across 3 topics" % format(added, ","),
                           "[INFO] Offset database synced to %s" % backup.shown("offsets.db")])
    kept = all(segment in after[where] for where, rows in before.items() for segment in rows)
    report.check(kept and len(moved) > 0, "the manifest names the segments of the first run unchanged, and new ones of %d partitions" % len(moved))
    now = listing(backup.path("topics"))
    report.check(all(now.get(path) == facts for path, facts in objects.items()), "no object of the first run was touched", changes(objects, now))
    whole(report, backup, kafka.digests(topics), "second run")
    described(report, backup)
    nothing_new(report, backup, "third run")
    if not args.keep:
        kafka.made = topics
        os.remove(state_file(args))


def nothing_new(report, backup, what, but=()):
    """A run that finds nothing new writes no object, but for those named."""
    def others():
        return {name: facts for name, facts in listing(backup.store).items() if not name.endswith(tuple(but))}
    before = others()
    run = backup.run()
    after = others()
    report.check(run.code == 0, "%s: nothing new, ends with 0" % what, run.err)
    report.check(before == after, "%s: no object was written" % what, changes(before, after))
    report.check("[INFO]" not in run.out, "%s: logs are not on standard output" % what, run.out)
    report.note("%s took %.2f s" % (what, run.seconds))


def in_order(report, run, wanted):
    """Each wanted text must stand in the log after the one before; those of a set in any order."""
    at, lines = 0, run.err.splitlines()
    for step in wanted:
        places = []
        for text in sorted(step) if isinstance(step, set) else [step]:
            found = next((number for number in range(at, len(lines)) if text in lines[number]), None)
            if not report.check(found is not None, "the log says, in its place: %s" % text,
                                "\n".join(lines[at:][:40]) + ("\n(it stands earlier)" if any(text in line for line in lines[:at]) else "")):
                continue
            places.append(found)
        at = max(places, default=at - 1) + 1
    report.check(sentences(run.err), "the log holds no stack trace", run.err)


def described(report, backup):
    """`describe --format json` names every segment of the manifest."""
    run = backup.run("describe", "--path", backup.address(), "--backup-id", backup.id, "--format", "json")
    try:
        json.loads(run.out)
    except ValueError:
        report.check(False, "describe --format json prints JSON", run.out + run.err)
        return
    keys = [segment["key"] for rows in backup.segments().values() for segment in rows]
    report.check(run.code == 0 and all(key in run.out for key in keys), "describe names all %d segments" % len(keys), run.out[:2000])
