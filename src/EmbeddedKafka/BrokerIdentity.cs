using System.Net;

namespace KafkaBackup.EmbeddedKafka;

/// <summary>What the one node tells clients about itself.</summary>
/// <param name="ClusterId">The cluster's id.</param>
/// <param name="Endpoint">Where it listens.</param>
internal sealed record BrokerIdentity(string ClusterId, IPEndPoint Endpoint)
{
    /// <summary>The node's id.</summary>
    public const int NodeId = 1;

    /// <summary>Nothing ever takes over from the node, so its epoch as a leader stays the first.</summary>
    public const int LeaderEpoch = 0;

    /// <summary>The address that clients connect to.</summary>
    public string Host => Endpoint.Address.ToString();
}
