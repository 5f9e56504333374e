namespace KafkaBackup.Shared.Kafka;

/// <summary>The committed records of one range of one partition, in order, in batches.</summary>
public interface IRecordStream : IAsyncDisposable
{
    /// <summary>The fetch position: every committed record of the range below it has been returned. Includes offsets that hold none.</summary>
    /// <remarks>After the end it is the range's end; or less, when the source could not be read that far: a transaction is open there.</remarks>
    long Position { get; }

    /// <summary>The leader epoch of the last record that was returned; null before the first one, and when the source keeps no epochs.</summary>
    int? LeaderEpoch { get; }

    /// <summary>Kafka's id of the topic of which all records so far were asked for by that id, so that they can be of no other under its name; null where any were asked for by name.</summary>
    string? TopicId => null;

    /// <summary>The offset of the first record that was returned with a header name changed, as the client could not hand it over as it is; null: none was seen.</summary>
    long? FirstChangedHeaderName => null;

    /// <summary>The next records; null at the end. A cursor is valid until the next call.</summary>
    /// <remarks>What was read before a failure is returned before the failure is thrown.</remarks>
    /// <exception cref="OffsetsGoneException">The source deleted records of the range before they were read.</exception>
    /// <exception cref="LogDivergedException">The log before the range is no longer the one that was read.</exception>
    /// <exception cref="LogTooShortException">The log ends before the range does: what was seen of it when the range was planned is gone.</exception>
    /// <exception cref="BackupException">The source failed; <see cref="BackupException.IsRetryable"/> says whether it may pass.</exception>
    ValueTask<RecordCursor?> ReadAsync(CancellationToken cancellation);
}
