namespace KafkaBackup.Management.Pbm;

/// <summary>What of a shard region lives on one node.</summary>
/// <param name="Address">The node.</param>
/// <param name="Roles">Its roles.</param>
/// <param name="Region">The region's name.</param>
/// <param name="Shards">How many shards are there.</param>
/// <param name="Entities">How many actors are in them.</param>
/// <param name="Unanswered">Shards that did not answer in time, and whose actors are not counted.</param>
internal sealed record RegionShare(string Address, IReadOnlyList<string> Roles, string Region, int Shards, int Entities, int Unanswered);
