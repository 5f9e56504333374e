using System.Buffers.Binary;
using CsCheck;
using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Records;
using KafkaBackup.Testing.Kafka;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Wire;

public sealed class WireMessageTests
{
    private static readonly List<(WireApi Api, short Version)> Versions = WireApis.All
        .SelectMany(api => Enumerable.Range(api.MinVersion, api.MaxVersion - api.MinVersion + 1).Select(version => (api, (short)version))).ToList();

    private static readonly Gen<(WireApi Api, short Version, int Seed)> Messages =
        Gen.Select(Gen.Int[0, Versions.Count - 1], Gen.Int, (index, seed) => (Versions[index].Api, Versions[index].Version, seed));

    /// <summary>How many requests and how many answers are damaged; FUZZ_ROUNDS in the environment asks for another number of both together.</summary>
    private static int DamagedPairs => int.TryParse(Environment.GetEnvironmentVariable("FUZZ_ROUNDS"), out var rounds) ? rounds / 2 : 20_000;

    /// <summary>The file lists the field types of every version as the Java client 4.3.1 defines them.</summary>
    [Fact]
    public void Every_version_has_the_fields_that_Kafka_defines()
    {
        var expected = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Wire", "signatures.txt"));

        var actual = WireApis.All.SelectMany(api => Versions.Where(one => one.Api == api).Select(one =>
                Signature($"{api.Key}Request", api.NewRequest(), one, api.HasTaggedRequestHeader(one.Version) ? 2 : 1))
            .Concat(Versions.Where(one => one.Api == api).Select(one =>
                Signature($"{api.Key}Response", api.NewResponse(), one, api.HasTaggedResponseHeader(one.Version) ? 1 : 0))));

        Assert.Equal(expected, actual);
    }

    [Fact]
    public void A_request_reads_back_as_it_was_written() => Messages.Sample(message =>
    {
        var (api, version, seed) = message;
        var header = new RequestHeader(api.Key, version, seed, seed % 3 == 0 ? null : "client");
        var request = Fill(api.NewRequest(), api, version, seed);

        using var written = WireFrames.WriteRequest(header, request);

        var reader = new WireReader(Body(written));
        Assert.Equal(header, WireFrames.ReadRequestHeader(reader));
        AssertSame(request, WireFrames.ReadRequest(reader, header), api, version);
    }, iter: 5_000);

    [Fact]
    public void An_answer_reads_back_as_it_was_written() => Messages.Sample(message =>
    {
        var (api, version, seed) = message;
        var header = new RequestHeader(api.Key, version, seed, null);
        var response = Fill(api.NewResponse(), api, version, seed);

        using var written = WireFrames.WriteResponse(header, response);

        AssertSame(response, WireFrames.ReadResponse(new WireReader(Body(written)), header), api, version);
    }, iter: 5_000);

    [Fact]
    public void A_damaged_frame_is_refused_by_one_exception_or_read_whole() => Messages.Sample(message =>
    {
        var (api, version, seed) = message;
        var header = new RequestHeader(api.Key, version, 1, "client");
        using var request = WireFrames.WriteRequest(header, Fill(api.NewRequest(), api, version, seed));
        using var response = WireFrames.WriteResponse(header, Fill(api.NewResponse(), api, version, seed));
        var random = new Random(seed);

        TryRead(() =>
        {
            var reader = new WireReader(Damage(Body(request), random));
            if (WireFrames.ReadRequestHeader(reader) is { Api: not null } read)
            {
                WireFrames.ReadRequest(reader, read);
            }
        });
        TryRead(() => WireFrames.ReadResponse(new WireReader(Damage(Body(response), random)), header));
    }, iter: DamagedPairs);

    [Fact]
    public void A_count_that_the_frame_cannot_hold_is_refused_before_anything_is_allocated()
    {
        var header = new RequestHeader(ApiKey.Metadata, 1, 1, null);
        var frame = new byte[4096];
        BinaryPrimitives.WriteInt32BigEndian(frame, int.MaxValue);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var exception = Assert.Throws<WireFormatException>(() => WireFrames.ReadRequest(new WireReader(frame), header));

        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 100_000);
        Assert.Contains("Topics", exception.Message, StringComparison.Ordinal);
        Assert.Equal(4, exception.Position);
    }

    [Fact]
    public void What_reading_allocates_stays_in_proportion_to_the_frame() => Messages.Sample(message =>
    {
        var (api, version, seed) = message;
        var header = new RequestHeader(api.Key, version, 1, null);
        var frame = new byte[2_000];
        new Random(seed).NextBytes(frame);
        Array.Clear(frame, 0, seed & 0xFF);
        var before = GC.GetAllocatedBytesForCurrentThread();

        TryRead(() => WireFrames.ReadRequest(new WireReader(frame), header));
        TryRead(() => WireFrames.ReadResponse(new WireReader(frame), header with { CorrelationId = 0 }));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }, iter: 5_000, threads: 1);

    private static string Signature(string name, IWireStruct message, (WireApi Api, short Version) one, int header) =>
        $"{name} {one.Version} header {header}: {SignatureCodec.Of(message, one.Version, one.Api.IsFlexible(one.Version))}";

    private static IWireStruct Fill(IWireStruct message, WireApi api, short version, int seed) =>
        new RandomCodec(seed, version, api.IsFlexible(version)).Struct(message);

    private static ReadOnlyMemory<byte> Body(WireWriter frame)
    {
        Assert.Equal(frame.Written.Length - 4, BinaryPrimitives.ReadInt32BigEndian(frame.Written.Span));
        return frame.Written[4..];
    }

    private static void AssertSame(IWireStruct expected, IWireStruct actual, WireApi api, short version) => Assert.Equal(
        TranscriptCodec.Of(expected, version, api.IsFlexible(version)), TranscriptCodec.Of(actual, version, api.IsFlexible(version)));

    private static byte[] Damage(ReadOnlyMemory<byte> frame, Random random)
    {
        var damaged = frame.ToArray();
        for (var i = random.Next(4); i >= 0; i--)
        {
            damaged[random.Next(damaged.Length)] = random.Next(3) switch { 0 => 0xFF, 1 => 0x7F, _ => (byte)random.Next(256) };
        }

        return random.Next(4) == 0 ? damaged[..random.Next(damaged.Length)] : damaged;
    }

    private static void TryRead(Action read)
    {
        try
        {
            read();
        }
        catch (WireFormatException)
        {
            // The only exception that there may be.
        }
    }
}
