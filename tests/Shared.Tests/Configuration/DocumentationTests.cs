using System.Text.RegularExpressions;
using KafkaBackup.Shared.Configuration;
using Xunit;

namespace KafkaBackup.Shared.Tests.Configuration;

/// <summary>What the documents say of the configuration is what the loader does.</summary>
public sealed partial class DocumentationTests
{
    [Fact]
    public void Every_key_is_documented_and_no_other()
    {
        var documented = KeyInTable().Matches(Read("docs/configuration.md")).Select(row => row.Groups["key"].Value);

        var read = ConfigurationKeysTests.Effects.Select(row => (string)row[0]!)
            .Concat(SecurityKeysTests.Keys).Concat(StorageKeysTests.Keys).Concat(ContinuousKeysTests.Keys).Append("offset_storage").Append("metrics.enabled");
        Assert.Equal(read.Distinct().Order(), documented.Order());
    }

    [Fact]
    public void The_examples_of_the_readme_load()
    {
        var examples = YamlFence().Matches(Read("README.md")).Select(fence => fence.Groups["yaml"].Value).ToList();

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

    [GeneratedRegex(@"^\| `(?<key>[a-z_.]+)` \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex KeyInTable();

    [GeneratedRegex("^```yaml\n(?<yaml>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex YamlFence();
}
