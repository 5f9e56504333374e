using KafkaBackup.Shared.Compression;
using KafkaBackup.Testing;
using Xunit;

namespace KafkaBackup.Shared.Tests.Compression;

/// <summary>Which engine is taken.</summary>
public sealed class ZstdEnginesTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void The_native_one_is_taken_where_it_loads(string? wanted)
    {
        var choice = ZstdEngines.Choose(wanted, () => null);

        Assert.Equal(new ZstdChoice(NativeZstd.Instance, null, IsForced: false), choice);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void The_managed_one_is_taken_where_it_does_not(string? wanted)
    {
        var choice = ZstdEngines.Choose(wanted, () => "libzstd.so: not found");

        Assert.Equal(new ZstdChoice(ManagedZstd.Instance, "the native library cannot be used: libzstd.so: not found", IsForced: false), choice);
    }

    [Fact]
    public void Either_one_can_be_wanted()
    {
        Assert.Equal(new ZstdChoice(NativeZstd.Instance, null, IsForced: true), ZstdEngines.Choose("native", () => null));
        Assert.Equal(
            new ZstdChoice(ManagedZstd.Instance, "KAFKA_BACKUP_ZSTD is managed", IsForced: true),
            ZstdEngines.Choose("managed", () => throw new InvalidOperationException("It was loaded, for nothing.")));
    }

    [Fact]
    public void The_native_one_is_refused_with_the_reason_where_it_is_wanted_and_does_not_load()
    {
        var refusal = Assert.Throws<BackupException>(() => ZstdEngines.Choose("native", () => "libzstd.so: not found"));

        Assert.Equal(FailureKind.Configuration, refusal.Kind);
        Assert.StartsWith(
            "KAFKA_BACKUP_ZSTD is native, and the native library of zstd cannot be used: libzstd.so: not found. ", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Native")]
    [InlineData("fast")]
    [InlineData(" ")]
    public void Another_value_is_refused(string wanted)
    {
        var refusal = Assert.Throws<BackupException>(() => ZstdEngines.Choose(wanted, () => null));

        Assert.Equal(FailureKind.Configuration, refusal.Kind);
        Assert.Equal($"KAFKA_BACKUP_ZSTD must be native or managed, or not set, not '{wanted}'.", refusal.Message);
    }

    [Fact]
    public void Libraries_are_known_to_their_engines_only() => Assert.Equal(
        ["ManagedZstd.cs", "NativeZstd.cs"],
        Repository.Files("src", "*.cs").Where(file => File.ReadLines(file).Any(line => line.StartsWith("using Zstd", StringComparison.Ordinal)
            || line.Contains("ZstdNet.", StringComparison.Ordinal) || line.Contains("ZstdSharp.", StringComparison.Ordinal))).Select(Path.GetFileName));
}
