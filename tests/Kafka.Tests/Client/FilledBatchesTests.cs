using KafkaBackup.Kafka.Client;
using KafkaBackup.Kafka.Wire.Records;
using KafkaBackup.Shared.Kafka;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Client;

/// <summary>Records are put into batches of the size that is asked for, and batches are used again.</summary>
public sealed class FilledBatchesTests
{
    private readonly FilledBatches _batches = new(BatchCodec.None, mostBytes: 1_000);

    [Fact]
    public void A_batch_is_full_before_it_is_too_large()
    {
        AddAll(100, size: 90);

        var sizes = new List<int>();
        using var packer = new RecordBatchPacker();
        while (_batches.Take() is { } batch)
        {
            sizes.Add(batch.Finish(packer).Length);
        }

        Assert.All(sizes, size => Assert.InRange(size, 1, 1_000));
        Assert.All(sizes.SkipLast(1), size => Assert.InRange(size, 1_000 - 130, 1_000));
    }

    [Fact]
    public void A_record_that_is_larger_has_a_batch_of_its_own()
    {
        AddAll(1, size: 90);
        AddAll(1, size: 5_000);
        AddAll(1, size: 90);

        Assert.Equal([1, 1, 1], TakeAll().Select(batch => batch.Records.Count));
    }

    [Fact]
    public void What_is_forgotten_or_returned_counts_no_more()
    {
        AddAll(100, size: 90);
        _batches.Return(_batches.Take()!);
        Assert.InRange(_batches.Count, 9, 11);

        _batches.Clear();

        Assert.Equal((0, true, false), (_batches.Count, _batches.IsEmpty, _batches.HasFull));
        AddAll(1, size: 90);
        Assert.Equal((1, false, false), (_batches.Count, _batches.IsEmpty, _batches.HasFull));
    }

    private void AddAll(int records, int size)
    {
        for (var number = 0; number < records; number++)
        {
            var record = new RecordCopy(number, 0, null, new byte[size]);
            _batches.Add(record, record.Size);
        }
    }

    private List<FilledBatch> TakeAll()
    {
        var taken = new List<FilledBatch>();
        while (_batches.Take() is { } batch)
        {
            taken.Add(batch);
        }

        return taken;
    }
}
