using KafkaBackup.Shared.Compression;
using Xunit;

namespace KafkaBackup.Shared.Tests.Compression;

/// <summary>What every engine does. A subclass names the engine, and another one whose frames it has to read.</summary>
public abstract partial class ZstdEngineContract
{
    private const int LargeBytes = 5_000_000;

    /// <summary>The engine that is tried.</summary>
    private protected abstract IZstdEngine Engine { get; }

    /// <summary>Another one.</summary>
    private protected abstract IZstdEngine Other { get; }

    public static TheoryData<int, string> LevelsAndContents
    {
        get
        {
            var all = new TheoryData<int, string>();
            foreach (var level in new[] { 1, 3, 6, 19 })
            {
                foreach (var content in new[] { "empty", "one byte", "text", "noise", "zeros", "large" })
                {
                    all.Add(level, content);
                }
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(LevelsAndContents))]
    public void What_is_compressed_comes_back(int level, string content)
    {
        var plain = Content(content);

        var frame = Frame(Engine, plain, level);

        Assert.Equal((ulong)plain.Length, Engine.ClaimedSizeOf(frame));
        Assert.Equal(plain, Unpacked(Engine, frame, plain.Length));
        Assert.Equal(plain, Streamed(Engine, frame));
    }

    [Theory]
    [MemberData(nameof(LevelsAndContents))]
    public void Frames_of_one_engine_are_read_by_the_other(int level, string content)
    {
        var plain = Content(content);

        var frame = Frame(Other, plain, level);

        Assert.Equal((ulong)plain.Length, Engine.ClaimedSizeOf(frame));
        Assert.Equal(plain, Unpacked(Engine, frame, plain.Length));
        Assert.Equal(plain, Streamed(Engine, frame));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(23)]
    public void A_level_that_there_is_not_is_refused(int level) => Assert.Throws<ArgumentOutOfRangeException>(() => Engine.CreateCompressor(level));

    [Fact]
    public void A_compressor_makes_the_same_frame_again_whatever_came_between()
    {
        using var compressor = Engine.CreateCompressor(3);
        var (text, noise) = (Content("text"), Content("noise"));

        var first = Compressed(compressor, text);
        Compressed(compressor, noise);

        Assert.Equal(first, Compressed(compressor, text));
    }

    [Fact]
    public void A_frame_that_does_not_fit_is_told_and_the_compressor_goes_on()
    {
        using var compressor = Engine.CreateCompressor(3);
        var noise = Content("noise");

        Assert.Throws<ZstdFrameException>(() => compressor.Compress(noise, new byte[noise.Length / 2]));

        Assert.Equal(noise, Unpacked(Engine, Compressed(compressor, noise), noise.Length));
    }

    [Fact]
    public void The_bound_of_any_length_holds_noise_and_is_little_more_than_it()
    {
        using var compressor = Engine.CreateCompressor(1);

        foreach (var length in new[] { 0, 1, 100, 65_536, 131_072, 1_048_576 })
        {
            Assert.InRange(Compressed(compressor, Noise(length)).Length, 1, compressor.BoundOf(length));
            Assert.InRange(compressor.BoundOf(length), length, length + (length / 256) + 64);
        }

        Assert.Throws<OverflowException>(() => compressor.BoundOf(int.MaxValue));
    }

    [Fact]
    public void Frames_behind_each_other_are_read_as_one()
    {
        var parts = new[] { Content("text"), [], Content("noise"), Content("one byte"), Content("zeros") };
        byte[] frames = [.. parts.SelectMany((part, at) => Frame(at % 2 == 0 ? Engine : Other, part, 1 + at))];
        byte[] whole = [.. parts.SelectMany(part => part)];

        Assert.Equal(whole, Unpacked(Engine, frames, whole.Length));
        Assert.Equal(whole, Streamed(Engine, frames));
        Assert.Equal((ulong)parts[0].Length, Engine.ClaimedSizeOf(frames));
    }

    [Fact]
    public void Frames_that_carry_no_content_are_passed_over()
    {
        var text = Content("text");
        byte[] skippable = [0x50, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2, 3];
        byte[] frames = [.. skippable, .. Frame(Engine, text, 3), .. skippable];

        Assert.Equal(text, Unpacked(Engine, frames, text.Length));
        Assert.Equal(text, Streamed(Engine, frames));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(65_536)]
    [InlineData(1_000_000)]
    public void A_stream_may_be_read_in_pieces_of_any_size(int piece)
    {
        var plain = Content("large").AsSpan(0, piece == 1 ? 200_000 : LargeBytes).ToArray();
        var frames = Frame(Engine, plain.AsSpan(0, plain.Length / 3), 3).Concat(Frame(Other, plain.AsSpan(plain.Length / 3), 3)).ToArray();
        using var stream = Engine.OpenDecompression(new TricklingStream(frames, piece));
        var (back, buffer, total) = (new byte[plain.Length], new byte[piece], 0);

        for (int read; (read = stream.Read(buffer, 0, piece)) > 0; total += read)
        {
            buffer.AsSpan(0, read).CopyTo(back.AsSpan(total));
        }

        Assert.Equal(plain.Length, total);
        Assert.Equal(plain, back);
        Assert.Equal(0, stream.Read(buffer));
    }

    [Fact]
    public void A_failure_of_the_stream_that_holds_the_frames_passes_as_it_is()
    {
        using var stream = Engine.OpenDecompression(new FailingStream());

        Assert.Equal("the disk is gone", Assert.Throws<IOException>(() => stream.ReadByte()).Message);
    }

    [Fact]
    public void Many_threads_compress_and_decompress_at_once()
    {
        var plains = Enumerable.Range(0, 8).Select(number => Noise(30_000 + number).Concat(Content("text")).ToArray()).ToArray();

        Parallel.For(0, 64, new ParallelOptions { MaxDegreeOfParallelism = 16 }, number =>
        {
            var plain = plains[number % plains.Length];
            var frame = Frame(Engine, plain, 1 + (number % 6));
            Assert.Equal(plain, Unpacked(Engine, frame, plain.Length));
            Assert.Equal(plain, Streamed(Engine, frame));
        });
    }

    [Fact]
    public void What_is_disposed_of_refuses_to_work_and_may_be_disposed_of_again()
    {
        var (compressor, decompressor) = (Engine.CreateCompressor(3), Engine.CreateDecompressor());
        var stream = Engine.OpenDecompression(new MemoryStream(Frame(Engine, Content("text"), 3)));
        Assert.NotEqual(-1, stream.ReadByte());
        for (var time = 0; time < 2; time++)
        {
            compressor.Dispose();
            decompressor.Dispose();
            stream.Dispose();
        }

        Assert.Throws<ObjectDisposedException>(() => compressor.Compress([1], new byte[100]));
        Assert.Throws<ObjectDisposedException>(() => decompressor.TryDecompress([1], new byte[100], out _));
        Assert.Throws<ObjectDisposedException>(() => stream.ReadByte());
    }

    [Fact]
    public void Compressing_and_decompressing_take_no_memory_of_the_runtime()
    {
        using var compressor = Engine.CreateCompressor(3);
        using var decompressor = Engine.CreateDecompressor();
        var plain = Content("text");
        var (frame, back) = (new byte[compressor.BoundOf(plain.Length)], new byte[plain.Length]);
        RoundTrips(100);

        var before = GC.GetAllocatedBytesForCurrentThread();
        RoundTrips(100);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000);

        void RoundTrips(int times)
        {
            for (var time = 0; time < times; time++)
            {
                var length = compressor.Compress(plain, frame);
                Assert.True(decompressor.TryDecompress(frame.AsSpan(0, length), back, out _));
            }
        }
    }
}
