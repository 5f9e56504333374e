using System.Text.Json.Nodes;
using KafkaBackup.Operator.Backups;
using KafkaBackup.Operator.Definitions;
using KafkaBackup.Operator.Resources;
using KafkaBackup.Operator.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace KafkaBackup.Operator.Tests.Backups;

/// <summary>Histories of operators that are killed.</summary>
public sealed class BackupHistoryTests
{
    private const string Name = "orders";

    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 28, 12, 0, 30, TimeSpan.Zero));

    /// <summary>Operators that die after any order, two at once, with statuses that are lost: what runs once runs once, and each text of the annotation is one run.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Whoever_dies_where_ever_no_run_is_begun_twice_and_none_forgotten(int seed)
    {
        var random = new Random(seed);
        for (var history = 0; history < 200; history++)
        {
            var cluster = new FakeCluster(_clock);
            var (resource, texts) = (Objects.Json(), random.Next(4));
            for (var (step, text) = (0, 0); step < 60; step++)
            {
                switch (random.Next(5))
                {
                    case 0 when cluster[Name]?.Current is not null:
                        cluster.End(Name);
                        break;
                    case 1 when text < texts && IsSeen(cluster, resource):
                        resource["metadata"]!["annotations"] = new JsonObject { [KafkaBackupResource.Trigger] = $"{++text}" };
                        break;
                    default:
                        await StepAsync(cluster, resource, keepsStatus: random.Next(3) == 0);
                        break;
                }
            }

            for (var rest = 0; rest < 12; rest++)
            {
                await StepAsync(cluster, resource, keepsStatus: true);
                if (cluster[Name]?.Current is not null)
                {
                    cluster.End(Name);
                }
            }

            var asked = resource["metadata"]!["annotations"]?[KafkaBackupResource.Trigger] is { } last ? int.Parse((string)last!) : 0;
            Assert.Equal(1 + asked, cluster.Began.Count);
            Assert.Equal(cluster.Began.Count, cluster.Began.Distinct().Count());
        }
    }

    /// <summary>Whether the run of the annotation has begun: its author changes it when it has.</summary>
    private static bool IsSeen(FakeCluster cluster, JsonObject resource) => cluster[Name] is { } known
        && (resource["metadata"]!["annotations"] is null
            ? known.Runs.Count > 0 || known.Current is not null
            : BackupDecision.TriggeredRun(ResourceJson.ReadBackup(resource), known) is null);

    private async Task StepAsync(FakeCluster cluster, JsonObject json, bool keepsStatus)
    {
        var resource = ResourceJson.ReadBackup(json);
        var wanted = BackupDefinition.Of(resource);
        var found = await cluster.FindAsync(BackupReconciler.SubjectOf(resource), CancellationToken.None);
        if (BackupDecision.Next(resource, wanted, found?.Declared, _clock.GetUtcNow()) is { } order)
        {
            await BackupReconciler.CarryOutAsync(cluster, BackupReconciler.SubjectOf(resource), order, wanted, CancellationToken.None);
            return; // It died here, and told nothing.
        }

        if (keepsStatus)
        {
            json["status"] = ResourceJson.Write(BackupView.Of(resource, found, null, _clock.GetUtcNow()));
        }
    }
}
