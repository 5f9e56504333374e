using Akka.Configuration;
using Akka.Hosting;
using KafkaBackup.Cli.Output;
using KafkaBackup.Coordinator.Backup;
using KafkaBackup.PartitionWorkers.Backup;
using KafkaBackup.PartitionWorkers.Node;
using KafkaBackup.Shared.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace KafkaBackup.Cli.Hosting;

/// <summary>What a run on one machine and a node of a cluster are put together from alike.</summary>
internal static class ActorHosting
{
    /// <summary>Logs to the program's own output.</summary>
    /// <param name="logging">What is set up.</param>
    /// <param name="output">What is logged, and how.</param>
    /// <param name="namesBackups">Whether each line says of which backup it is: where there are several.</param>
    /// <param name="writeLine">Takes the lines.</param>
    public static void AddLogging(ILoggingBuilder logging, OutputOptions output, bool namesBackups, Action<string> writeLine) => logging
        .AddProvider(new ConsoleLogger(writeLine, output.Format, namesBackups, TimeProvider.System)).SetMinimumLevel(output.MinimumLevel)
        .AddFilter(AkkaLogger.Category, output.MinimumLevel < LogLevel.Information ? LogLevel.Information : LogLevel.Error)
        .AddFilter("Microsoft", LogLevel.Warning);

    /// <summary>Adds what actors need of the program.</summary>
    public static IServiceCollection AddActorParts(this IServiceCollection services) => services
        .AddSingleton<RunLog>()
        .AddSingleton<WorkerLog>()
        .AddSingleton<NodeProgress>()
        .AddSingleton(TimeProvider.System)
        .AddSingleton<StoreLog>()
        .AddSingleton<ZstdLog>()
        .AddMeters()
        .AddSingleton<IHostLifetime, QuietLifetime>();

    /// <summary>Sets up logging, settings and the wire format of an actor system.</summary>
    public static AkkaConfigurationBuilder WithSharedParts(this AkkaConfigurationBuilder akka, OutputOptions output, Config hocon) => akka
        .ConfigureLoggers(loggers =>
        {
            loggers.ClearLoggers();
            loggers.LogLevel = output.MinimumLevel < LogLevel.Information ? Akka.Event.LogLevel.InfoLevel : Akka.Event.LogLevel.WarningLevel;
            loggers.AddLogger<AkkaLogger>();
        })
        .AddHocon(hocon, HoconAddMode.Prepend)
        .WithCustomSerializer("kafka-backup", [typeof(IWireMessage)], system => new WireSerializer(system));

    /// <summary>Leaves signals to the command: the run is to end in good order before the host does.</summary>
    private sealed class QuietLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
