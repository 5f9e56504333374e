using KafkaBackup.Testing;
using YamlDotNet.RepresentationModel;

namespace KafkaBackup.Deployment.Tests;

/// <summary>A real API server takes what is written for OSO's operator, as it is.</summary>
public sealed class SampleTests
{
    private const string Folder = "tests/Deployment.Tests/Samples";

    public static TheoryData<string> Files => [.. Repository.Files(Folder, "*.yaml").Select(Path.GetFileName).OfType<string>()];

    /// <summary>The objects of a kind in all samples.</summary>
    public static IEnumerable<YamlNode> Documents(string kind)
    {
        foreach (var file in Repository.Files(Folder, "*.yaml"))
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(File.ReadAllText(file)));
            foreach (var document in stream.Documents.Where(one => (string?)one.RootNode["kind"] == kind))
            {
                yield return document.RootNode;
            }
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Files))]
    public async Task An_API_server_takes_a_sample(string file)
    {
        Skip.IfNot(Kubectl.WhyNot is null, Kubectl.WhyNot);

        Assert.Empty(await CustomResources.ApplyAsync(SourceTree.Text(Path.Combine(Folder, file)), "--dry-run=server"));
    }

    [SkippableTheory]
    [MemberData(nameof(SchemaTests.Kinds), MemberType = typeof(SchemaTests))]
    public async Task A_field_that_the_schema_does_not_know_is_noticed(string kind)
    {
        Skip.IfNot(Kubectl.WhyNot is null, Kubectl.WhyNot);

        var complaints = await CustomResources.ApplyAsync(CustomResources.Minimal(kind).With("""{"spec": {"topicks": ["a"]}}""").ToJsonString(), "--dry-run=server");

        Assert.Contains("topicks", Assert.Single(complaints), StringComparison.Ordinal);
    }
}
