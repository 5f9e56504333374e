using System.Text;

namespace KafkaBackup.ObjectStores.Tests.Remote;

/// <summary>A request as <see cref="FakeServer"/> received it.</summary>
internal sealed record FakeRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public string? Header(string name) => Headers.GetValueOrDefault(name);

    /// <summary>A value of the query, or null.</summary>
    public string? Query(string name) => Target[(Target.IndexOf('?', StringComparison.Ordinal) + 1)..].Split('&').Select(pair => pair.Split('=', 2))
        .Where(pair => pair[0] == name && pair.Length == 2).Select(pair => pair[1]).FirstOrDefault();

    public override string ToString() => $"{Method} {Target}";
}
