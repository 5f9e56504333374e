using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace KafkaBackup.Deployment.Tests;

/// <summary>The definitions of our kinds explain themselves, and nothing in them is untried.</summary>
public sealed class SchemaTests
{
    public static TheoryData<string> Kinds => [.. Schema.ByKind.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_field_is_described_in_sentences(string kind)
    {
        var fields = Schema.FieldsOf(Schema.ByKind[kind]).Where(one => one.Path != "metadata").ToList();

        Assert.True(fields.Count > 100);
        Assert.All(fields, one => Assert.Matches("[.]$", (string?)one.Field["description"] ?? $"{one.Path}: none"));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_default_is_told_in_the_description(string kind)
    {
        var fields = Schema.FieldsOf(Schema.ByKind[kind]).Where(one => one.Field.ContainsKey("default")).ToList();

        Assert.True(fields.Count > 20);
        Assert.All(fields, one => Assert.Contains($"Default {one.Field["default"]!}", (string?)one.Field["description"], StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_sentence_that_refuses_says_what_to_do(string kind)
    {
        var sentences = Schema.RulesOf(kind).Select(rule => rule.Sentence).ToList();

        Assert.NotEmpty(sentences);
        Assert.All(sentences, sentence =>
        {
            Assert.Matches("[:;,] ", sentence);
            Assert.DoesNotMatch("not (implemented|supported)|unsupported|[.]$", sentence);
        });
    }

    /// <summary>But for those that look at what was there before, or at the object's name, which are tried on their own.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_rule_is_in_the_table_of_what_is_refused(string kind)
    {
        var rows = (kind == "KafkaBackup" ? BackupRefusals.All : RestoreRefusals.All.Concat(BackupRefusals.All.Select(InRestores)))
            .Select(row => (Path: Regex.Replace((string)row[1], "\\[[0-9]+\\]", "[]", RegexOptions.NonBacktracking), Sentence: (string)row[2])).ToHashSet();

        Assert.All(Schema.RulesOf(kind).Where(rule => !rule.Rule.Contains("oldSelf", StringComparison.Ordinal) && !rule.Rule.Contains("metadata", StringComparison.Ordinal)),
            rule => Assert.Contains((rule.Path.Replace("Mapping.*", "Mapping[orders]", StringComparison.Ordinal), rule.Sentence), rows));
    }

    /// <summary>What is refused of a backup's cluster, storage and circuit breaker is refused of a restore's, as these are the same.</summary>
    [Theory]
    [InlineData("spec.kafkaCluster", "spec.kafkaCluster")]
    [InlineData("spec.storage", "spec.backupRef.storage")]
    [InlineData("spec.circuitBreaker", "spec.circuitBreaker")]
    [InlineData("status.conditions", "status.conditions")]
    public void Both_kinds_have_the_same_fields_where_they_mean_the_same(string ofBackup, string ofRestore)
    {
        var (backup, restore) = (Field("KafkaBackup", ofBackup), Field("KafkaRestore", ofRestore));

        foreach (var part in new[] { "properties", "items", "required", "x-kubernetes-validations" })
        {
            Assert.Equal(backup[part]?.ToJsonString(), restore[part]?.ToJsonString().Replace("true of the restore", "true of the backup", StringComparison.Ordinal));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_field_that_may_be_given_is_in_a_sample(string kind)
    {
        var spec = Schema.FieldsOf(Field(kind, "spec"), "spec").ToList();
        var refused = spec.Where(one => ((string)one.Field["description"]!).StartsWith("Refused.", StringComparison.Ordinal)).Select(one => one.Path).ToList();
        Assert.Single(refused);

        var given = SampleTests.Documents(kind).SelectMany(sample => GivenIn(sample, Schema.ByKind[kind], "")).ToHashSet(StringComparer.Ordinal);

        Assert.Empty(spec.Select(one => one.Path).Where(path => !refused.Exists(one => path.StartsWith(one, StringComparison.Ordinal))
            && !path.StartsWith("spec.backupRef.storage.", StringComparison.Ordinal)).Except(given));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_document_has_every_field_and_the_sentence_of_each_that_is_taken_with_its_default_only(string kind)
    {
        var document = SourceTree.Text("docs/operator-fields.md");
        var fields = Schema.FieldsOf(Field(kind, "spec")).Where(one => !one.Path.EndsWith(']') && !one.Path.EndsWith('*') && (string?)one.Field["description"] != "Of no effect.")
            .Select(one => (Name: one.Path.Replace("backupRef.storage.", "storage.", StringComparison.Ordinal), one.Path, Description: (string)one.Field["description"]!)).ToList();
        var bound = fields.Where(one => one.Description.StartsWith("Taken ", StringComparison.Ordinal) || one.Description.StartsWith("Refused.", StringComparison.Ordinal))
            .Select(one => $"spec.{one.Path}").ToHashSet(StringComparer.Ordinal);

        Assert.All(fields, one => Assert.Contains($"`{one.Name}`", document, StringComparison.Ordinal));
        Assert.True(bound.Count > 10);
        Assert.All(Schema.RulesOf(kind).Where(rule => bound.Contains(rule.Path)), rule => Assert.Contains($"\"{rule.Sentence}\"", document, StringComparison.Ordinal));
    }

    private static JsonObject Field(string kind, string path) => Schema.FieldsOf(Schema.ByKind[kind]).Single(one => one.Path == path).Field;

    private static object[] InRestores(object[] row) => [row[0], ((string)row[1]).Replace("spec.storage", "spec.backupRef.storage", StringComparison.Ordinal), row[2]];

    private static IEnumerable<string> GivenIn(YamlNode node, JsonObject schema, string path)
    {
        var children = node switch
        {
            YamlMappingNode map => map.Children.Select(pair => (Name: ((YamlScalarNode)pair.Key).Value!, pair.Value)).Select(pair =>
                schema["properties"]?[pair.Name] is { } field ? ($"{path}.{pair.Name}".TrimStart('.'), pair.Value, field) : ($"{path}.*", pair.Value, schema["additionalProperties"])),
            YamlSequenceNode list => list.Children.Select(entry => ($"{path}[]", entry, schema["items"])),
            _ => [],
        };
        return children.Where(child => child.Item3 is JsonObject).SelectMany(child => GivenIn(child.Item2, child.Item3!.AsObject(), child.Item1).Prepend(child.Item1));
    }
}
