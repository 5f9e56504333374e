using System.Text;
using Confluent.Kafka.Admin;
using Confluent.Kafka;

namespace KafkaBackup.EmbeddedKafka.Tests.Conformance;

/// <summary>Transactions are committed, aborted and fenced.</summary>
internal sealed class ClientTransactionSteps(ScriptRun run) : ClientSteps(run)
{
    private const string Topic = "client-transactions";

    public override async Task TakeAsync()
    {
        using var admin = NewAdmin();
        await MakeTopicAsync(admin, Topic);
        using var producer = NewProducer(config => config.TransactionalId = Run.Own("client"));
        producer.InitTransactions(Patience);
        await TransactAsync(admin, producer, isCommit: true, "a", "b");
        await TransactAsync(admin, producer, isCommit: false, "c");
        await TransactAsync(admin, producer, isCommit: true, "d");
        producer.BeginTransaction();
        NoteDelivery("open", await producer.ProduceAsync(Place, Message("e")));
        ReadBoth("a transaction is open");
        await NoteEndsAsync(admin, "a transaction is open");
        await FenceAsync(producer);
        await UntilAsync(admin, 10);
        ReadBoth("the transaction was fenced");
        await NoteEndsAsync(admin, "the transaction was fenced");
    }

    private TopicPartition Place => new(Run.Own(Topic), 0);

    private async Task TransactAsync(IAdminClient admin, IProducer<byte[]?, byte[]?> producer, bool isCommit, params string[] values)
    {
        producer.BeginTransaction();
        var last = 0L;
        foreach (var value in values)
        {
            var delivered = await producer.ProduceAsync(Place, Message(value));
            NoteDelivery($"{value} in a transaction", delivered);
            last = delivered.Offset.Value;
        }

        await TryAsync($"end of the transaction of {values[0]}", () => Task.Run(() =>
        {
            if (isCommit)
            {
                producer.CommitTransaction(Patience);
            }
            else
            {
                producer.AbortTransaction(Patience);
            }
        }));

        // The client hears of the end before its marker is written.
        await UntilAsync(admin, last + 2);
    }

    private async Task FenceAsync(IProducer<byte[]?, byte[]?> old)
    {
        using var young = NewProducer(config => config.TransactionalId = Run.Own("client"));
        young.InitTransactions(Patience);
        await TryAsync("fenced producer commits", () => Task.Run(() => old.CommitTransaction(Patience)));
        young.BeginTransaction();
        NoteDelivery("by the one that fenced it", await young.ProduceAsync(Place, Message("f")));
        await TryAsync("the one that fenced it commits", () => Task.Run(() => young.CommitTransaction(Patience)));
    }

    private void ReadBoth(string when)
    {
        Read($"committed records consumed when {when}", Topic);
        Read($"all records consumed when {when}", Topic, isolation: IsolationLevel.ReadUncommitted);
    }

    private async Task NoteEndsAsync(IAdminClient admin, string when)
    {
        foreach (var isolation in Enum.GetValues<IsolationLevel>())
        {
            Note($"end when {when}", $"{isolation}", await EndAsync(admin, isolation));
        }
    }

    private async Task UntilAsync(IAdminClient admin, long end)
    {
        while (await EndAsync(admin, IsolationLevel.ReadCommitted) < end)
        {
            await Task.Yield();
        }
    }

    private async Task<long> EndAsync(IAdminClient admin, IsolationLevel isolation) =>
        (await admin.ListOffsetsAsync(
            [new TopicPartitionOffsetSpec { TopicPartition = Place, OffsetSpec = OffsetSpec.Latest() }],
            new ListOffsetsOptions { IsolationLevel = isolation, RequestTimeout = Patience })).ResultInfos[0].TopicPartitionOffsetError.Offset.Value;

    private static Message<byte[]?, byte[]?> Message(string value) =>
        new() { Value = Encoding.UTF8.GetBytes(value), Timestamp = new Timestamp(Time, TimestampType.CreateTime) };
}
