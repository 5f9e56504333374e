using KafkaBackup.Testing;
using Xunit;

namespace KafkaBackup.Shared.Tests.Architecture;

/// <summary>A file is small enough to be read in one go.</summary>
public sealed class FileSizeTests
{
    private const int MaxLines = 300;
    private const int MaxActorLines = 350;

    [Fact]
    public void No_file_is_longer_than_a_sitting() => Assert.Empty(
        from file in Repository.Files("src", "*.cs")
        let name = Path.GetFileName(file)
        let lines = File.ReadLines(file).Count()
        where lines > (name.Contains("Actor", StringComparison.Ordinal) ? MaxActorLines : MaxLines)
        select $"{Path.GetRelativePath(Repository.Root, file)} has {lines} lines");
}
