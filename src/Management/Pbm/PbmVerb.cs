namespace KafkaBackup.Management.Pbm;

/// <summary>Something that a node can be told or asked.</summary>
/// <param name="Name">Its name; empty where the palette's name is the whole command.</param>
/// <param name="Help">What it does, in a sentence.</param>
/// <param name="Run">Does it.</param>
internal sealed record PbmVerb(string Name, string Help, Func<PbmArguments, CancellationToken, IAsyncEnumerable<PbmLine>> Run)
{
    /// <summary>Its options.</summary>
    public IReadOnlyList<PbmOption> Options { get; init; } = [];

    /// <summary>What usage calls the one word that it takes beside options; null when it takes none.</summary>
    public string? Operand { get; init; }

    /// <summary>Whether it goes on until the connection is closed.</summary>
    public bool Streams { get; init; }

    /// <summary>How it is written.</summary>
    public string UsageIn(string palette)
    {
        string[] parts = [palette, Name, .. Options.Select(option => option.ToString()), Operand ?? ""];
        return string.Join(' ', parts.Where(part => part.Length > 0));
    }
}
