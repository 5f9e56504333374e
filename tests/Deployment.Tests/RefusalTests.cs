using System.Text.Json.Nodes;

namespace KafkaBackup.Deployment.Tests;

/// <summary>What would have no effect, or could not work, is refused when it is applied, with a sentence, by a real API server.</summary>
public sealed class RefusalTests : IAsyncLifetime
{
    private readonly string _namespace = $"test-{Guid.NewGuid():N}"[..20];

    public async Task InitializeAsync()
    {
        if (Kubectl.WhyNot is null)
        {
            await Kubectl.RunAsync("create", "namespace", _namespace);
        }
    }

    public async Task DisposeAsync()
    {
        if (Kubectl.WhyNot is null)
        {
            await Kubectl.RunAsync("delete", "namespace", _namespace, "--wait=false");
        }
    }

    [SkippableFact]
    public async Task The_id_of_a_backup_is_the_name_of_its_object_or_given_and_cannot_change()
    {
        Skip.IfNot(Kubectl.WhyNot is null, Kubectl.WhyNot);
        const string Fixed = "spec.backupId: Forbidden: spec.backupId (without it the object's name) is where the backup lies, and cannot change: make another KafkaBackup for another backup";
        JsonObject Named(string name, string id) => CustomResources.Minimal("KafkaBackup", name).With($$"""{"spec": {"backupId": {{id}} } }""");

        Assert.Empty(await ApplyAsync(Named("a", "null")));
        Assert.Empty(await ApplyAsync(Named("a", "\"a\"")));
        Assert.Empty(await ApplyAsync(Named("a", "null").With("""{"spec": {"topics": ["payments"]}}""")));
        Assert.Equal([Fixed], await ApplyAsync(Named("a", "\"b\"")));
        Assert.Empty(await ApplyAsync(Named("other", "\"b\"")));
        Assert.Equal([Fixed], await ApplyAsync(Named("other", "\"c\"")));
        Assert.Equal([Fixed], await ApplyAsync(Named("other", "null")));
    }

    [SkippableFact]
    public async Task A_name_that_is_too_long_for_an_id_needs_one()
    {
        Skip.IfNot(Kubectl.WhyNot is null, Kubectl.WhyNot);
        var longest = new string('a', 200);

        Assert.Empty(await ApplyAsync(CustomResources.Minimal("KafkaBackup", longest)));
        Assert.Equal(["spec.backupId: Required value: a backup id has at most 200 characters, and the object's name is longer: set spec.backupId"],
            await ApplyAsync(CustomResources.Minimal("KafkaBackup", longest + "b")));
        Assert.Empty(await ApplyAsync(CustomResources.Minimal("KafkaBackup", longest + "b").With("""{"spec": {"backupId": "short"}}""")));
    }

    [SkippableTheory]
    [InlineData("KafkaRestore", """{"createTopics": false}""", """{"createTopics": true}""", "a restore is made once, as it was asked for: make another KafkaRestore with another name")]
    [InlineData("KafkaOffsetReset", """{"topics": []}""", """{"topics": ["orders"]}""", "a reset is made once, as it was asked for: make another KafkaOffsetReset with another name")]
    [InlineData("KafkaOffsetRollback", """{"dryRun": false}""", """{"dryRun": true}""", "a rollback is made once, as it was asked for: make another KafkaOffsetRollback with another name")]
    [InlineData("KafkaBackupRun", "{}", """{"backupRef": {"name": "other"}}""", "a run is made once: make another KafkaBackupRun with another name")]
    public async Task What_is_made_once_cannot_change(string kind, string same, string other, string sentence)
    {
        Skip.IfNot(Kubectl.WhyNot is null, Kubectl.WhyNot);
        JsonObject Once(string change) => CustomResources.Minimal(kind, "once").With($$$"""{"metadata": {"labels": {"drill": "monthly"}}, "spec": {{{change}}} }""");

        Assert.Empty(await ApplyAsync(CustomResources.Minimal(kind, "once")));
        Assert.Empty(await ApplyAsync(Once(same)));
        Assert.Equal([$"spec: Forbidden: {sentence}"], await ApplyAsync(Once(other)));
    }

    [SkippableFact]
    public async Task A_validation_may_change()
    {
        Skip.IfNot(Kubectl.WhyNot is null, Kubectl.WhyNot);

        Assert.Empty(await ApplyAsync(CustomResources.Minimal("KafkaBackupValidation")));
        Assert.Empty(await ApplyAsync(CustomResources.Minimal("KafkaBackupValidation").With("""{"spec": {"schedule": "@daily", "checks": {"offsetRange": {}}}}""")));
    }

    [SkippableTheory]
    [MemberData(nameof(BackupRefusals.All), MemberType = typeof(BackupRefusals))]
    public Task An_API_server_refuses_a_backup(string change, string path, string sentence) => RefusesAsync("KafkaBackup", change, path, sentence);

    [SkippableTheory]
    [MemberData(nameof(RestoreRefusals.All), MemberType = typeof(RestoreRefusals))]
    public Task An_API_server_refuses_a_restore(string change, string path, string sentence) => RefusesAsync("KafkaRestore", change, path, sentence);

    [SkippableTheory]
    [MemberData(nameof(ResetRefusals.All), MemberType = typeof(ResetRefusals))]
    public Task An_API_server_refuses_a_reset(string change, string path, string sentence) => RefusesAsync("KafkaOffsetReset", change, path, sentence);

    [SkippableTheory]
    [MemberData(nameof(RollbackRefusals.All), MemberType = typeof(RollbackRefusals))]
    public Task An_API_server_refuses_a_rollback(string change, string path, string sentence) => RefusesAsync("KafkaOffsetRollback", change, path, sentence);

    [SkippableTheory]
    [MemberData(nameof(ValidationRefusals.All), MemberType = typeof(ValidationRefusals))]
    public Task An_API_server_refuses_a_validation(string change, string path, string sentence) => RefusesAsync("KafkaBackupValidation", change, path, sentence);

    [SkippableTheory]
    [MemberData(nameof(RunRefusals.All), MemberType = typeof(RunRefusals))]
    public Task An_API_server_refuses_a_run(string change, string path, string sentence) => RefusesAsync("KafkaBackupRun", change, path, sentence);

    /// <summary>With one complaint: no row is refused for something else.</summary>
    private static async Task RefusesAsync(string kind, string change, string path, string sentence)
    {
        Skip.IfNot(Kubectl.WhyNot is null, Kubectl.WhyNot);
        var manifest = CustomResources.Minimal(kind).With($$"""{"spec": {{change}} }""");

        var complaint = Assert.Single(await CustomResources.ApplyAsync(manifest.ToJsonString(), "--dry-run=server"));

        Assert.StartsWith($"{path}: ", complaint, StringComparison.Ordinal);
        Assert.EndsWith(sentence, complaint, StringComparison.Ordinal);
    }

    private Task<IReadOnlyList<string>> ApplyAsync(JsonObject manifest) => CustomResources.ApplyAsync(manifest.ToJsonString(), "-n", _namespace);
}
