using Akka.Actor;
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

    /// <summary>Another node is a member.</summary>
    [LoggerMessage(Level = LogLevel.Information, Message = "Node {Node} is in the cluster")]
    public partial void IsUp(Address node);

    /// <summary>Another node is not heard any more, by this one or by those that watch it.</summary>
    [LoggerMessage(Level = LogLevel.Warning, Message = "Node {Node} does not answer. If that goes on it is taken for dead, and other nodes go on with its partitions")]
    public partial void Silent(Address node);

    /// <summary>The end of that.</summary>
    [LoggerMessage(Level = LogLevel.Information, Message = "Node {Node} answers again")]
    public partial void Heard(Address node);

    /// <summary>Another node was taken for dead, or declared so by an order.</summary>
    [LoggerMessage(Level = LogLevel.Warning, Message = "Node {Node} was taken for dead: other nodes go on with its partitions")]
    public partial void Dead(Address node);

    /// <summary>Another node has left in good order.</summary>
    [LoggerMessage(Level = LogLevel.Information, Message = "Node {Node} has left the cluster")]
    public partial void Gone(Address node);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Sentence}")]
    private partial void LogRefused(string sentence);

    /// <summary>The operator on this node has ended, as it should not.</summary>
    [LoggerMessage(Level = LogLevel.Error, Message = "The operator on this node ended, and begins again: {Problem}")]
    public partial void OperatorEnded(string problem);
}
