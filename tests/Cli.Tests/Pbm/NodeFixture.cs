using Xunit;

namespace KafkaBackup.Cli.Tests.Pbm;

/// <summary>A cluster of one node for all tests that leave it as it is.</summary>
public sealed class NodeFixture : IAsyncLifetime
{
    public const string Secret = "tOpSeCrEt";

    private TestNode? _node;

    internal TestNode Node => _node!;

    public async Task InitializeAsync() => _node = await TestNode.StartAsync(variables: new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["KAFKA_BACKUP_HTTP_TOKEN"] = Secret,
        ["KAFKA_BACKUP_PBM_TOKEN"] = Secret,
    });

    public async Task DisposeAsync() => await Node.DisposeAsync();
}
