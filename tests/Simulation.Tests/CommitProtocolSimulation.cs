using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Testing.Kafka;
using static KafkaBackup.PartitionWorkers.Backup.WorkerMessages;
using static KafkaBackup.Shared.Protocol.BackupProtocol;
using static KafkaBackup.Shared.Protocol.PartitionProtocol;

namespace KafkaBackup.Simulation.Tests;

/// <summary>One run of the simulation: a time of trouble, then a time without, in which all work must come to its end.</summary>
internal static class CommitProtocolSimulation
{
    private const int MaxSettlingSteps = 60_000;

    /// <summary>Runs one seed. The same seed is the same run, call for call.</summary>
    /// <returns>What went wrong, or null.</returns>
    public static string? Run(int seed, Mutation mutation = Mutation.None) => Run(new World(seed, mutation));

    /// <summary>Runs a world that the caller wants to look at afterwards.</summary>
    public static string? Run(World world)
    {
        // Continuations must run where the answer is given, not where a test framework would post them.
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            Trouble(world);
            if (world.Judge.Verdict is null)
            {
                Settle(world);
            }

            return world.Judge.Verdict;
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    private static void Trouble(World world)
    {
        var random = world.Random;
        var hasForeignTool = random.NextDouble() < .4;
        for (var steps = random.Next(200, 1_400); steps > 0 && world.Judge.Verdict is null; steps--)
        {
            Populate(world, hasForeignTool);
            world.Scheduler.Step();
            if (random.NextDouble() < .02)
            {
                var candidates = world.Processes.Where(process => process.IsAlive).ToList();
                if (candidates.Count > 0)
                {
                    world.Scheduler.Crash(candidates[random.Next(candidates.Count)]);
                }
            }

            Age(world);
        }
    }

    private static void Populate(World world, bool hasForeignTool)
    {
        var random = world.Random;
        world.Processes.RemoveAll(process => !process.IsAlive);
        var writers = world.Processes.OfType<SimulatedWriter>().Count();
        if (writers == 0 || (writers < 3 && random.NextDouble() < .02))
        {
            world.Start(new SimulatedWriter(world, world.NewName("writer")) { ClaimsAtOnce = random.Next(2) == 0 });
        }

        var runs = world.Processes.OfType<SimulatedCoordinator>().Count();
        if (runs == 0 || (runs < 3 && random.NextDouble() < .02))
        {
            world.Start(new SimulatedCoordinator(world, world.NewName("run"), random.Next(3) == 0 ? Continuous : OneShot));
        }

        if (runs > 0 && random.NextDouble() < .01)
        {
            var run = world.Processes.OfType<SimulatedCoordinator>().ElementAt(random.Next(runs));
            run.Receive(new StopBackup(World.Backup), null);
        }

        if (random.NextDouble() < .01)
        {
            HandOver(world);
        }

        if (world.HasDrains && random.NextDouble() < .01)
        {
            Drain(world);
        }

        if (random.NextDouble() < .07)
        {
            world.Start(new SimulatedReader(world, world.NewName("reader")));
        }

        if (hasForeignTool && random.NextDouble() < .015)
        {
            world.Start(new ForeignTool(world, world.NewName("foreign")));
        }
    }

    /// <summary>A shard moves: its worker is to stop in good order.</summary>
    private static void HandOver(World world)
    {
        var workers = world.Processes.OfType<SimulatedWorker>().Where(worker => worker.IsAlive).ToList();
        if (workers.Count > 0)
        {
            workers[world.Random.Next(workers.Count)].Receive(StopPartition.Instance, null);
        }
    }

    /// <summary>A node is to have no work: its worker gives back what it has, and another goes on.</summary>
    private static void Drain(World world)
    {
        var workers = world.Processes.OfType<SimulatedWorker>().Where(worker => worker.IsAlive).ToList();
        if (workers.Count > 0)
        {
            var worker = workers[world.Random.Next(workers.Count)];
            worker.Receive(new GiveBack(new Fault(FailureKind.Internal, "drained", IsRetryable: true), new Refusal(worker.Name, 2)), null);
        }
    }

    private static void Age(World world)
    {
        foreach (var source in world.Sources)
        {
            source.Age();
        }
    }

    /// <summary>No more faults: a fresh writer and a fresh run, among what zombies there are, bring everything to an end.</summary>
    private static void Settle(World world)
    {
        world.Scheduler.HasFaults = false;
        var writer = StartWriter(world);
        var run = StartRun(world);
        var deadline = world.Scheduler.Steps + MaxSettlingSteps;
        int? rendersBefore = null;
        while (world.Judge.Verdict is null && (rendersBefore is null || writer.Renders < rendersBefore + 2 || world.Judge.Head.IsManifestStale))
        {
            if (!writer.IsAlive)
            {
                (writer, rendersBefore) = (StartWriter(world), null);
            }

            if (run is { IsAlive: false, Finished: null or { Failures.Count: > 0 } })
            {
                (run, rendersBefore) = (StartRun(world), null); // Another writer claimed the ledger under it: as it would be run again.
            }

            if (!world.Scheduler.Step() || world.Scheduler.Steps > deadline)
            {
                world.Judge.Accuse("the work does not come to an end");
            }

            // What another program writes without a condition would be the last word, if it came after the last render.
            if (rendersBefore is null && run.Finished is { Failures.Count: 0 } && !world.Processes.OfType<ForeignTool>().Any(tool => tool.IsAlive))
            {
                rendersBefore = writer.Renders;
            }
        }

        if (world.Judge.Verdict is null)
        {
            FinalJudgement.Pronounce(world);
        }
    }

    private static BackupConfiguration OneShot { get; } = FakeEnvironment.Configured(World.Backup);

    private static BackupConfiguration Continuous { get; } = OneShot with
    {
        Backup = OneShot.Backup with { IsContinuous = true, SegmentMaxInterval = TimeSpan.FromSeconds(2) },
    };

    private static SimulatedWriter StartWriter(World world) => world.Start(new SimulatedWriter(world, world.NewName("writer")) { ClaimsAtOnce = true });

    private static SimulatedCoordinator StartRun(World world) => world.Start(new SimulatedCoordinator(world, world.NewName("run"), OneShot));
}
