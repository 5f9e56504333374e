using Akka.Actor;
using Akka.Actor.Setup;
using Akka.DependencyInjection;
using Akka.Dispatch;
using Akka.Event;
using Microsoft.Extensions.Logging;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace KafkaBackup.Cli.Hosting;

/// <summary>Hands Akka's own log events to the log of the program, which gives each line its level and time; Akka.Hosting's logger puts a
/// second level and time into the text.</summary>
internal sealed partial class AkkaLogger : UntypedActor, IRequiresMessageQueue<ILoggerMessageQueueSemantics>
{
    /// <summary>What the events are filtered by.</summary>
    public const string Category = "Akka";

    private readonly ILogger _log = LoggerFactoryOf(Context.System.Settings.Setup).CreateLogger(Category);

    /// <inheritdoc />
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case InitializeLogger:
                Sender.Tell(new LoggerInitialized());
                break;
            case LogEvent logged:
                Write(_log, LevelOf(logged), logged.LogSource, $"{logged.Message}", logged.Cause);
                break;
        }
    }

    private static LogLevel LevelOf(LogEvent logged) => logged.LogLevel() switch
    {
        Akka.Event.LogLevel.ErrorLevel => LogLevel.Error,
        Akka.Event.LogLevel.WarningLevel => LogLevel.Warning,
        Akka.Event.LogLevel.InfoLevel => LogLevel.Information,
        _ => LogLevel.Debug,
    };

    private static ILoggerFactory LoggerFactoryOf(ActorSystemSetup setup) =>
        setup.Get<DependencyResolverSetup>().Value.DependencyResolver.GetService<ILoggerFactory>();

    [LoggerMessage(Message = "{Source}: {Text}")]
    private static partial void Write(ILogger log, LogLevel level, string source, string text, Exception? cause);
}
