using Microsoft.Extensions.Logging;

namespace KafkaBackup.Cli.Hosting;

/// <summary>What an operator reads of a node and the others.</summary>
internal sealed partial class NodeLog(ILogger<NodeLog> logger)
{
    /// <summary>The last peer that was refused, in a sentence; null: none was.</summary>
    public string? LastRefused { get; private set; }

    /// <summary>A peer without the right certificate.</summary>
    public void Refused(string sentence)
    {
        LastRefused = sentence;
        LogRefused(sentence);
    }

    /// <summary>Nobody lets this node in.</summary>
    [LoggerMessage(Level = LogLevel.Warning, Message = "This node has not joined the cluster yet, after {Seconds} s. It asks {Seeds}: "
        + "see that one of them runs, that both reach each other by the names they go by, and that all nodes have TLS, or none. The first of them forms the cluster")]
    public partial void NotJoined(long seconds, string seeds);

    /// <summary>The end of that.</summary>
    [LoggerMessage(Level = LogLevel.Information, Message = "This node has joined the cluster")]
    public partial void Joined();

    /// <summary>An order to leave, carried out.</summary>
    [LoggerMessage(Level = LogLevel.Information, Message = "This node has left the cluster, as it was told to")]
    public partial void Left();

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Sentence}")]
    private partial void LogRefused(string sentence);
}
