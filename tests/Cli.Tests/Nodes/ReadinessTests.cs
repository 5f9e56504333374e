using System.Net;
using KafkaBackup.Cli.Tests.Pbm;
using KafkaBackup.PartitionWorkers.Node;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace KafkaBackup.Cli.Tests.Nodes;

/// <summary>What a node answers to whoever asks whether it is ready.</summary>
public sealed class ReadinessTests
{
    [Fact]
    public async Task A_node_that_has_joined_and_has_what_it_needs_is_ready_and_a_journal_that_failed_is_named()
    {
        await using var node = await TestNode.StartAsync();
        Assert.Equal((HttpStatusCode.OK, "ready\n"), await AskAsync(node));

        node.Services.GetRequiredService<JournalHealth>().Failed("written", new IOException("no connection."));

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "the workers' journal could not be written (no connection)\n"), await AskAsync(node));
    }

    [Fact]
    public async Task Everything_that_keeps_a_node_from_work_is_named()
    {
        await using var node = await TestNode.StartAlone(seed: $"127.0.0.1:{TestNode.FreePort()}", variables: new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["KAFKA_BACKUP_CATALOG"] = $"s3://nowhere/cluster?endpoint=http://127.0.0.1:{TestNode.FreePort()}&region=eu-west-1&path_style=true",
        });

        var (status, text) = await AskAsync(node);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.Contains("not up: it has not joined the cluster", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("the catalogue s3://nowhere/cluster", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_journals_database_that_cannot_be_reached_is_told_before_anybody_needs_it()
    {
        await using var node = await TestNode.StartAsync(variables: new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["KAFKA_BACKUP_JOURNAL_POSTGRESQL"] = $"Host=127.0.0.1;Port={TestNode.FreePort()};Username=nobody",
        });

        var (status, text) = await AskAsync(node);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.StartsWith("the database of the workers' journal cannot be asked: ", text, StringComparison.Ordinal);
    }

    private static async Task<(HttpStatusCode Status, string Text)> AskAsync(TestNode node)
    {
        using var client = new HttpClient();
        using var answer = await client.GetAsync(new Uri(node.Http, "health/ready"));
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
