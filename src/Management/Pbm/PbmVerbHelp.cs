namespace KafkaBackup.Management.Pbm;

/// <summary>A verb as a node tells what it can do.</summary>
/// <param name="Palette">The palette.</param>
/// <param name="Verb">The verb; empty where the palette's name is the whole command.</param>
/// <param name="Usage">How it is written.</param>
/// <param name="Help">What it does.</param>
/// <param name="Options">The long names of its options.</param>
public sealed record PbmVerbHelp(string Palette, string Verb, string Usage, string Help, IReadOnlyList<string> Options);
