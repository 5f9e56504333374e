using Microsoft.Extensions.Logging;

namespace KafkaBackup.Operator;

/// <summary>What is to be read of an operator.</summary>
internal sealed partial class OperatorLog(ILogger<OperatorLog> logger)
{
    /// <summary>The start.</summary>
    [LoggerMessage(Level = LogLevel.Information, Message = "This operator looks after objects of {Namespaces} at {Server}")]
    public partial void Started(string namespaces, string server);

    /// <summary>Rights that are not there.</summary>
    [LoggerMessage(Level = LogLevel.Error, Message = "This operator lacks rights and waits for them: {Rights}. Give its service account the Role or ClusterRole of the manifests")]
    public partial void LacksRights(string rights);

    /// <summary>The API server does not answer, or refuses.</summary>
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Problem} Backups go on; this is tried again")]
    public partial void ServerAway(string problem);

    /// <summary>The end of that.</summary>
    [LoggerMessage(Level = LogLevel.Information, Message = "The Kubernetes API server answers again")]
    public partial void ServerBack();

    /// <summary>An object could not be seen to.</summary>
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Kind} {Object}: {Problem} It is tried again")]
    public partial void Failed(string kind, string @object, string problem);
}
