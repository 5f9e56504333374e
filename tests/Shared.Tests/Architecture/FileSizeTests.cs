using Xunit;

namespace KafkaBackup.Shared.Tests.Architecture;

/// <summary>A file is small enough to be read in one go.</summary>
public sealed class FileSizeTests
{
    private const int MaxLines = 300;
    private const int MaxActorLines = 350;

    /// <summary>What is longer already: it may not grow, and is to be taken out here when it has shrunk.</summary>
    private static readonly Dictionary<string, int> Longer = new(StringComparer.Ordinal) { ["FileSystemObjectStore.cs"] = 303 };

    [Fact]
    public void No_file_is_longer_than_a_sitting() => Assert.Empty(
        from file in Repository.Files("src", "*.cs")
        let name = Path.GetFileName(file)
        let lines = File.ReadLines(file).Count()
        where lines > Longer.GetValueOrDefault(name, name.Contains("Actor", StringComparison.Ordinal) ? MaxActorLines : MaxLines)
        select $"{Path.GetRelativePath(Repository.Root, file)} has {lines} lines");
}
