"""Processes that are killed, asked to stop, or not alone: nothing is lost and nothing is stored twice."""
import os
import random
import signal
import time

import decode_backup
from common import Backup, decoded, orphans, sentences, whole

PARTITIONS = 3


def topics_of(args, kafka, records):
    """Two topics with three partitions each, and what they hold."""
    topics = [args.prefix + name for name in ("left", "right")]
    for number, topic in enumerate(topics):
        kafka.load(topic, max(2, int(records * args.scale)) // 2, PARTITIONS, args.seed + number, create=True,
                   transactions="some-aborted" if number else "none")
    return topics, kafka.digests(topics)


def fresh(args, folder, name, topics, **options):
    path = os.path.join(args.work, folder, name)
    args.stores.empty(path)
    return Backup(args.product, path, "b", args.bootstrap, topics, stores=args.stores, segment_max_bytes=max(50_000, int(2_000_000 * args.scale)), **options)


def kill9(args, report, kafka):
    """SIGKILL, then SIGTERM, at random moments of a run over 400,000 records on 6 partitions, each followed by a new run."""
    topics, expected = topics_of(args, kafka, 400_000)
    whole_run = fresh(args, "kill9", "undisturbed", topics)
    run = whole_run.run()
    report.check(run.code == 0, "an undisturbed run ends with 0 (%.1f s)" % run.seconds, run.err)
    whole(report, whole_run, expected, "undisturbed run")
    chance, length = random.Random(args.seed), run.seconds
    for number, name in ((signal.SIGKILL, "kill"), (signal.SIGTERM, "term")):
        rounds = args.rounds if args.rounds is not None else 20
        done = late = 0
        while done < rounds and late <= 3 * rounds:
            moment = chance.uniform(0.1, 1.0) * length
            what = "%s %d after %.2f s" % (name, done + 1, moment)
            backup = fresh(args, "kill9", "%s-%02d" % (name, done + 1), topics)
            if interrupted(report, backup, number, moment, what, expected):
                done += 1
            else:
                late += 1
                length *= 0.97
                continue
            run = backup.run()
            report.check(run.code == 0, "%s: the next run ends with 0 (%.1f s)" % (what, run.seconds), run.err)
            whole(report, backup, expected, what)
            if not args.keep:
                backup.empty()
        report.check(done == rounds, "%d of %d runs were met by %s; %d had ended before" % (done, rounds, number.name, late))


def interrupted(report, backup, number, moment, what, expected):
    """Starts a run and sends it a signal at a moment; whether it was still at work."""
    process = backup.start()
    time.sleep(max(0.0, process.began + moment - time.monotonic()))
    if process.poll() is not None:
        backup.end(process)
        return False
    sent = time.monotonic()
    os.killpg(process.pid, number)
    run = backup.end(process, 60)
    if number == signal.SIGKILL:
        report.check(run.code == -signal.SIGKILL, "%s: it is gone" % what, run.code)
    else:
        report.check(run.code in (130, 0), "%s: ends with 130, or 0 when it was done (%s, %.2f s later)" % (what, run.code, time.monotonic() - sent), run.err)
        report.check(not run.err.strip() or sentences(run.err), "%s: no stack trace" % what, run.err)
        if run.code == 0:
            decoded(report, backup, expected, what + ", as it ended with 0")
    stored = 0
    if os.path.exists(backup.path("manifest.json")):
        rows = decode_backup.verify(backup.store, backup.id, strip_offset_headers=True)
        stored = sum(row["count"] for row in rows)
        report.check(not any(row["problems"] for row in rows), "%s: what the manifest names is sound (%s records)" % (what, format(stored, ",")),
                     "\n".join(problem for row in rows for problem in row["problems"][:3]))
        report.note("%d objects that nothing names" % len(orphans(backup)))
    else:
        report.note("no manifest yet; %d objects" % sum(len(names) for _, _, names in os.walk(backup.store)))
    return True


def two(args, report, kafka):
    """Two processes started together on one backup id, with state of their own, then with the same state."""
    topics, expected = topics_of(args, kafka, 200_000)
    chance = random.Random(args.seed)
    rounds = args.rounds if args.rounds is not None else 10
    for kind, count in (("own state", rounds), ("same state", (rounds + 2) // 3)):
        for number in range(1, count + 1):
            what = "two with %s, %d" % (kind, number)
            folder = "%s-%02d" % (kind.split()[0], number)
            one = fresh(args, "two", folder, topics)
            other = one if kind == "same state" else Backup(args.product, one.folder, "b", args.bootstrap, topics, local="other", stores=args.stores,
                                                            segment_max_bytes=max(50_000, int(2_000_000 * args.scale)))
            first = one.start()
            time.sleep(chance.choice((0.0, chance.uniform(0, 0.3), chance.uniform(0, 1.5))))
            second = other.start()
            runs = [one.end(first, 300), other.end(second, 300)]
            report.note("%s: exit codes %s and %s, %.1f and %.1f s" % (what, runs[0].code, runs[1].code, runs[0].seconds, runs[1].seconds))
            for run in runs:
                if run.code != 0:
                    said = [line for line in run.err.splitlines() if line.strip()][-1:] or [""]
                    report.check(run.code is not None and run.code > 0 and sentences(run.err) and said[0].rstrip().endswith("."),
                                 "%s: the loser ends with a sentence: %s" % (what, said[0]), run.err)
                else:
                    report.check(sentences(run.err), "%s: no stack trace of the one that ended with 0" % what, run.err)
            if any(run.code == 0 for run in runs):
                decoded(report, one, expected, what + ", one ended with 0")
            run = one.run()
            report.check(run.code == 0, "%s: a run after both ends with 0" % what, run.err)
            whole(report, one, expected, what)
            if not args.keep:
                one.empty()
