namespace KafkaBackup.Management.Pbm;

/// <summary>Something that happened to a cluster, as one of its nodes sees it.</summary>
/// <param name="Time">When this node heard of it.</param>
/// <param name="Change">What: <c>MemberUp</c>, <c>UnreachableMember</c>, <c>LeaderChanged</c> and the like.</param>
/// <param name="Address">The node that it happened to; null when there is none, as of a leader.</param>
/// <param name="Member">That node, where the change is a member's.</param>
internal sealed record ClusterChange(DateTimeOffset Time, string Change, string? Address, ClusterMember? Member);
