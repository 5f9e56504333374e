"""Objects that are damaged, disks that are full, buckets that refuse: a sentence with its place, the right exit code, and nothing made worse."""
import os
import shutil
import signal
import subprocess
import time

from careless_store import CarelessStore
from common import Backup, changes, listing, sentences, whole
from stores import Bucket

FAILURE, USAGE, STORAGE = 1, 2, 5
MIB = 1 << 20


def last_line(run):
    return ([line for line in run.err.splitlines() if line.strip()][-1:] or [""])[0]


def told(report, name, run, code, *said):
    report.check(run.code == code and sentences(run.err or run.out), "%s: exit %s, expected %d: %s" % (name, run.code, code, last_line(run)[:300]), run.err)
    text = run.err + run.out
    for part in said:
        report.check(part in text, "%s: the message names %s" % (name, part), text)


def reading(args, report, folder, topic):
    """What reading commands say of a backup that is not there, or is not whole."""
    args.stores.empty(folder)
    backup = Backup(args.product, folder, "b", args.bootstrap, [topic], stores=args.stores, segment_max_records=300)
    report.check(backup.run().code == 0, "a good run to be damaged ends with 0")
    place = "--path", backup.address(), "--backup-id"
    for command in (["describe"], ["validate"], ["validate", "--deep"], ["status"], ["list"]):
        told(report, "%s of a backup that is not there" % " ".join(command), backup.run(*command, *place, "nothing"), USAGE, "nothing", backup.shown()[:-2])
    key = sorted(segment["key"] for rows in backup.segments().values() for segment in rows)[1]
    path, manifest = os.path.join(backup.store, key), backup.path("manifest.json")

    def damaged(name, victim, change, code, *said, runs=()):
        with open(victim, "rb") as file:
            content = file.read()
        if change:
            backup.write(victim, change(content))
        else:
            os.remove(victim)
        before = listing(backup.store, content=True)
        for command in (["validate", "--deep", *place, "b"], *runs):
            told(report, "%s, %s" % (name, command[0]), backup.run(*command), code, *said)
        report.check(before == listing(backup.store, content=True), "%s: nothing was written" % name, changes(before, listing(backup.store, content=True)))
        backup.write(victim, content)

    def half(content):
        return content[:len(content) // 2]

    def flipped(content):
        return half(content) + bytes([content[len(content) // 2] ^ 4]) + content[len(content) // 2 + 1:]

    damaged("manifest truncated", manifest, half, STORAGE, "manifest.json", runs=(["describe", *place, "b"], ["backup", "-c", backup.config]))
    damaged("segment missing", path, None, FAILURE, key, "missing")
    damaged("segment truncated", path, half, FAILURE, key)
    damaged("a bit of a segment flipped", path, flipped, FAILURE, key, "CRC-32")
    run = backup.run("validate", "--deep", *place, "b")
    report.check(run.code == 0, "all put back: validate --deep ends with 0", run.out + run.err)


def same_state(args, report, kafka, folder, topic):
    """A second process while a first one, a continuous run, holds the local state."""
    args.stores.empty(folder)
    backup = Backup(args.product, folder, "b", args.bootstrap, [topic], stores=args.stores, continuous="true", segment_max_records=100)
    first = backup.start()
    until = time.monotonic() + 60
    while not os.path.exists(backup.path("manifest.json")) and first.poll() is None and time.monotonic() < until:
        time.sleep(0.1)
    told(report, "a second process with the same local state", backup.run(timeout=60), FAILURE, "Another process is working on backup 'b'", backup.local)
    report.check(first.poll() is None, "the first process goes on")
    os.killpg(first.pid, signal.SIGTERM)
    run = backup.end(first, 60)
    report.check(run.code == 0, "the first process ends with 0 when it is asked to (%s)" % run.code, run.err)
    backup = Backup(args.product, folder, "b", args.bootstrap, [topic], stores=args.stores)
    run = backup.run()
    report.check(run.code == 0, "a run after both ends with 0", run.err)
    whole(report, backup, kafka.digests([topic]), "two processes, one local state")


def full_disk(args, report, kafka, folder, topic):
    """The disk that holds the store is full in the middle of a run; later there is room."""
    shutil.rmtree(folder, ignore_errors=True)
    store = os.path.join(folder, "store")
    os.makedirs(store)
    if os.geteuid() or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", store], capture_output=True).returncode:
        report.note("skipped, full disk: mounting a small tmpfs takes root")
        return
    try:
        backup = Backup(args.product, folder, "b", args.bootstrap, [topic], segment_max_bytes=200_000)
        report.check(backup.run().code == 0, "full disk: a run that has room ends with 0")
        before = listing(backup.path("topics"))
        kafka.load(topic, 6_000, 2, args.seed + 40, shape="fixed:1000", codec="none")
        with open(os.path.join(store, "ballast"), "wb") as file:
            facts = os.statvfs(store)
            file.write(bytes(max(0, facts.f_bavail * facts.f_bsize - MIB // 2)))
        run = backup.run(timeout=300)
        told(report, "full disk", run, STORAGE, "No space left on device", store)
        report.note("full disk: took %.1f s" % run.seconds)
        now = listing(backup.path("topics"))
        report.check(all(now.get(path) == facts for path, facts in before.items()), "full disk: no stored segment was touched", changes(before, now))
        run = backup.run("validate", "--deep", "--path", store, "--backup-id", "b")
        report.check(run.code == 0, "full disk: what is there is sound, by validate --deep", run.out + run.err)
        os.remove(os.path.join(store, "ballast"))
        subprocess.run(["mount", "-o", "remount,size=64m", store], check=True)
        run = backup.run()
        report.check(run.code == 0, "full disk: with room again the next run ends with 0", run.err)
        whole(report, backup, kafka.digests([topic]), "full disk, next run")
    finally:
        subprocess.run(["umount", store], check=True)


def buckets(args, report, folder, topic):
    """Credentials, buckets and servers that cannot be used."""
    if args.stores.name != "s3":
        report.note("skipped, buckets: wants --store s3")
        return
    good, gone = args.stores, "http://127.0.0.1:1"
    secret = ["access_key: " + os.environ["AWS_ACCESS_KEY_ID"], "secret_key: wrong"]
    stranger = ["access_key: nobody", "secret_key: wrong"]
    cases = [("secret key wrong", good, secret, ["does not accept the signature", good.endpoint]),
             ("access key unknown", good, stranger, ["does not know the access key", good.endpoint]),
             ("bucket missing", Bucket(good.endpoint, "no-such-bucket", good.files), [], ["no-such-bucket", good.endpoint]),
             ("nothing listens at the endpoint", Bucket(gone, good.bucket, good.files), [], [gone])]
    forbidden = os.environ.get("KAFKA_BACKUP_TEST_S3_FORBIDDEN_BUCKET")
    if forbidden:
        cases.append(("bucket forbidden", Bucket(good.endpoint, forbidden, good.files), [], ["denies access", forbidden, good.endpoint]))
    else:
        report.note("skipped, bucket forbidden: KAFKA_BACKUP_TEST_S3_FORBIDDEN_BUCKET names none")
    for name, stores, keys, said in cases:
        before = listing(good.root(folder), content=True)
        backup = Backup(args.product, folder, "b", args.bootstrap, [topic], stores=Keyed(stores, keys))
        run = backup.run(timeout=180)
        told(report, name, run, STORAGE, *said)
        report.note("%s: took %.1f s" % (name, run.seconds))
        report.check(listing(good.root(folder), content=True) == before, "%s: nothing was written" % name)
        if not keys:
            told(report, name + ", list", backup.run("list", "--path", backup.address()), STORAGE, *said)
    for ignored in (["If-None-Match"], ["If-Match"], ["If-None-Match", "If-Match"]):
        name = "a store that ignores " + " and ".join(ignored)
        with CarelessStore(ignored) as store:
            backup = Backup(args.product, folder, "b", args.bootstrap, [topic], stores=Bucket(store.endpoint, "careless", good.files))
            run = backup.run(timeout=120)
            told(report, name, run, STORAGE, "cannot hold backups", ignored[0], "s3://careless")
            left = sorted(path for path in store.objects if "/topics/" not in path)
            report.check(not left, "%s: no head, no manifest, no probe is left" % name, left)
            report.note("%s: %d segments that nothing names" % (name, len(store.objects) - len(left)))


class Keyed(Bucket):
    """A bucket with credentials of its own."""

    def __init__(self, stores, keys):
        super().__init__(stores.endpoint, stores.bucket, stores.files)
        self.keys = keys

    def section(self, folder):
        return super().section(folder) + self.keys
