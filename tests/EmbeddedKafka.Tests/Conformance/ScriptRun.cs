using KafkaBackup.EmbeddedKafka.Tests.Protocol;

namespace KafkaBackup.EmbeddedKafka.Tests.Conformance;

/// <summary>One run of the script on one broker.</summary>
internal sealed class ScriptRun : IDisposable
{
    private readonly string _prefix = $"r-{Guid.NewGuid():N}";

    public ScriptRun(int port)
    {
        Client = new RawClient(port);
        Transcript = new Transcript(new Normaliser(_prefix));
    }

    public RawClient Client { get; }

    public string BootstrapServers => $"127.0.0.1:{Client.Port}";

    public Transcript Transcript { get; }

    /// <summary>A name that is this run's own, so that it may share a broker with others.</summary>
    public string Own(string name) => $"{_prefix}-{name}";

    public bool IsOwn(string name) => name.StartsWith(_prefix, StringComparison.Ordinal);

    public void Dispose() => Client.Dispose();
}
