using System.Collections.Immutable;
using Akka.Actor;
using Akka.Persistence;
using Akka.Persistence.Journal;
using KafkaBackup.PartitionWorkers.Backup;
using KafkaBackup.PartitionWorkers.Node;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Testing;
using KafkaBackup.Testing.Protocol;
using Xunit;
using static KafkaBackup.PartitionWorkers.Backup.WorkerMessages;

namespace KafkaBackup.PartitionWorkers.Tests.Backup;

public sealed class PartitionJournalActorTests() : PatientTestKit($$"""
    akka.persistence.journal {
      plugin = "akka.persistence.journal.slow"
      slow.class = "{{typeof(SlowJournal).AssemblyQualifiedName}}"
      slow.plugin-dispatcher = "akka.actor.default-dispatcher"
    }
    akka.persistence.snapshot-store.plugin = "akka.persistence.snapshot-store.inmem"
    """)
{
    [Fact]
    public async Task One_that_is_told_to_end_while_it_writes_ends_behind_that_and_writes_nothing_more()
    {
        var warnings = new List<string>();
        var (key, parent) = (new PartitionKey(new BackupId("nightly"), new PartitionId("orders", 3)), CreateTestProbe());
        var journal = parent.ChildActorOf(PartitionJournalActor.Props(key, 0, new JournalHealth(warnings.Add, TimeProvider.System), new PartitionWorkerSettings()));
        await parent.ExpectMsgAsync<JournalRead>();
        await WatchAsync(journal);

        journal.Tell(new SegmentDropped(new OffsetRange(0, 10)));
        await SlowJournal.Asked.Task.WaitAsync(TestLimits.Hang);
        journal.Tell(JournalEnd.Instance);
        journal.Tell(new Identify(1), TestActor);
        await ExpectMsgAsync<ActorIdentity>(); // It knows that it is to end.
        SlowJournal.Gate.SetResult();

        await ExpectTerminatedAsync(journal);
        Assert.Equal([1], SlowJournal.Writes);
        Assert.Empty(warnings);
    }

    /// <summary>Writes when it is let. Akka.Persistence.Sql fails when there is nothing to write, and after some such failures the circuit breaker lets nobody write.</summary>
    private sealed class SlowJournal : MemoryJournal
    {
        public static TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public static TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public static List<int> Writes { get; } = [];

        protected override async Task<IImmutableList<Exception>> WriteMessagesAsync(IEnumerable<AtomicWrite> messages, CancellationToken cancellationToken)
        {
            Asked.TrySetResult();
            await Gate.Task.WaitAsync(cancellationToken);
            Writes.Add(messages.Sum(message => message.Size));
            return await base.WriteMessagesAsync(messages, cancellationToken);
        }
    }
}
