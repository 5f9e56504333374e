namespace KafkaBackup.Management.Pbm;

/// <summary>A command for a node: the one line that a connection carries to it.</summary>
/// <param name="Command">Palette, verb, options and operands, a word each.</param>
/// <param name="Token">What the node demands; null where it demands nothing.</param>
public sealed record PbmRequest(IReadOnlyList<string> Command, string? Token = null);
