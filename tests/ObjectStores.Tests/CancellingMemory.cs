using System.Buffers;

namespace KafkaBackup.ObjectStores.Tests;

/// <summary>Content that cancels its own upload when it is read.</summary>
internal sealed class CancellingMemory(CancellationTokenSource cancellation, int length) : MemoryManager<byte>
{
    private readonly byte[] _bytes = new byte[length];

    public override Span<byte> GetSpan()
    {
        cancellation.Cancel();
        return _bytes;
    }

    public override MemoryHandle Pin(int elementIndex = 0)
    {
        cancellation.Cancel();
        return _bytes.AsMemory(elementIndex).Pin();
    }

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }
}
