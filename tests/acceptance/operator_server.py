"""The API server as it can be: away, forgetful, silent, and no longer of the opinion that the operator may."""
import os
import signal
import subprocess
import time

from kube import BACKUPS, needed, until
from kube_lines import Between, Line
from operating import Stage, phase, status


def server(args, report, kafka):
    """Whatever the API server does, the cluster goes on with what it was told last, and the operator catches up."""
    topic = args.prefix + "server"
    kafka.load(topic, int(3_000 * args.scale), 3, args.seed, create=True)
    with Stage(args, report, kafka) as stage:
        for part in [part for part in (killed, expired, silent, tokens, rights) if part.__name__ in (args.only or part.__name__)]:
            operator = part(args, report, kafka, stage, topic)
            report.check(operator.is_alive(), "%s: the operator is still the same process" % part.__name__, operator.said())
            report.check(operator.stop() == 0, "%s: it ends by SIGTERM with 0" % part.__name__, operator.said())
            for found in stage.space.list(BACKUPS):
                stage.space.delete(BACKUPS, found["metadata"]["name"])
            stage.space.release()


def killed(args, report, kafka, stage, topic):
    """Away for a minute, while a schedule goes on."""
    operator = stage.operator()
    stage.make("scheduled", [topic], schedule="*/5 * * * * *")
    stage.check(BACKUPS, "scheduled", lambda found: status(found).get("runs"), "killed: the schedule has had a run")
    with open(os.path.join(os.environ["KUBE_DIR"], "pids"), encoding="ascii") as file:
        process = next(int(line.split()[1]) for line in file if line.startswith("kube-apiserver "))
    os.kill(process, signal.SIGKILL)
    began, before = time.monotonic(), {run["id"] for run in stage.runs("scheduled")}
    try:
        report.check(until(lambda: operator.ready()[0] == 503, 45), "killed: the operator says that it is not ready", operator.ready())
        report.check("does not answer" in operator.ready()[1] or "cut off" in operator.ready()[1], "killed: and why: %s" % operator.ready()[1].splitlines()[0], operator.ready())
        records = kafka.load(topic, int(1_000 * args.scale), 3, args.seed + 1)
        meanwhile = lambda: [run for run in stage.runs("scheduled") if run["id"] not in before and run.get("ended_at")]
        report.check(until(lambda: sum(run["records"] for run in meanwhile()) == records, 60), "killed: a run of the schedule fetched what came meanwhile", meanwhile())
        time.sleep(max(0, args.seconds - (time.monotonic() - began)))
        there, shown = meanwhile(), stage.shown("runs", "scheduled")
        report.check(len(there) >= args.seconds / 5 / 2 and all(run["id"] in shown for run in there), "killed: in %.0f s without an API server there were %d runs, as `cluster runs` shows" % (
            time.monotonic() - began, len(there)), shown)
    finally:
        subprocess.run([os.path.join(os.environ["KUBE_HOME"], "up"), "--dir", os.environ["KUBE_DIR"]], check=True, capture_output=True)
    back = time.monotonic()
    report.check(until(stage.api.is_up, 60), "killed: the API server is back")
    last = (there or stage.runs("scheduled"))[0]["id"]
    stage.check(BACKUPS, "scheduled", lambda found: last in [run["id"] for run in status(found).get("runs", [])], "killed: the status tells of the runs that were meanwhile", 90)
    report.note("that was %.0f s after the API server was back" % (time.monotonic() - back))
    stage.make("afterwards", [topic])
    stage.completed("afterwards")
    report.check(until(lambda: operator.ready()[0] == 200, 60), "killed: the operator is ready again", operator.ready())
    return operator


def expired(args, report, kafka, stage, topic):
    """Watches end with 410, the one under way and each one that is begun."""
    between = Between(stage.api)
    operator = stage.operator(server=between.url)
    stage.make("expired-before", [topic])
    stage.completed("expired-before")
    lists, between.expired = between.lists, True
    report.check(until(lambda: between.lists >= lists + 6, 60), "expired: after each 410 all is listed anew, %d times" % (between.lists - lists))
    began, watches = time.monotonic(), between.watches
    stage.make("expired-meanwhile", [topic])
    stage.completed("expired-meanwhile", 60)
    report.check(operator.ready()[0] == 200, "expired: that is no reason not to be ready", operator.ready())
    seconds = time.monotonic() - began
    report.check(between.watches - watches < 2 + 2 * seconds * 4, "expired: the API server is not run into the ground: %.1f watches a second" % ((between.watches - watches) / seconds))
    between.expired = False
    stage.make("expired-after", [topic])
    stage.completed("expired-after", 60)
    return operator


def silent(args, report, kafka, stage, topic):
    """Connections to the API server are forgotten by something in between: nothing comes, and no end either."""
    line = Line((stage.api.address.hostname, stage.api.address.port))
    operator = stage.operator(server="https://127.0.0.1:%d" % line.port)
    stage.make("silent-before", [topic])
    stage.completed("silent-before")
    count, began = line.silence(), time.monotonic()
    stage.make("silent-meanwhile", [topic])
    stage.check(BACKUPS, "silent-meanwhile", lambda found: phase(found) == "Completed", "silent: an object that is made after %d connections fell silent is seen" % count, 150)
    report.note("that was %.0f s later" % (time.monotonic() - began))
    return operator


def tokens(args, report, kafka, stage, topic):
    """Tokens are void once they have been renewed, and once before."""
    space = stage.space
    for number in range(3):
        space.secret("token-%d" % number)
    operator = stage.operator()
    operator.give(stage.api.token(space.name, "operator", "token-0"))
    operator.stop()
    operator.start()
    stage.make("renewed", [topic], schedule="*/5 * * * * *")
    stage.check(BACKUPS, "renewed", lambda found: status(found).get("runs"), "tokens: a schedule has had a run")
    operator.give(stage.api.token(space.name, "operator", "token-1"))
    time.sleep(70)  # A token is read anew every minute.
    space.delete("secrets", "token-0")
    time.sleep(15)  # The API server believes a token for ten seconds more.
    last = lambda found: moments(found) and moments(found)[0]
    seen = last(space.get(BACKUPS, "renewed"))
    stage.check(BACKUPS, "renewed", lambda found: last(found) > seen, "tokens: renewed before it is void, nothing is noticed", 60)
    report.check(operator.ready()[0] == 200 and "401" not in operator.said(), "tokens: not even in the log", operator.said())
    space.delete("secrets", "token-1")
    report.check(until(lambda: "401" in operator.said(), 60), "tokens: void before it is renewed, the operator says so", operator.said())
    operator.give(stage.api.token(space.name, "operator", "token-2"))
    began, seen = time.monotonic(), last(space.get(BACKUPS, "renewed"))
    stage.check(BACKUPS, "renewed", lambda found: last(found) > seen, "tokens: and goes on once it is", 150)
    report.note("that was %.0f s after it was there" % (time.monotonic() - began))
    stage.make("renewed-after", [topic])
    stage.completed("renewed-after", 60)
    report.check(until(lambda: operator.ready()[0] == 200, 60), "tokens: the operator is ready again", operator.ready())
    return operator


def moments(found):
    return [run["startTime"] for run in status(found).get("runs", [])]


def rights(args, report, kafka, stage, topic):
    """Each right that the operator needs is taken away and given back."""
    space, operator = stage.space, stage.operator()
    for verb, group, resource in needed():
        if not resource.startswith(BACKUPS) and resource != "events":
            continue
        what = "%s %s" % (verb, resource)
        name = "right-" + what.replace(" ", "-").replace("/", "-")
        space.allow([rule for rule in needed() if rule != (verb, group, resource)])
        stage.make(name, [topic])
        if resource == "events":
            stage.completed(name, 60)
            stage.space.allow(needed())
            continue
        if verb in ("list", "watch"):
            # What is listed or watched already goes on; the operator that comes now says what it lacks.
            operator.stop()
            operator.start(wait=False)
            report.check(until(lambda: "lacks rights: %s.kafka.oso.sh" % what in operator.ready()[1], 60), "without '%s' an operator that begins says so" % what, operator.ready())
        else:
            report.check(until(lambda name=name: name in operator.said() and "403" in operator.said(), 60), "without '%s' the operator says so" % what, operator.said())
        space.allow(needed())
        began = time.monotonic()
        stage.check(BACKUPS, name, lambda found: phase(found) == "Completed", "with '%s' again it goes on" % what, 120)
        report.note("that was %.0f s later" % (time.monotonic() - began))
    report.check(until(lambda: operator.ready()[0] == 200, 60), "with all rights the operator is ready", operator.ready())
    return operator
