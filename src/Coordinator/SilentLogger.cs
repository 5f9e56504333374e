using Akka.Event;

namespace KafkaBackup.Coordinator;

/// <summary>Takes the place of Akka's logger of last resort, and drops what it is given.</summary>
/// <remarks>Akka hands it what is logged after the actors that log have ended, whatever <c>stdout-loglevel</c> says; it would go to standard output.</remarks>
public sealed class SilentLogger : MinimalLogger
{
    /// <inheritdoc />
    protected override void Log(object message)
    {
    }
}
