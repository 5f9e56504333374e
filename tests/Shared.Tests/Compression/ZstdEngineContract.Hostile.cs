using System.Buffers.Binary;
using KafkaBackup.Shared.Compression;
using Xunit;

namespace KafkaBackup.Shared.Tests.Compression;

public abstract partial class ZstdEngineContract
{
    /// <summary>A frame begins so (RFC 8878, 3.1.1).</summary>
    private static readonly byte[] Magic = [0x28, 0xB5, 0x2F, 0xFD];

    /// <summary>The last block: 42, once, as it is.</summary>
    private static readonly byte[] OneByte = [(1 << 3) | 1, 0, 0, 42];

    [Fact]
    public void Nothing_unpacks_to_nothing()
    {
        Assert.Equal([], Unpacked(Engine, [], 10)!);
        Assert.Equal([], Unpacked(Engine, [], 0)!);
        Assert.Equal([], Streamed(Engine, []));
        Assert.Throws<ZstdFrameException>(() => Engine.ClaimedSizeOf([]));
    }

    [Fact]
    public void What_is_no_frame_is_refused()
    {
        foreach (var rubbish in new byte[][] { [1], [1, 2, 3, 4, 5, 6, 7, 8], Noise(5_000), [.. Magic.Reverse(), .. OneByte] })
        {
            Assert.Throws<ZstdFrameException>(() => Unpacked(Engine, rubbish, 10_000));
            Assert.Throws<ZstdFrameException>(() => Engine.ClaimedSizeOf(rubbish));
        }

        Assert.Throws<ZstdFrameException>(() => Streamed(Engine, [1, 2, 3, 4, 5, 6, 7, 8]));
        Assert.Throws<ZstdFrameException>(() => Streamed(Engine, Noise(5_000)));
    }

    [Fact]
    public void Rubbish_between_frames_or_behind_them_is_refused()
    {
        var (text, frame) = (Content("text"), Frame(Engine, Content("text"), 3));

        foreach (var frames in new byte[][] { [.. frame, 1], [.. frame, 1, 2, 3, 4, 5], [.. frame, .. Noise(100)], [.. frame, 1, 2, 3, 4, 5, .. frame] })
        {
            Assert.Throws<ZstdFrameException>(() => Unpacked(Engine, frames, 3 * text.Length));
        }

        Assert.Throws<ZstdFrameException>(() => Streamed(Engine, [.. frame, 1, 2, 3, 4, 5]));
        Assert.Throws<ZstdFrameException>(() => Streamed(Engine, [.. frame, 1, 2, 3, 4, 5, .. frame]));
    }

    [Theory]
    [InlineData("text")]
    [InlineData("noise")]
    [InlineData("zeros")]
    public void A_frame_cut_anywhere_is_refused_as_a_whole_and_ends_a_stream_early(string content)
    {
        var plain = Content(content);
        var frame = Frame(Engine, plain, 3);
        var step = Math.Max(1, frame.Length / 300);

        for (var length = 1; length < frame.Length; length += step)
        {
            var cut = frame[..length];
            Assert.Throws<ZstdFrameException>(() => Unpacked(Engine, cut, plain.Length));
            var begun = Streamed(Engine, cut);
            Assert.True(begun.Length < plain.Length && plain.AsSpan().StartsWith(begun), $"Cut to {length} of {frame.Length} it streams {begun.Length} bytes.");
        }
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(3, true)]
    [InlineData(19, false)]
    public void A_damaged_frame_gives_bytes_or_the_one_exception_and_with_a_checksum_none_but_the_right_ones(int level, bool hasChecksum)
    {
        var plain = Content("text").AsSpan(0, 2_000).ToArray();
        var frame = hasChecksum ? Segments.Segment.StreamedFrame(plain, checksum: true) : Frame(Engine, plain, level);
        using var decompressor = Engine.CreateDecompressor();
        var target = new byte[plain.Length + 64];

        for (var bit = 0; bit < 8 * frame.Length; bit++)
        {
            var damaged = frame.ToArray();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));

            var whole = BytesOrRefusal(() => decompressor.TryDecompress(damaged, target, out var length) ? target[..length] : null);
            var streamed = BytesOrRefusal(() => Streamed(Engine, damaged));

            Assert.True(!hasChecksum || whole is null || whole.AsSpan().SequenceEqual(plain) || bit / 8 == 4, $"Bit {bit} changes the content, and nobody tells.");
            Assert.True(whole is null || streamed is null || streamed.AsSpan().SequenceEqual(whole), $"Bit {bit} is read in two ways.");
            Assert.True(decompressor.TryDecompress(frame, target, out var sound) && target.AsSpan(0, sound).SequenceEqual(plain), $"Bit {bit} spoils the decompressor.");
        }
    }

    [Fact]
    public void Engines_agree_on_what_is_damaged()
    {
        var plain = Content("text").AsSpan(0, 2_000).ToArray();
        var frame = Frame(Engine, plain, 3);
        var random = new Random(11);

        for (var round = 0; round < 3_000; round++)
        {
            var damaged = frame.ToArray();
            for (var times = random.Next(1, 4); times > 0; times--)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            Assert.Equal(
                BytesOrRefusal(() => Unpacked(Other, damaged, plain.Length + 64)), BytesOrRefusal(() => Unpacked(Engine, damaged, plain.Length + 64)));
        }
    }

    [Theory]
    [InlineData("one byte")]
    [InlineData("text")]
    [InlineData("zeros")]
    [InlineData("large")]
    public void What_unpacks_to_more_than_there_is_room_for_is_told_without_an_exception(string content)
    {
        var plain = Content(content);
        var frame = Frame(Engine, plain, 3);
        using var decompressor = Engine.CreateDecompressor();
        var target = new byte[plain.Length + 16];
        Array.Fill(target, (byte)0xA5);

        foreach (var room in new[] { 0, plain.Length / 2, plain.Length - 1 })
        {
            Assert.False(decompressor.TryDecompress(frame, target.AsSpan(0, room), out var none));
            Assert.Equal(0, none);
            Assert.True(target.AsSpan(room).IndexOfAnyExcept((byte)0xA5) < 0, "It wrote beyond its bound.");
        }

        Assert.True(decompressor.TryDecompress(frame, target.AsSpan(0, plain.Length), out var length));
        Assert.Equal(plain, target[..length]);
    }

    [Fact]
    public void A_bomb_of_frames_is_bound_by_the_room_for_all_of_them()
    {
        byte[] frames = [.. Enumerable.Repeat(Frame(Engine, new byte[1_000_000], 3), 20).SelectMany(frame => frame)];

        Assert.Null(Unpacked(Engine, frames, 19_999_999));
        Assert.Equal(20_000_000, Unpacked(Engine, frames, 20_000_000)!.Length);
    }

    [Theory]
    [InlineData(ulong.MaxValue - 2)]
    [InlineData(1UL << 62)]
    [InlineData(1UL << 32)]
    [InlineData(1UL << 30)]
    public void A_claim_of_huge_content_is_told_and_takes_no_memory(ulong size)
    {
        byte[] frame = [.. Magic, 0b1100_0000, 0, .. Little(size), .. OneByte]; // A window of 1 KiB.

        var (taken, answer) = Taken(() => BytesOrRefusal(() => Unpacked(Engine, frame, 100)));

        Assert.Equal(size, Engine.ClaimedSizeOf(frame));
        Assert.Null(answer);
        Assert.InRange(taken, 0, 1 << 20);
        Assert.Null(BytesOrRefusal(() => Streamed(Engine, frame)));
    }

    [Fact]
    public void A_frame_that_does_not_say_its_size_is_unpacked_but_claims_nothing()
    {
        byte[] frame = [.. Magic, 0, 0, .. OneByte];

        Assert.Throws<ZstdFrameException>(() => Engine.ClaimedSizeOf(frame));
        Assert.Equal([42], Unpacked(Engine, frame, 1));
        Assert.Equal([42], Streamed(Engine, frame));
    }

    [Theory]
    [InlineData(18)] // 256 MiB: exponent 18 over 1 KiB.
    [InlineData(21)]
    [InlineData(31)] // 2 TiB.
    public void A_huge_window_is_refused_by_streams_and_not_needed_at_once(int exponent)
    {
        byte[] frame = [.. Magic, 0, (byte)(exponent << 3), .. OneByte];

        var (taken, streamed) = Taken(() => BytesOrRefusal(() => Streamed(Engine, frame)));

        Assert.Null(streamed);
        Assert.InRange(taken, 0, 1 << 20);
        Assert.True(BytesOrRefusal(() => Unpacked(Engine, frame, 1)) is null or [42]);
    }

    [Fact]
    public void The_largest_window_of_a_stream_takes_its_memory_only_as_it_is_filled()
    {
        byte[] frame = [.. Magic, 0, 17 << 3, .. OneByte]; // 128 MiB.

        var (taken, streamed) = Taken(() => Streamed(Engine, frame));

        Assert.Equal([42], streamed);
        Assert.InRange(taken, 0, 1 << 20);
    }

    private static byte[] Little(ulong number)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, number);
        return bytes;
    }

    /// <summary>What is read; null where it is refused. Any other exception fails the test.</summary>
    private static byte[]? BytesOrRefusal(Func<byte[]?> read)
    {
        try
        {
            return read();
        }
        catch (ZstdFrameException)
        {
            return null;
        }
    }

    /// <summary>The bytes of the runtime's memory that an action takes, and what comes of it.</summary>
    private static (long Bytes, byte[]? Answer) Taken(Func<byte[]?> action)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var answer = action();
        return (GC.GetAllocatedBytesForCurrentThread() - before, answer);
    }
}
