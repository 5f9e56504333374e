namespace KafkaBackup.Management.Pbm;

/// <summary>Verbs about one matter.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Help">What they are about.</param>
/// <param name="Verbs">The verbs.</param>
internal sealed record PbmPalette(string Name, string Help, IReadOnlyList<PbmVerb> Verbs);
