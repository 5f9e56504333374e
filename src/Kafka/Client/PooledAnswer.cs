using System.Buffers;
using KafkaBackup.Kafka.Wire;

namespace KafkaBackup.Kafka.Client;

/// <summary>An answer whose records lie in bytes that a pool lent.</summary>
/// <param name="message">The answer, which is not to be looked at any more once this is disposed of.</param>
/// <param name="bytes">The bytes.</param>
internal sealed class PooledAnswer<T>(T message, byte[] bytes) : IDisposable
    where T : class, IWireStruct
{
    private byte[]? _bytes = bytes;

    /// <summary>The answer.</summary>
    public T Message { get; } = message;

    /// <inheritdoc />
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _bytes, null) is { } lent)
        {
            ArrayPool<byte>.Shared.Return(lent);
        }
    }
}
