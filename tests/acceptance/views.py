"""Views and caches that are gone, old or damaged: the next run goes on where the backup ended."""
import os
import shutil

from common import Backup, changes, listing, sentences, whole
from mixed import nothing_new

PARTITIONS = 2


def views(args, report, kafka):
    """Every case twice: with nothing new at the source, where nothing may be stored again, and with new records."""
    topics = [args.prefix + name for name in ("alpha", "beta")]
    for number, topic in enumerate(topics):
        kafka.load(topic, max(100, int(60_000 * args.scale)), PARTITIONS, args.seed + number, create=True, transactions="some-aborted" if number else "none")
    folder = os.path.join(args.work, "views")
    args.stores.empty(folder)
    backup = Backup(args.product, folder, "views", args.bootstrap, topics, stores=args.stores, segment_max_bytes=max(50_000, int(1_000_000 * args.scale)))
    run = backup.run()
    report.check(run.code == 0, "the first run ends with 0", run.err)
    older = os.path.join(folder, "older.db")
    with_sqlite_folded(backup.db, older)
    seed = [args.seed + 1000]

    def more():
        seed[0] += 1
        return sum(kafka.load(topic, max(20, int(600 * args.scale)), PARTITIONS, seed[0] * 10 + number) for number, topic in enumerate(topics))

    more()
    run = backup.run()
    report.check(run.code == 0, "the second run ends with 0", run.err)
    whole(report, backup, kafka.digests(topics), "before any damage")
    nothing_new(report, backup, "before any damage")
    for name, damage, said, warns in cases(backup, older):
        for fresh in (False, True):
            what = "%s, %s" % (name, "new records" if fresh else "nothing new")
            added = more() if fresh else 0
            stored = listing(backup.path("topics"))
            damage()
            run = backup.run()
            report.check(run.code == 0, "%s: the run ends with 0" % what, run.err)
            now = listing(backup.path("topics"))
            if fresh:
                report.check(all(now.get(path) == facts for path, facts in stored.items()), "%s: no stored segment was touched" % what, changes(stored, now))
                report.check(run.backed_up() == added, "%s: it backed up the %d new records and no other (%s)" % (what, added, run.backed_up()), run.err)
            else:
                report.check(now == stored, "%s: nothing was stored again" % what, changes(stored, now))
            report.check("[INFO]" not in run.out, "%s: logs are not on standard output" % what, run.out)
            report.check(sentences(run.err), "%s: the log holds no stack trace" % what, run.err)
            if said:
                report.check(said.lower() in run.err.lower(), "%s: the log says: %s" % (what, said), run.err)
            if warns:
                report.check("[WARN" in run.err, "%s: the log has a warning" % what, run.err)
            whole(report, backup, kafka.digests(topics), what)
    nothing_new(report, backup, "after all damage")


def cases(backup, older):
    """[(name, what is done before a run, what its log must say, whether it must warn)]"""
    cluster, remote = backup.path("_cluster"), backup.path("offsets.db")

    def both():
        backup.remove(backup.db)
        os.remove(remote)

    def old_local():
        backup.remove(backup.db)
        shutil.copy(older, backup.db)

    def old_remote():
        with open(older, "rb") as file:
            backup.write(remote, file.read())

    nonsense = b"this is not a database, however long one looks at it. " * 40

    def corrupt_local():
        backup.remove(backup.db)
        with open(backup.db, "wb") as file:
            file.write(nonsense)

    def alone(act):
        def write():
            backup.remove(backup.db)
            act()
        return write

    def corrupt_remote():
        backup.write(remote, nonsense)

    def cut_remote():
        with open(remote, "rb") as file:
            content = file.read()
        backup.write(remote, content[:len(content) // 2])

    def all_caches():
        both()
        backup.remove(backup.journal)
        shutil.rmtree(cluster)

    loaded = "Loaded offset database from remote storage"
    return [("local offsets.db deleted", lambda: backup.remove(backup.db), loaded, False),
            ("both offsets.db deleted", both, None, False),
            ("local offsets.db older", old_local, "is behind what is committed", False),
            ("remote offsets.db older", old_remote, None, False),
            ("remote offsets.db corrupt", corrupt_remote, None, True),
            ("remote offsets.db corrupt, no local one", alone(corrupt_remote), None, True),
            ("remote offsets.db cut, no local one", alone(cut_remote), None, True),
            ("local offsets.db corrupt", corrupt_local, None, True),
            ("journal deleted", lambda: backup.remove(backup.journal), None, False),
            ("_cluster/ deleted", lambda: shutil.rmtree(cluster), None, False),
            ("head.json alone deleted", lambda: os.remove(backup.path("_cluster", "head.json")), None, False),
            ("manifest.json deleted", lambda: os.remove(backup.path("manifest.json")), None, False),
            ("_cluster/, journal and both offsets.db deleted", all_caches, None, False)]


def with_sqlite_folded(path, to):
    """A copy of a database with its write-ahead log folded in."""
    import sqlite3
    with sqlite3.connect(path) as source, sqlite3.connect(to) as target:
        source.backup(target)
    source.close()
    target.execute("pragma journal_mode=delete")
    target.close()
