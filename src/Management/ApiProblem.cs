using KafkaBackup.Shared;

namespace KafkaBackup.Management;

/// <summary>Why the API did not do what was asked.</summary>
/// <param name="Kind">Which side failed.</param>
/// <param name="Problems">A sentence each; of a definition each with its place in the YAML.</param>
public sealed record ApiProblem(FailureKind Kind, IReadOnlyList<string> Problems);
