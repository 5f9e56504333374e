using KafkaBackup.Shared.Protocol;
using static KafkaBackup.Shared.Protocol.OperationProtocol;

namespace KafkaBackup.Coordinator.Operations;

/// <summary>Makes a status fit into a message: what others chose, as names and answers, may be of any length.</summary>
internal static class FittedStatus
{
    /// <summary>Half of a frame.</summary>
    private const int MostBytes = 64_000;

    private static readonly int[] TextLimits = [1_000, 300, 100, 30];

    /// <summary>The status, texts cut as far as is needed.</summary>
    public static OperationStatus Of(OperationStatus status) =>
        TextLimits.Select(limit => Cut(status, limit)).FirstOrDefault(cut => WireFormat.Write(cut).Length <= MostBytes) ?? Cut(status, TextLimits[^1]);

    private static OperationStatus Cut(OperationStatus status, int limit) => status with
    {
        Groups = status.Groups is not { } groups ? null : groups with
        {
            Groups = [.. groups.Groups.Select(group => group with { Group = Cut(group.Group, limit), Problem = group.Problem is { } problem ? Cut(problem, limit) : null })],
            Mismatched = [.. groups.Mismatched.Select(name => Cut(name, limit))],
        },
        Checks = status.Checks is not { } checks ? null : checks with
        {
            Checks = [.. checks.Checks.Select(check => check with { Check = Cut(check.Check, limit), Message = Cut(check.Message, limit) })],
        },
        Deletion = status.Deletion is not { Problem: { } refusal } ? status.Deletion : status.Deletion with { Problem = Cut(refusal, limit) },
    };

    private static string Cut(string text, int limit) => text.Length <= limit ? text : text[..(limit - 1)] + "…";
}
