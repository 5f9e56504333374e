using System.Xml.Linq;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Testing;
using Xunit;

namespace KafkaBackup.Shared.Tests.Architecture;

/// <summary>Dependencies point one way: Cli to Coordinator and PartitionWorkers and EmbeddedKafka, and these to Shared.</summary>
public sealed class DependencyTests
{
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Shared"] = [],
        ["PartitionWorkers"] = ["Shared"],
        ["Coordinator"] = ["Shared"],
        ["EmbeddedKafka"] = ["Shared"],
        ["Cli"] = ["Coordinator", "PartitionWorkers", "EmbeddedKafka", "Shared"],
    };

    public static TheoryData<string> Projects => [.. Repository.Files("src", "*.csproj").Select(file => Path.GetFileName(Path.GetDirectoryName(file)!))];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_refers_only_to_those_below_it(string project)
    {
        var referred = References(project, "ProjectReference").Select(reference => Path.GetFileName(Path.GetDirectoryName(reference.Replace('\\', '/'))!));

        Assert.Subset(Allowed[project].ToHashSet(StringComparer.Ordinal), referred.ToHashSet(StringComparer.Ordinal));
    }

    [Fact]
    public void Shared_knows_no_actors()
    {
        Assert.DoesNotContain(References("Shared", "PackageReference"), package => package.StartsWith("Akka", StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain(
            typeof(IWireMessage).Assembly.GetReferencedAssemblies(), assembly => assembly.Name!.StartsWith("Akka", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void Shared_refers_to_nothing_else_of_ours() => Assert.DoesNotContain(
        typeof(IWireMessage).Assembly.GetReferencedAssemblies(), assembly => assembly.Name!.StartsWith("KafkaBackup.", StringComparison.Ordinal));

    private static IEnumerable<string> References(string project, string kind) => XDocument
        .Load(Repository.Files($"src/{project}", "*.csproj").Single())
        .Descendants(kind).Select(reference => (string)reference.Attribute("Include")!);
}
