using KafkaBackup.ObjectStores.Remote;
using Xunit;

namespace KafkaBackup.ObjectStores.Tests.Remote;

public sealed class SequenceStreamTests
{
    private static readonly byte[] Bytes = [1, 2, 3, 4, 5, 6, 7];

    [Fact]
    public async Task All_bytes_come_in_order_however_small_the_buffer()
    {
        for (var size = 1; size <= 9; size++)
        {
            await using var stream = Stream();
            var read = new MemoryStream();

            await stream.CopyToAsync(read, size);

            Assert.Equal(Bytes, read.ToArray());
            Assert.Equal((7, 7), (stream.Length, stream.Position));
        }
    }

    [Fact]
    public void It_can_be_read_again_from_anywhere()
    {
        using var stream = Stream();
        var buffer = new byte[7];
        stream.ReadExactly(buffer);

        stream.Position = 0;
        stream.ReadExactly(buffer, 0, 2);
        stream.Seek(-3, SeekOrigin.End);
        stream.ReadExactly(buffer, 2, 3);

        Assert.Equal([1, 2, 5, 6, 7], buffer[..5]);
        Assert.Equal(0, stream.Read(buffer));
    }

    [Fact]
    public void Each_read_is_progress()
    {
        var progress = 0;
        using var stream = new SequenceStream(StoreTexts.Sequence(Bytes), () => progress++);

        stream.ReadExactly(new byte[3]);
        stream.ReadExactly(new byte[4]);

        Assert.Equal(2, progress);
    }

    [Fact]
    public void Closed_it_leaves_the_memory_alone()
    {
        var stream = Stream();
        stream.Dispose();

        Assert.Throws<ObjectDisposedException>(() => stream.Read(new byte[1]));
        Assert.Throws<ObjectDisposedException>(() => stream.Position = 0);
    }

    private static SequenceStream Stream() => new(StoreTexts.Sequence(Bytes[..2], Bytes[2..2], Bytes[2..6], Bytes[6..]), () => { });
}
