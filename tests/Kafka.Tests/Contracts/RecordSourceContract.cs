using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Contracts;

/// <summary>What every <see cref="IRecordSource"/> does.</summary>
public abstract class RecordSourceContract : IAsyncLifetime
{
    private readonly PartitionId _partition = new($"contract-{Guid.NewGuid():N}", 0);
    private SourceUnderTest? _cluster;

    private SourceUnderTest Cluster => _cluster!;

    public async Task InitializeAsync()
    {
        if (IsThere)
        {
            _cluster = Start();
            await _cluster.CreateTopicAsync(_partition.Topic, 1);
        }
    }

    public async Task DisposeAsync()
    {
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }
    }

    [SkippableFact]
    public async Task Records_of_the_range_come_in_order_and_the_position_ends_at_its_end()
    {
        await PrepareAsync(records: 100);

        var (offsets, stream, failure) = await ReadAsync(new OffsetRange(20, 80));

        Assert.Null(failure);
        Assert.Equal(Enumerable.Range(20, 60).Select(offset => (long)offset), offsets);
        Assert.Equal(80, stream.Position);
    }

    [SkippableFact]
    public async Task The_epoch_of_the_last_record_is_told_with_it()
    {
        await PrepareAsync(records: 10);

        await using var stream = Cluster.Source.Open(_partition, new OffsetRange(0, 10));
        Assert.Null(stream.LeaderEpoch);
        await stream.ReadAsync(CancellationToken.None);

        Assert.Equal(0, stream.LeaderEpoch);
    }

    [SkippableFact]
    public async Task The_id_by_which_a_topic_was_asked_for_is_that_of_the_catalog()
    {
        await PrepareAsync(records: 10);
        var known = (await Cluster.Catalog.GetTopicIdsAsync([_partition.Topic], CancellationToken.None))[_partition.Topic];

        await using var stream = Cluster.Source.Open(_partition, new OffsetRange(0, 10));
        Assert.Null(stream.TopicId);
        await stream.ReadAsync(CancellationToken.None);

        Assert.Equal(ReadsByTopicId ? known : null, stream.TopicId);
    }

    [SkippableTheory]
    [InlineData(5)]
    [InlineData(10)]
    public async Task A_log_whose_last_record_has_the_known_epoch_is_read_on_from_there(long from)
    {
        await PrepareAsync(records: 10);
        await Cluster.AppendAsync(_partition, 5);

        var (offsets, _, failure) = await ReadAsync(new OffsetRange(from, 15), leaderEpoch: 0);

        Assert.Null(failure);
        Assert.Equal(Enumerable.Range((int)from, 15 - (int)from).Select(offset => (long)offset), offsets);
    }

    [SkippableFact]
    public async Task A_log_whose_last_record_has_another_epoch_is_another_log()
    {
        await PrepareAsync(records: 10);

        var (offsets, _, failure) = await ReadAsync(new OffsetRange(5, 10), leaderEpoch: 3);

        Assert.Empty(offsets);
        Assert.Equal(4, Assert.IsType<LogDivergedException>(failure).Offset);
    }

    [SkippableFact]
    public async Task Where_the_log_begins_nothing_is_left_to_be_compared()
    {
        await PrepareAsync(records: 10);
        await Cluster.DeleteBeforeAsync(_partition, 5);

        var (offsets, _, failure) = await ReadAsync(new OffsetRange(5, 10), leaderEpoch: 0);

        Assert.Null(failure);
        Assert.Equal([5L, 6, 7, 8, 9], offsets);
    }

    [SkippableFact]
    public async Task Offsets_below_the_log_start_are_gone()
    {
        await PrepareAsync(records: 10);
        await Cluster.DeleteBeforeAsync(_partition, 5);

        var (offsets, _, failure) = await ReadAsync(new OffsetRange(2, 10));

        Assert.Empty(offsets);
        Assert.Equal(2, Assert.IsType<OffsetsGoneException>(failure).Offset);
    }

    [SkippableFact]
    public async Task A_log_that_ends_before_the_range_is_too_short_and_what_it_has_comes_first()
    {
        await PrepareAsync(records: 10);

        var (offsets, stream, failure) = await ReadAsync(new OffsetRange(0, 20));

        Assert.Equal(10, offsets.Count);
        Assert.Equal(10, stream.Position);
        Assert.Equal(10, Assert.IsType<LogTooShortException>(failure).End);
    }

    [SkippableFact]
    public async Task An_open_transaction_is_the_end()
    {
        await PrepareAsync(records: 10);
        await Cluster.AppendOpenAsync(_partition, 5);
        await Cluster.AppendAsync(_partition, 5);

        var (offsets, stream, failure) = await ReadAsync(new OffsetRange(0, 20));

        Assert.Null(failure);
        Assert.Equal(10, offsets.Count);
        Assert.Equal(10, stream.Position);
    }

    [SkippableFact]
    public async Task A_stream_that_nobody_reads_to_its_end_ends_when_it_is_disposed_of()
    {
        await PrepareAsync(records: 10);
        var stream = Cluster.Source.Open(_partition, new OffsetRange(0, 1_000));
        Assert.NotNull(await stream.ReadAsync(CancellationToken.None));

        await stream.DisposeAsync();
    }

    /// <summary>Whether there is a cluster to be tried; tests are skipped otherwise.</summary>
    protected virtual bool IsThere => true;

    /// <summary>Whether brokers are asked for a topic by its id.</summary>
    protected virtual bool ReadsByTopicId => false;

    protected abstract SourceUnderTest Start();

    private async Task PrepareAsync(int records)
    {
        Skip.IfNot(IsThere, "There is no broker to be tried.");
        await Cluster.AppendAsync(_partition, records);
    }

    private async Task<(List<long> Offsets, IRecordStream Stream, Exception? Failure)> ReadAsync(OffsetRange range, int? leaderEpoch = null)
    {
        var offsets = new List<long>();
        await using var stream = Cluster.Source.Open(_partition, range, leaderEpoch);
        var failure = await Record.ExceptionAsync(async () =>
        {
            while (await stream.ReadAsync(CancellationToken.None) is { } batch)
            {
                while (batch.MoveNext())
                {
                    offsets.Add(batch.Offset);
                }
            }
        });
        return (offsets, stream, failure);
    }
}
