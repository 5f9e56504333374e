namespace KafkaBackup.Management;

/// <summary>A node as another one sees it.</summary>
/// <param name="Address">Its address.</param>
/// <param name="Roles">Its roles.</param>
/// <param name="Status"><c>joining</c>, <c>up</c>, <c>leaving</c>, <c>exiting</c>, <c>down</c> or <c>removed</c>.</param>
/// <param name="IsReachable">Whether it answers.</param>
/// <param name="Version">The program's version.</param>
public sealed record ClusterMember(string Address, IReadOnlyList<string> Roles, string Status, bool IsReachable, string Version)
{
    /// <summary>The member in a line, as <c>pbm cluster show</c> writes it.</summary>
    public override string ToString() => $"{Address} | [{string.Join(",", Roles)}] | {Status} | {(IsReachable ? "" : "unreachable")} | {Version}";
}
