using System.Buffers;

namespace KafkaBackup.Shared.Segments;

/// <summary>The arrays of <see cref="ChunkedBuffer"/>, all of one size, used again and again.</summary>
/// <remarks>
/// The shared pool keeps 32 arrays of a size for each core and leaves all others to the collector, which finds such large ones late: a
/// segment of 128 of them would leave most of itself behind as garbage. This one keeps as many as were ever in use at once, and how many
/// that can be is what the permits of a node bound.
/// </remarks>
internal static class ChunkPool
{
    /// <summary>Of 4 GiB in all. What is given back beyond that is left to the collector.</summary>
    private const int MaxKept = 4_096;

    private static readonly ArrayPool<byte> Chunks = ArrayPool<byte>.Create(ChunkedBuffer.ChunkSize, MaxKept);

    /// <summary>An array of <see cref="ChunkedBuffer.ChunkSize"/>, with anything in it.</summary>
    public static byte[] Rent() => Chunks.Rent(ChunkedBuffer.ChunkSize);

    /// <summary>Takes an array back.</summary>
    public static void Return(byte[] chunk) => Chunks.Return(chunk);
}
