"""A store that fails in the middle: nothing may be overwritten, and the run either gets through or ends with 5 and a sentence."""
import json
import os
import re
import shutil

import decode_backup
import ledger
from common import Backup, changes, listing, sentences, whole
from faulty_store import HANG, LOSE, Fault, FaultyStore
from stores import Bucket

HEAD, MANIFEST, SEGMENT, OFFSETS = r"/_cluster/head\.json$", r"/manifest\.json$", r"/topics/.*/segment-", r"/offsets\.db$"
LIST = r"[?&]list-type=2"
OK, STORAGE = 0, 5

# (what fails, faults, exit code, what the log must say, most seconds)
CASES = [
    ("GET of the head answers 500 twice", [Fault("GET", HEAD, 500, 2)], OK, None, 60),
    ("GET of the head answers 500 for ever", [Fault("GET", HEAD, 500)], STORAGE, "head.json", 90),
    ("GET of the head answers 403", [Fault("GET", HEAD, 403)], STORAGE, "head.json.*denies access", 30),
    ("GET of the head hangs once", [Fault("GET", HEAD, HANG, 1)], OK, None, 120),
    ("GET of the head hangs for ever", [Fault("GET", HEAD, HANG)], STORAGE, "head.json", 75),
    ("GET of the head loses its answer for ever", [Fault("GET", HEAD, LOSE)], STORAGE, "head.json", 90),
    ("GET of the manifest answers 500 twice", [Fault("GET", MANIFEST, 500, 2)], OK, None, 60),
    ("GET of the manifest answers 500 for ever", [Fault("GET", MANIFEST, 500)], STORAGE, "manifest.json", 90),
    ("GET of the manifest answers 403", [Fault("GET", MANIFEST, 403)], STORAGE, "manifest.json.*denies access", 30),
    ("HEAD of the manifest answers 500 for ever", [Fault("HEAD", MANIFEST, 500)], STORAGE, "manifest.json", 90),
    ("HEAD and GET of the manifest answer 403", [Fault("HEAD", MANIFEST, 403), Fault("GET", MANIFEST, 403)], STORAGE, "manifest.json.*denies access", 30),
    ("GET of the manifest hangs once", [Fault("GET", MANIFEST, HANG, 1)], OK, None, 120),
    ("GET of the manifest hangs for ever", [Fault("GET", MANIFEST, HANG)], STORAGE, "manifest.json", 720),
    ("PUT of the head answers 500 twice", [Fault("PUT", HEAD, 500, 2)], OK, None, 60),
    ("PUT of the head answers 500 for ever", [Fault("PUT", HEAD, 500)], STORAGE, "head.json", 90),
    ("PUT of the head answers 503 for ever", [Fault("PUT", HEAD, 503)], STORAGE, "head.json", 90),
    ("PUT of the head answers 403", [Fault("PUT", HEAD, 403)], STORAGE, "head.json.*denies access", 30),
    ("PUT of the head loses its answer once", [Fault("PUT", HEAD, LOSE, 1)], OK, None, 60),
    ("PUT of the head loses every answer, that of a repetition too", [Fault("PUT", HEAD, LOSE)], STORAGE, "head.json", 90),
    ("PUT of the head hangs once", [Fault("PUT", HEAD, HANG, 1)], OK, None, 120),
    ("PUT of the manifest answers 500 for ever", [Fault("PUT", MANIFEST, 500)], STORAGE, "manifest.json", 90),
    ("PUT of the manifest answers 503 twice", [Fault("PUT", MANIFEST, 503, 2)], OK, None, 60),
    ("PUT of the manifest loses its answer twice", [Fault("PUT", MANIFEST, LOSE, 2)], OK, None, 60),
    ("PUT of the manifest loses every answer", [Fault("PUT", MANIFEST, LOSE)], STORAGE, "manifest.json", 90),
    ("PUT of offsets.db loses its answer twice", [Fault("PUT", OFFSETS, LOSE, 2)], OK, None, 60),
    ("PUT of offsets.db loses every answer", [Fault("PUT", OFFSETS, LOSE)], STORAGE, "offsets.db", 90),
    ("PUT of a segment answers 500 six times", [Fault("PUT", SEGMENT, 500, 6)], OK, None, 60),
    ("PUT of a segment answers 503 for ever", [Fault("PUT", SEGMENT, 503)], STORAGE, "segment-", 400),
    ("PUT of a segment answers 403", [Fault("PUT", SEGMENT, 403)], STORAGE, "denies access", 60),
    ("PUT of a segment loses its answer six times", [Fault("PUT", SEGMENT, LOSE, 6)], OK, None, 60),
    ("PUT of a segment loses every answer", [Fault("PUT", SEGMENT, LOSE)], STORAGE, "segment-", 400),
    ("PUT of a segment hangs twice", [Fault("PUT", SEGMENT, HANG, 2)], OK, None, 150),
    ("every listing answers 500", [Fault("GET", LIST, 500)], STORAGE, "Cannot list .*_cluster/parts", 90),  # A claim looks whether the ledger is the newest.
]
# On a backup that does not exist yet.
FIRST = [
    ("first run, creation of the head loses its answer", [Fault("PUT", HEAD, LOSE, 1)], OK, None, 60),
    ("first run, PUT of the head answers 500 for ever", [Fault("PUT", HEAD, 500)], STORAGE, "head.json", 90),
    ("first run, GET of the head answers 403", [Fault("GET", HEAD, 403)], STORAGE, "head.json.*denies access", 30),
    ("first run, GET of the manifest answers 403", [Fault("GET", MANIFEST, 403)], STORAGE, "manifest.json.*denies access", 30),
    ("first run, every DELETE answers 403", [Fault("DELETE", "", 403)], STORAGE, "probe-.*denies access", 30),
]


def faults(args, report, kafka):
    """Every case is a run with new records, through a proxy that fails chosen requests, and one without faults after each that failed."""
    if args.stores.name != "s3":
        report.note("skipped: wants --store s3")
        return
    topic = args.prefix + "topic"
    kafka.load(topic, max(1_000, int(40_000 * args.scale)), 4, args.seed, create=True)
    with FaultyStore(args.stores.endpoint) as store:
        stores = Bucket(store.endpoint, args.stores.bucket, args.stores.files, patience=10)

        def fresh(name):
            folder = os.path.join(args.work, "faults", name)
            stores.empty(folder)
            return Backup(args.product, folder, "b", args.bootstrap, [topic], stores=stores, segment_max_records=200)

        grown = fresh("grown")
        run = grown.run()
        report.check(run.code == OK, "the first run, without faults, ends with 0", run.err)
        kafka.load(topic, 1_000, 4, args.seed + 1)
        expected = kafka.digest(topic)
        for number, case in enumerate(CASES + FIRST):
            if args.only and not re.search(args.only, case[0]):
                continue
            stores.patience = 120 if re.search("hangs (once|twice)", case[0]) else 10  # A request that hangs takes the 30 s after which the client gives it up.
            backup = fresh("case-%02d" % number)
            if case in CASES:
                shutil.copytree(grown.store, backup.store)  # With the attributes in which the server keeps what else it knows.
                for path in (backup.db, backup.journal):
                    shutil.copy(path.replace(backup.folder, grown.folder), path)
            judged(report, store, backup, expected, *case)
            if not args.keep:
                backup.empty()


def judged(report, store, backup, expected, what, faulted, code, said, limit):
    before, shown = listing(backup.store, content=True), manifest_of(backup)
    store.set(*faulted)
    run = backup.run(timeout=900)
    store.set()
    after = listing(backup.store, content=True)
    last = [line for line in run.err.splitlines() if line.strip()][-1:] or [""]
    report.check(run.code == code, "%s: exit %s, expected %d, after %.1f s and %d faults" % (what, run.code, code, run.seconds, sum(f.met for f in faulted)), run.err)
    report.check(any(f.met for f in faulted), "%s: the fault was met" % what)
    report.check(run.seconds <= limit, "%s: ended within %d s" % (what, limit))
    report.check(sentences(run.err), "%s: told in sentences%s" % (what, ": " + last[0][:300] if run.code else ""), run.err)
    if said:
        report.check(re.search(said, run.err) is not None, "%s: the log says %s" % (what, said), run.err)
    stored = {path: facts for path, facts in before.items() if "/topics/" in path and "_cluster" not in path}
    report.check(all(after.get(path) == facts for path, facts in stored.items()), "%s: no stored segment was touched" % what, changes(stored, after))
    if run.code:
        failed(report, backup, what, faulted[0], before, after, shown)
        run = backup.run()
        report.check(run.code == OK, "%s: the next run ends with 0 (%.1f s)" % (what, run.seconds), run.err)
        what += ", next run"
    whole(report, backup, expected, what)


def failed(report, backup, what, fault, before, after, shown):
    """What a run that failed may have changed: nothing, when it could not begin; never what it could not read or write; and nothing is lost.
    A view that fails keeps no record from being committed."""
    if fault.method == "GET" and fault.pattern.pattern == HEAD:
        report.check(before == after, "%s: nothing was written" % what, changes(before, after))
        return
    same = [path for path in before if fault.act != LOSE and fault.pattern.search("/" + path)]
    report.check(all(after.get(path) == before[path] for path in same), "%s: what could not be read or written is as it was" % what, changes(before, after))
    if shown is None:
        return
    now = manifest_of(backup)
    report.check(shown.items() <= now.items(), "%s: the manifest still names all %d segments, and %d more" % (what, len(shown), len(now) - len(shown)))
    try:
        ledger.load(backup.store, backup.id)
        rows = decode_backup.verify(backup.store, backup.id, strip_offset_headers=True)
        problems = [problem for row in rows for problem in row["problems"]]
    except Exception as error:
        problems = [repr(error)]
    report.check(not problems, "%s: what the manifest names is sound" % what, "\n".join(problems[:5]))


def manifest_of(backup):
    if not os.path.exists(backup.path("manifest.json")):
        return None
    return {segment["key"]: json.dumps(segment, sort_keys=True) for rows in backup.segments().values() for segment in rows}
