using System.Text.RegularExpressions;
using KafkaBackup.Shared.Configuration;
using Xunit;

namespace KafkaBackup.Shared.Tests.Configuration;

/// <summary>What the documents say of the configuration is what the loader does.</summary>
public sealed class DocumentationTests
{
    private const RegexOptions Lines = RegexOptions.NonBacktracking | RegexOptions.Multiline | RegexOptions.ExplicitCapture;

    private static readonly Regex KeyInTable = new(@"^\| `(?<key>[a-z_.]+)` \|", Lines);

    private static readonly Regex YamlFence = new("^```yaml\n(?<yaml>.*?)^```", Lines | RegexOptions.Singleline);

    [Fact]
    public void Every_key_is_documented_and_no_other()
    {
        var documented = KeyInTable.Matches(Read("docs/configuration.md")).Select(row => row.Groups["key"].Value);

        var read = ConfigurationKeysTests.Effects.Select(row => (string)row[0]!)
            .Concat(SecurityKeysTests.Keys).Concat(StorageKeysTests.Keys).Concat(GcsKeysTests.Keys).Concat(AzureKeysTests.Keys)
            .Concat(ContinuousKeysTests.Keys).Append("offset_storage").Concat(MetricsKeysTests.Keys);
        Assert.Equal(read.Distinct().Order(), documented.Order());
    }

    [Fact]
    public void The_examples_of_the_readme_load()
    {
        var examples = YamlFence.Matches(Read("README.md")).Select(fence => fence.Groups["yaml"].Value).ToList();

        Assert.NotEmpty(examples);
        Assert.All(examples, example => ConfigurationLoader.Parse(example, "README.md", _ => null));
    }

    private static string Read(string file)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "KafkaBackup.Cluster.sln")))
        {
            folder = folder.Parent;
        }

        return File.ReadAllText(Path.Combine(folder.FullName, file));
    }
}
