using KafkaBackup.Shared;

namespace KafkaBackup.Cli;

/// <summary>What the program tells its caller by its exit code.</summary>
public static class ExitCode
{
    /// <summary>All is done.</summary>
    public const int Ok = 0;

    /// <summary>It failed: a fault of the program, or another process took over.</summary>
    public const int Failure = 1;

    /// <summary>The command line or the configuration is wrong, or names something that does not exist.</summary>
    public const int Usage = 2;

    /// <summary>The run went through, but with recorded gaps or failed partitions.</summary>
    public const int Incomplete = 3;

    /// <summary>Kafka could not be reached, refused, or no longer is what was backed up.</summary>
    public const int Source = 4;

    /// <summary>The object store could not be reached, refused, or holds something unreadable.</summary>
    public const int Storage = 5;

    /// <summary>SIGINT or SIGTERM ended the run early, in good order.</summary>
    public const int Interrupted = 130;

    /// <summary>The code for a failure of the given kind.</summary>
    public static int Of(FailureKind kind) => kind switch
    {
        FailureKind.Configuration => Usage,
        FailureKind.Source => Source,
        FailureKind.Storage => Storage,
        _ => Failure,
    };
}
