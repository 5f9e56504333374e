using Xunit;

namespace KafkaBackup.Cli.Tests.Pbm;

/// <summary>The tests that share a node, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class NodeGroup : ICollectionFixture<NodeFixture>
{
    public const string Name = "node";
}
