using KafkaBackup.Shared;

namespace KafkaBackup.Management.Pbm;

/// <summary>All that a node can be told or asked, and what it says about that.</summary>
internal sealed class PbmCommands
{
    private const string HelpName = "help";

    private readonly IReadOnlyList<PbmPalette> _palettes;

    /// <summary>The commands of <paramref name="palettes"/>, and <c>help</c>.</summary>
    public PbmCommands(IEnumerable<PbmPalette> palettes) =>
        _palettes = [.. palettes, new PbmPalette(HelpName, "What this node can be told and asked.", [
            new PbmVerb("", "List all commands.", (_, _) => Help(_palettes!).ToAsyncEnumerable()),
        ])];

    /// <summary>Finds what <paramref name="words"/> mean.</summary>
    /// <exception cref="BackupException">Nothing here; the message says what there is.</exception>
    public (PbmVerb Verb, PbmArguments Arguments) Find(string[] words)
    {
        words = words is [HelpName, var of, ..] ? [of, HelpName] : words;
        if (words is not [var name, .. var rest] || _palettes.FirstOrDefault(item => item.Name == name) is not { } palette)
        {
            var what = words is [var unknown, ..] ? $"There is no palette '{PbmArguments.Clip(unknown)}'" : "The command is empty";
            throw new BackupException(FailureKind.Configuration, $"{what}. This node has {string.Join(", ", _palettes.Select(item => item.Name))}.");
        }

        if (rest is [HelpName or "--help" or "-h"])
        {
            var help = new PbmVerb(HelpName, "", (_, _) => Help([palette]).ToAsyncEnumerable());
            return (help, PbmArguments.Read(name, help, []));
        }

        if (palette.Verbs is [{ Name: "" } only])
        {
            return (only, PbmArguments.Read(name, only, rest));
        }

        var verbs = string.Join(", ", palette.Verbs.Select(item => item.Name));
        var verb = rest is [var first, ..]
            ? palette.Verbs.FirstOrDefault(item => item.Name == first)
                ?? throw new BackupException(FailureKind.Configuration, $"'{name}' has no verb '{PbmArguments.Clip(first)}'. It has {verbs}.")
            : throw new BackupException(FailureKind.Configuration, $"'{name}' wants a verb. It has {verbs}.");
        return (verb, PbmArguments.Read(name, verb, rest.Skip(1)));
    }

    private static IEnumerable<PbmLine> Help(IReadOnlyList<PbmPalette> palettes)
    {
        var width = palettes.SelectMany(palette => palette.Verbs.Select(verb => verb.UsageIn(palette.Name).Length)).Max();
        foreach (var palette in palettes)
        {
            yield return new PbmLine($"{palette.Name}: {palette.Help}");
            foreach (var verb in palette.Verbs)
            {
                var usage = verb.UsageIn(palette.Name);
                yield return PbmLine.Of(
                    $"  {usage.PadRight(width)}  {verb.Help}",
                    new PbmVerbHelp(palette.Name, verb.Name, usage, verb.Help, [.. verb.Options.Select(option => option.Long)]),
                    PbmJson.Default.PbmVerbHelp);
            }
        }
    }
}
