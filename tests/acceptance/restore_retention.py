"""Records of last year and of the next hour come into topics that would delete, compact, change or refuse them, and stay until somebody says otherwise.

The broker's retention and compaction have to be at work every second or so (log.retention.check.interval.ms=1000, log.cleaner.backoff.ms=500).
"""
import os
import random
import re
import signal
import subprocess
import time

import produce
from restoring import backed_up, restored, start

SECOND, DAY, YEAR = 1_000, 86_400_000, 31_536_000_000
WEEK = 7 * DAY
KEEPS_ALL = {"retention.ms": "-1", "segment.ms": "31536000000000"}  # While a source is filled: its one segment ends with records of the next hour, and so stays.
CLOSES = {"segment.ms": DAY, "segment.bytes": 1_048_576, "max.message.bytes": 30_000}  # Closed segments, and many: the first of them are deleted, the last never.

# What topics of each kind are given, and with which of it a restore has to find fault; retention.ms is 7 days by default.
KINDS = {
    "age": ({"retention.ms": WEEK}, {"retention.ms"}),
    "size": ({"retention.ms": -1, "retention.bytes": 200_000}, {"retention.bytes"}),
    "early": ({"retention.ms": WEEK, "message.timestamp.before.max.ms": WEEK}, {"retention.ms", "message.timestamp.before.max.ms"}),
    "late": ({"message.timestamp.after.max.ms": 60_000}, {"retention.ms", "message.timestamp.after.max.ms"}),
    "compact": ({"cleanup.policy": "compact", "min.cleanable.dirty.ratio": .01}, {"cleanup.policy"}),
    "both": ({"cleanup.policy": "[compact,delete]", "retention.ms": WEEK}, {"cleanup.policy", "retention.ms"}),
    "stamped": ({"message.timestamp.type": "LogAppendTime", "retention.ms": WEEK}, {"message.timestamp.type", "retention.ms"}),
}
HELD = {"retention.ms": "-1", "retention.bytes": "-1", "cleanup.policy": "delete", "message.timestamp.type": "CreateTime",
        "message.timestamp.before.max.ms": "9223372036854775807", "message.timestamp.after.max.ms": "9223372036854775807"}
UNKNOWN = {"message.timestamp.before.max.ms", "message.timestamp.after.max.ms"}  # The format of backups has no place for them.


def retention(args, report, kafka):
    """Into topics that the restore makes, and into those that are there by each policy; at one go, and by attempts that are killed."""
    sources = {kind: filled(args, kafka, kind) for kind in KINDS}
    backup = backed_up(args, report, kafka, sources.values())
    content = {kind: digest(kafka, topic) for kind, topic in sources.items()}
    known = {kind: {key: value for key, value in own.items() if key not in UNKNOWN} for kind, own in own_of(kafka, sources).items()}
    records = sum(count for partitions in content.values() for count, _ in partitions.values())

    made = named(kafka, sources, "made")
    run = restored(backup, made_of(sources, made))
    report.check(run.code == 0, "%s records are restored into topics that the restore makes (%.1f s)" % (format(records, ","), run.seconds), run.err)
    kept(report, kafka, "made", made, content, {kind: set(HELD) for kind in KINDS})
    given_back(report, kafka, "made", made, told(run.err), known)
    gone(report, kafka, made["age"], content["age"])

    ignored = named(kafka, sources, "ignored", make=True)
    before = own_of(kafka, ignored)
    refused(report, kafka, backup, sources, ignored)
    report.check(own_of(kafka, ignored) == before, "refuse: no setting is changed")
    ignores(report, kafka, backup, sources, ignored, content)
    report.check(own_of(kafka, ignored) == before, "ignore: no setting is changed")

    skipped = named(kafka, sources, "skipped", make=True)
    before = own_of(kafka, skipped)
    skips(report, kafka, backup, sources, skipped)
    report.check(own_of(kafka, skipped) == before, "skip: no setting is changed")

    held = named(kafka, sources, "held", make=True)
    before = own_of(kafka, held)
    run = restored(backup, made_of(sources, held), "retention_policy: hold")
    report.check(run.code == 0, "hold: %s records are restored (%.1f s)" % (format(records, ","), run.seconds), run.err)
    kept(report, kafka, "hold", held, content, {kind: harms for kind, (_, harms) in KINDS.items()})
    given_back(report, kafka, "hold", held, told(run.err), before)
    gone(report, kafka, held["age"], content["age"])

    killed(args, report, kafka, backup, sources, content, known, records, "made", named(kafka, sources, "killed-made"))
    existing = named(kafka, sources, "killed-held", make=True)
    before = own_of(kafka, existing)
    killed(args, report, kafka, backup, sources, content, before, records, "hold", existing)


def killed(args, report, kafka, backup, sources, content, before, records, what, names):
    """Killed when the first of its settings is there, and in its middle; the broker's retention runs before it is started again."""
    chooser, logs = random.Random(args.seed), []
    lines = ["retention_policy: hold", "rate_limit_records_per_sec: %d" % (records / 15)]
    for moment in ("Changing settings", "Restoring"):
        process = start(backup, made_of(sources, names), *lines)
        if moment != "Restoring" and what != "hold":
            time.sleep(chooser.uniform(1, 2.5))
        else:
            until(lambda: moment in text(process.names[1]) or process.poll() is not None, "the restore says '%s'" % moment)
            time.sleep(chooser.uniform(0, .3) if moment != "Restoring" else chooser.uniform(4, 9))
        os.killpg(process.pid, signal.SIGKILL)
        run = backup.end(process)
        logs.append(run.err)
        report.check(run.code == -signal.SIGKILL, "%s: killed %.1f s after its start" % (what, run.seconds), run.err)
        passes(kafka)
        now = settings(kafka)
        report.note("killed, %d of %d topics are held" % (sum(any(now.get(topic, {}).get(key) == HELD[key] for key in KINDS[kind][1]) for kind, topic in names.items()), len(names)))
    there = {kind: digest(kafka, topic) for kind, topic in names.items() if topic in now}
    report.note("killed, and after the broker's retention: %d of %d records" % (sum(count for partitions in there.values() for count, _ in partitions.values()), records))
    run = restored(backup, made_of(sources, names), "retention_policy: hold")
    report.check(run.code == 0 and "Going on" in run.err, "%s: it goes on, and comes to its end (%.1f s)" % (what, run.seconds), run.err)
    kept(report, kafka, "%s, killed" % what, names, content, {kind: set(HELD) if what == "made" else harms for kind, (_, harms) in KINDS.items()})
    commands = told(run.err)  # Of topics that were there also before they are changed, as nobody may ever start it again.
    earlier = {topic: command for log in logs for topic, command in told(log).items()}
    report.check(earlier == (commands if what == "hold" else {}), "%s, killed: the %d commands that were told before the kill are those that are told at the end" % (what, len(earlier)), (earlier, commands))
    given_back(report, kafka, "%s, killed" % what, names, commands, before)


def refused(report, kafka, backup, sources, names):
    for kind, (_, harms) in KINDS.items():
        run = restored(backup, {sources[kind]: names[kind]}, "retention_policy: refuse")
        wanting = [key for key in harms if key + " " not in run.err]
        report.check(run.code == 2 and not wanting and "'%s'" % names[kind] in run.err, "refuse: exit code %s, and %s of a topic of the kind '%s' is named" % (
            run.code, " and ".join(sorted(harms)), kind), run.err)
    held = {topic: sum(end for end in offsets(kafka, topic).values()) for topic in names.values()}
    report.check(not any(held.values()), "refuse: nothing is written", held)


def ignores(report, kafka, backup, sources, names, content):
    """What the settings do is done, and told before; records that the broker does not take are told as such (exit code 4)."""
    for kind, (_, harms) in KINDS.items():
        run = restored(backup, {sources[kind]: names[kind]}, "retention_policy: ignore")
        wanting = [key for key in harms if key + " " not in run.err]
        deleted = kind in ("age", "size", "both") and "have deleted some of them since" in run.err  # Before they were counted: it has happened, and is told.
        code = 4 if kind in ("early", "late") else 3 if deleted else 0
        report.check(run.code == code and not wanting, "ignore: exit code %s for the kind '%s', and a warning names %s" % (run.code, kind, " and ".join(sorted(harms))), run.err)
    passes(kafka)
    left = {kind: sum(count for count, _ in digest(kafka, names[kind]).values()) for kind in KINDS}
    had = {kind: sum(count for count, _ in content[kind].values()) for kind in KINDS}
    report.note("left of each: " + ", ".join("%s %d of %d" % (kind, left[kind], had[kind]) for kind in KINDS))
    report.check(all(left[kind] < had[kind] for kind in KINDS if kind != "stamped") and left["stamped"] == had["stamped"],
                 "ignore: the broker deletes, compacts and refuses what it does by those settings, so that the other checks mean something", left)
    first = min(row["timestamp"] for row in kafka.kt("dump", "--topic", names["stamped"], "--from", 0, "--to", 1) if "offset" in row)
    report.check(abs(time.time() * SECOND - first) < DAY, "ignore: LogAppendTime gives records the time of the restore", first)


def skips(report, kafka, backup, sources, names):
    """What the topic would delete for its age or refuse is left out, and all else is there when the broker's retention has run; what it does by itself, it does."""
    logs, spans = {}, {}
    for kind in KINDS:
        began = time.time() * SECOND
        run = restored(backup, {sources[kind]: names[kind]}, "retention_policy: skip")
        logs[kind], spans[kind] = run, (began, time.time() * SECOND)
        code = {"stamped": {2}, "compact": {0}, "size": {0, 3}}.get(kind, {3})
        report.check(run.code in code, "skip: exit code %s for the kind '%s'" % (run.code, kind), run.err)
    report.check("That cannot be left out" in logs["stamped"].err and not any(offsets(kafka, names["stamped"]).values()), "skip: a topic that gives all records another time is refused", logs["stamped"].err)
    passes(kafka)
    for kind in ("age", "early", "late", "both"):
        own, (began, ended) = KINDS[kind][0], spans[kind]
        lead = own.get("message.timestamp.after.max.ms", 3_600_000)
        lead -= min(lead // 10, 3_600_000)
        told = int(re.search(r"([\d,]+) record\(s\) are left out", logs[kind].err)[1].replace(",", ""))
        source, target = records(kafka, sources[kind]), records(kafka, names[kind])
        must = [record for record in source if began - WEEK + 3_600_000 * 2 < record[1] <= began + lead]
        may = {record for record in source if began - WEEK < record[1] <= ended + lead}
        if kind != "both":  # That one compacts.
            report.check(set(must) <= set(target) <= may and [record for record in source if record in set(target)] == target,
                         "skip: %d of %d records are there, in their order, for the kind '%s'" % (len(target), len(source), kind), (len(must), len(target), len(may)))
            report.check(told == len(source) - len(target), "skip: %d are told as left out" % told, len(source) - len(target))
        else:
            report.check(set(target) <= may and told == len(source) - len(must) and {record[:1] + record[2:3] for record in must} == {record[:1] + record[2:3] for record in target},
                         "skip: of %d records that are left each key is there, for the kind '%s'" % (len(must), kind), (len(target), told))


def records(kafka, topic):
    """(partition, timestamp, key, value) of all, in their order."""
    return [(row["partition"], row["timestamp"], row["key"], row["value"]) for row in kafka.kt("dump", "--topic", topic, "--isolation", "read_committed") if "offset" in row]


def kept(report, kafka, what, names, content, keys):
    """After the broker's retention ran, every record is there, and the settings are those that keep them."""
    found = {kind: digest(kafka, topic) for kind, topic in names.items()}
    report.check(found == content, "%s: each record is there, byte for byte" % what, differences(found, content))
    passes(kafka)
    found = {kind: digest(kafka, topic) for kind, topic in names.items()}
    report.check(found == content, "%s: each record is there after the broker's retention and compaction ran" % what, differences(found, content))
    now = settings(kafka)
    wrong = ["%s of %s is %s" % (key, topic, now[topic].get(key)) for kind, topic in names.items() for key in keys[kind] if now[topic].get(key) != HELD[key]]
    report.check(not wrong, "%s: the settings keep everything" % what, wrong)


def given_back(report, kafka, what, names, commands, before):
    """The told commands are run as they are told, by a shell that finds Kafka's scripts."""
    report.check(commands.keys() == set(names.values()), "%s: a command is told for each topic" % what, commands)
    for command in commands.values():
        done = subprocess.run(["bash", "-c", command.replace("--bootstrap-server ...", "--bootstrap-server " + kafka.bootstrap)], capture_output=True, text=True,
                              env=dict(os.environ, PATH=os.path.join(kafka.home, "bin") + os.pathsep + os.environ["PATH"]))
        if done.returncode or "Error" in done.stdout + done.stderr:
            report.check(False, "%s: the command is taken" % what, command + "\n" + done.stdout + done.stderr)
    now = own_of(kafka, names)
    wrong = {kind: (now[kind], before[kind]) for kind in names if now[kind] != before[kind]}
    report.check(not wrong, "%s: the told commands give %d topics their settings back" % (what, len(names)), wrong)


def gone(report, kafka, topic, content):
    """With its own settings the topic loses its old records: it was the held ones that kept them."""
    full = sum(count for count, _ in content.values())
    until(lambda: sum(offsets(kafka, topic, "earliest").values()) > 0, "the log start of '%s' moves" % topic)
    left = sum(count for count, _ in digest(kafka, topic).values())
    report.check(0 < left < full, "with its own settings a topic loses all but %d of %d records within seconds" % (left, full))


def passes(kafka):
    """Comes back when the broker has been through all topics once: it has deleted from a topic what was due, then from another one, and compacted a third."""
    for number in range(2):
        topic = canary(kafka, {"retention.ms": 1, "segment.ms": 1_000})
        until(lambda: sum(offsets(kafka, topic, "earliest").values()) > 0, "the broker's retention deletes something")
    topic = canary(kafka, {"cleanup.policy": "compact", "min.cleanable.dirty.ratio": .01, "segment.ms": 1_000})
    until(lambda: sum(count for count, _ in digest(kafka, topic).values()) < 300, "the broker compacts something")


def canary(kafka, own):
    topic = "canary-%x" % time.monotonic_ns()
    create(kafka, topic, own, 1)
    produce.write(kafka.bootstrap, topic, 0, [(int(time.time() * SECOND) - YEAR + number * 100, b"%d" % (number % 10), b"old") for number in range(300)])
    return topic


def filled(args, kafka, kind):
    """A source: four fifths of its records are of the year before last week, by age, and one fifth is of the next hour."""
    topic, chooser, now = "%s%s" % (args.prefix, kind), random.Random("%s %s" % (args.seed, kind)), int(time.time() * SECOND)
    create(kafka, topic, KEEPS_ALL, 2)
    count = max(200, int(2_000 * args.scale))
    for partition in range(2):
        old = [now - YEAR + number * (YEAR - WEEK - DAY) // (count * 4 // 5) for number in range(count * 4 // 5)]
        new = [now + 120 * SECOND + number * 3_000 * SECOND // (count // 5) for number in range(count // 5)]
        produce.write(kafka.bootstrap, topic, partition, [(at, b"key-%d" % chooser.randrange(100), chooser.randbytes(chooser.randrange(500))) for at in old + new])
    alter(kafka, topic, dict(CLOSES, **KINDS[kind][0]), KEEPS_ALL)
    return topic


def named(kafka, sources, word, make=False):
    """Topics to restore into, by kind; with `make` as the sources are."""
    names = {kind: "%s-%s" % (topic, word) for kind, topic in sources.items()}
    for kind, topic in names.items():
        kafka.made.append(topic)
        if make:
            create(kafka, topic, dict(CLOSES, **KINDS[kind][0]), 2, restored=True)
    return names


def made_of(sources, names):
    return {sources[kind]: topic for kind, topic in names.items()}


def create(kafka, topic, own, partitions, restored=False):
    if not restored:
        kafka.made.append(topic)
    script(kafka, "kafka-topics.sh", "--create", "--topic", topic, "--partitions", partitions, *(word for key, value in own.items() for word in ("--config", "%s=%s" % (key, str(value).strip("[]")))))


def alter(kafka, topic, own, before):
    without = sorted(before.keys() - own.keys())
    script(kafka, "kafka-configs.sh", "--alter", "--entity-type", "topics", "--entity-name", topic, "--add-config", ",".join("%s=%s" % pair for pair in own.items()),
           *(["--delete-config", ",".join(without)] if without else []))


def settings(kafka):
    """{topic: its own settings} of all."""
    found, own = {}, {}
    for line in script(kafka, "kafka-configs.sh", "--describe", "--entity-type", "topics").splitlines():
        if heading := re.match(r"Dynamic configs for topic (\S+) are:", line):
            own = found[heading[1]] = {}
        elif setting := re.match(r"\s+([a-z.]+)=(\S*) sensitive=", line):
            own[setting[1]] = setting[2]
    return found


def own_of(kafka, names):
    found = settings(kafka)
    return {kind: found[topic] for kind, topic in names.items()}


def offsets(kafka, topic, which="latest"):
    lines = script(kafka, "kafka-get-offsets.sh", "--topic", topic, "--time", which).split()
    return {int(line.split(":")[1]): int(line.split(":")[2]) for line in lines}


def digest(kafka, topic):
    """{partition: (number of records, their digest)}, without what a copy may change."""
    rows = kafka.kt("digest", "--topic", topic, "--content", "--isolation", "read_committed")
    return {row["partition"]: (row["count"], row["sha256"]) for row in rows if "partition" in row}


def script(kafka, name, *words):
    return kafka._run(os.path.join(kafka.home, "bin", name), "--bootstrap-server", kafka.bootstrap, *map(str, words))


def told(log):
    """{topic: the last command that is told for it}"""
    return {found[2]: found[0] for found in re.finditer(r"kafka-configs\.sh (.*?)--entity-name (\S+)[^\n]*", log)}


def differences(found, content):
    return {kind: {partition: (found[kind].get(partition), row) for partition, row in content[kind].items() if found[kind].get(partition) != row} for kind in content if found[kind] != content[kind]}


def text(name):
    with open(name, encoding="utf-8", errors="replace") as file:
        return file.read()


def until(happens, what, seconds=90):
    deadline = time.monotonic() + seconds
    while not happens():
        if time.monotonic() > deadline:
            raise SystemExit("in %d s this did not come about: %s" % (seconds, what))
        time.sleep(.2)
