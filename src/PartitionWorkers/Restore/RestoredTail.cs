using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.PartitionWorkers.Restore;

/// <summary>What an earlier attempt wrote last, record by record: it must be what would be written now.</summary>
/// <param name="target">Reads it.</param>
/// <param name="partition">The target's partition.</param>
/// <param name="range">The records to compare.</param>
/// <param name="clock">Waits.</param>
internal sealed class RestoredTail(IRecordSource target, PartitionId partition, OffsetRange range, TimeProvider clock) : IAsyncDisposable
{
    /// <summary>A target that cannot be read is waited for as long as one that cannot be written to: a leader that is elected anew costs no restore.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private IRecordStream? _stream;
    private RecordCursor? _cursor;
    private long _next = range.Base;
    private long? _failingSince;

    /// <summary>Compares the next record at the target with what the backup has for it.</summary>
    /// <exception cref="BackupException">It is another one, or cannot be read.</exception>
    public async ValueTask CompareAsync(RecordCursor expected, CancellationToken cancellation)
    {
        while (_cursor?.MoveNext() != true)
        {
            _cursor = await ReadAsync(cancellation) ?? throw Other($"there is no record at its offset {_next}, where that of offset {expected.Offset} at the source should be");
        }

        if (_cursor.Offset != _next || !IsSame(expected, _cursor))
        {
            throw Other($"its offset {_next} should hold the record of offset {expected.Offset} at the source, and holds another");
        }

        _next++;
    }

    /// <summary>What is to be restored ends before <paramref name="offset"/>, and the target goes on.</summary>
    public BackupException TooLong(long offset) => Other($"what is to be restored ends before its offset {offset}, and it goes on");

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _stream?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async ValueTask<RecordCursor?> ReadAsync(CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                _stream ??= target.Open(partition, new OffsetRange(_next, range.Next));
                var read = await _stream.ReadAsync(cancellation);
                _failingSince = null;
                return read;
            }
            catch (BackupException e) when (e.IsRetryable && clock.GetElapsedTime(_failingSince ??= clock.GetTimestamp()) < Patience)
            {
                await DisposeAsync();
                _stream = null;
                await Task.Delay(Pause, clock, cancellation);
            }
        }
    }

    private BackupException Other(string what) => new(FailureKind.Source,
        $"{partition} does not hold what this restore wrote: {what}. Somebody else has written to it or deleted from it, or its own settings have. Delete the topic, or its records, and restore again.")
    { BeginsAnew = true };

    private static bool IsSame(RecordCursor expected, RecordCursor found)
    {
        if (expected.Timestamp != found.Timestamp || !expected.Key.IsSame(found.Key) || !expected.Value.IsSame(found.Value) || expected.HeaderCount != found.HeaderCount)
        {
            return false;
        }

        expected.RestartHeaders();
        found.RestartHeaders();
        while (expected.MoveNextHeader())
        {
            if (!found.MoveNextHeader() || !expected.HeaderName.SequenceEqual(found.HeaderName) || !expected.HeaderValue.IsSame(found.HeaderValue))
            {
                return false;
            }
        }

        return true;
    }
}
