namespace KafkaBackup.Shared.Kafka;

/// <summary>The committed records of one range of one partition, in order, in batches.</summary>
public interface IRecordStream : IAsyncDisposable
{
    /// <summary>The fetch position: every committed record of the range below it has been returned. Includes offsets that hold none.</summary>
    /// <remarks>After the end it is the range's end; or less, when the source could not be read that far: a transaction is open there.</remarks>
    long Position { get; }

    /// <summary>The next records; null at the end. A cursor is valid until the next call.</summary>
    /// <exception cref="OffsetsGoneException">The source deleted records of the range before they were read.</exception>
    /// <exception cref="BackupException">The source failed; <see cref="BackupException.IsRetryable"/> says whether it may pass.</exception>
    ValueTask<RecordCursor?> ReadAsync(CancellationToken cancellation);
}
