using Akka.Actor;
using KafkaBackup.Shared.Configuration;
using static KafkaBackup.Shared.Protocol.BackupProtocol;

namespace KafkaBackup.Coordinator.Tests.Backup;

/// <summary>Base of tests of a run that does not end by itself.</summary>
public abstract class ContinuousRunTestBase : BackupCoordinatorTestBase
{
    protected static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    protected static readonly TimeSpan Interval = TimeSpan.FromSeconds(60);

    protected ContinuousRunTestBase()
    {
        Configuration = Configuration with { Backup = new BackupSection { IsContinuous = true, PollInterval = Poll, SegmentMaxInterval = Interval } };
        Settings = Settings with { ReassertInterval = TimeSpan.FromDays(1) }; // So that what comes is new.
    }

    /// <summary>A run that has read ten records of each partition.</summary>
    protected async Task<IActorRef> CaughtUpAsync(int partitions = 1, long bytes = 0)
    {
        for (var number = 0; number < partitions; number++)
        {
            Cluster.WithTopic("orders", partitions).Log("orders", number).Append(10);
        }

        var coordinator = await RunningAsync();
        foreach (var assigned in await AssignedAsync(partitions))
        {
            Ended(coordinator, assigned.Key, records: 10, bytes: bytes);
        }

        return coordinator;
    }

    /// <summary>Lets the poll interval pass, and waits until the look is over.</summary>
    protected Task DiscoverAsync(IActorRef coordinator) => LookAfterAsync(coordinator, Poll);

    protected async Task LookAfterAsync(IActorRef coordinator, TimeSpan time)
    {
        var looks = Cluster.Looks;
        await PassAsync(coordinator, time);
        await AwaitConditionAsync(async () => Cluster.Looks > looks && (await StatusAsync(coordinator)).Phase != "Refreshing");
    }

    protected async Task<BackupFinished> StopAsync(IActorRef coordinator)
    {
        coordinator.Tell(new StopBackup(Backup));
        await FinishAskedAsync();
        Finished(coordinator);
        return await EndAsync();
    }
}
