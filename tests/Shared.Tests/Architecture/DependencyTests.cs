using System.Xml.Linq;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Testing;
using Xunit;

namespace KafkaBackup.Shared.Tests.Architecture;

/// <summary>Dependencies point one way: the program to actors and adapters, these to Shared, and Shared to nothing of a vendor.</summary>
public sealed class DependencyTests
{
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Shared"] = [],
        ["PartitionWorkers"] = ["Shared"],
        ["Coordinator"] = ["Shared"],
        ["Kafka"] = ["Shared"],
        ["ObjectStores"] = ["Shared"],
        ["EmbeddedKafka"] = ["Kafka"],
        ["Management"] = ["Shared"],
        ["Operator"] = ["Shared"],
        ["Cli"] = ["Coordinator", "PartitionWorkers", "Management", "Operator", "EmbeddedKafka", "Kafka", "ObjectStores", "Shared"],
    };

    /// <summary>Codecs, YAML, SQLite, and the interface of logging: no cluster's, cloud's or actor framework's package is a rule.</summary>
    private static readonly string[] SharedPackages =
    [
        "Cronos", "K4os.Compression.LZ4", "Microsoft.Data.Sqlite", "System.IO.Hashing", "YamlDotNet", "ZstdNet", "ZstdSharp.Port",
    ];

    public static TheoryData<string> Projects => [.. Repository.Files("src", "*.csproj").Select(file => Path.GetFileName(Path.GetDirectoryName(file)!))];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_refers_only_to_those_below_it(string project)
    {
        var referred = References(project, "ProjectReference").Select(reference => Path.GetFileName(Path.GetDirectoryName(reference.Replace('\\', '/'))!));

        Assert.Subset(Allowed[project].ToHashSet(StringComparer.Ordinal), referred.ToHashSet(StringComparer.Ordinal));
    }

    [Fact]
    public void Shared_knows_no_vendor() =>
        Assert.Subset(SharedPackages.ToHashSet(StringComparer.Ordinal), References("Shared", "PackageReference").ToHashSet(StringComparer.Ordinal));

    [Theory]
    [InlineData("Akka")]
    [InlineData("Confluent")]
    [InlineData("AWSSDK")]
    [InlineData("Azure")]
    [InlineData("Google")]
    public void Shared_is_compiled_against_no_vendor(string vendor) => Assert.DoesNotContain(
        typeof(IWireMessage).Assembly.GetReferencedAssemblies(), assembly => assembly.Name!.StartsWith(vendor, StringComparison.OrdinalIgnoreCase));

    [Theory]
    [InlineData("Coordinator")]
    [InlineData("PartitionWorkers")]
    public void Actors_see_ports_and_never_adapters(string project) => Assert.DoesNotContain(
        References(project, "PackageReference"), package => package != "Cronos" && !package.StartsWith("Akka", StringComparison.Ordinal));

    [Fact]
    public void Shared_refers_to_nothing_else_of_ours() => Assert.DoesNotContain(
        typeof(IWireMessage).Assembly.GetReferencedAssemblies(), assembly => assembly.Name!.StartsWith("KafkaBackup.", StringComparison.Ordinal));

    private static IEnumerable<string> References(string project, string kind) => XDocument
        .Load(Repository.Files($"src/{project}", "*.csproj").Single())
        .Descendants(kind).Select(reference => (string)reference.Attribute("Include")!);
}
