using Akka.Actor;
using Akka.Configuration.Hocon;
using KafkaBackup.Shared;

namespace KafkaBackup.Management.Pbm;

/// <summary><c>actor</c>: the actors of a node, and what they were started with.</summary>
/// <param name="system">The actor system of the node.</param>
internal sealed class ActorPalette(ExtendedActorSystem system)
{
    private const int DefaultDepth = 4;

    private static readonly PbmOption Depth = new("-d", "--depth", "DEPTH");
    private static readonly PbmOption Start = new("-s", "--start", "PATH");

    /// <summary>Endings of the names of settings whose values are nobody's to see.</summary>
    private static readonly string[] Secrets = ["token", "password", "secret", "secret-key", "connection-string", "journal.postgresql"];

    /// <summary>Makes it.</summary>
    public PbmPalette Create() => new("actor", "The actors of this node.", [
        new PbmVerb("hierarchy", $"List actors below PATH (/user), DEPTH ({DefaultDepth}) levels deep.",
            (arguments, _) => Hierarchy(arguments).ToAsyncEnumerable())
        {
            Options = [Depth, Start],
        },
        new PbmVerb("system", "Show the actor system's name.", (_, _) => new[] { Line("system", $"akka://{system.Name}") }.ToAsyncEnumerable()),
        new PbmVerb("config", "List the settings in force, without secrets.", (_, _) => Settings().ToAsyncEnumerable()),
    ]);

    private static PbmLine Line(string field, string text) => PbmLine.Of(text, new KeyValuePair<string, string>(field, text));

    private IEnumerable<PbmLine> Hierarchy(PbmArguments arguments)
    {
        var depth = arguments.GetCount(Depth, DefaultDepth);
        return Below(Find(arguments.Get(Start) ?? "/user"), depth).Select(actor => Line("path", actor.Path.ToStringWithoutAddress()));
    }

    private ActorRefWithCell Find(string path)
    {
        var names = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        IActorRef? actor = names switch
        {
            ["user", ..] => system.Guardian,
            ["system", ..] => system.SystemGuardian,
            _ => null,
        };
        foreach (var name in names.Skip(1))
        {
            actor = (actor as ActorRefWithCell)?.Children.FirstOrDefault(child => child.Path.Name == name);
        }

        return actor as ActorRefWithCell
            ?? throw new BackupException(FailureKind.Configuration,
                $"There is no actor '{PbmArguments.Clip(path)}' on this node. Paths begin with /user or /system.");
    }

    /// <summary>An actor and those below it, each before its children. One at a time: a node may have a hundred thousand.</summary>
    private static IEnumerable<IActorRef> Below(IActorRef root, int depth)
    {
        var open = new Stack<(IActorRef Actor, int Depth)>();
        open.Push((root, depth));
        while (open.TryPop(out var next))
        {
            yield return next.Actor;
            if (next.Depth > 0 && next.Actor is ActorRefWithCell parent)
            {
                foreach (var child in parent.Children.OrderByDescending(child => child.Path.Name, StringComparer.Ordinal))
                {
                    open.Push((child, next.Depth - 1));
                }
            }
        }
    }

    private IEnumerable<PbmLine> Settings() => Flatten("", system.Settings.Config.Root)
        .OrderBy(setting => setting.Path, StringComparer.Ordinal)
        .Select(setting => (setting.Path, Value: setting.Value.Length > 0 && IsSecret(setting.Path) ? "<hidden>" : setting.Value))
        .Select(setting => PbmLine.Of(
            $"{setting.Path} = {setting.Value}",
            new KeyValuePair<string, string>("path", setting.Path), new KeyValuePair<string, string>("value", setting.Value)));

    private static bool IsSecret(string path) => Secrets.Any(name => path.EndsWith(name, StringComparison.OrdinalIgnoreCase));

    private static IEnumerable<(string Path, string Value)> Flatten(string path, HoconValue value)
    {
        if (value.IsObject())
        {
            var items = value.GetObject().Items;
            return items.SelectMany(item => Flatten(path.Length == 0 ? Quote(item.Key) : $"{path}.{Quote(item.Key)}", item.Value));
        }

        return [(path, value.IsArray() ? $"[{string.Join(", ", value.GetArray().Select(item => Text(item)))}]" : Text(value))];
    }

    private static string Text(HoconValue value) => value.IsString() ? value.GetString() ?? "" : value.ToString().ReplaceLineEndings(" ");

    private static string Quote(string key) => key.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') ? key : $"\"{key}\"";
}
