using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;

namespace KafkaBackup.Coordinator.Restore;

/// <summary>Asks the target whether it takes the settings that <c>restore.topic_configs</c> give to topics that are to be made. What is held at first would else be refused only once it is let go.</summary>
/// <param name="services">What the restore needs.</param>
internal sealed class GivenSettings(RestoreServices services)
{
    private readonly Dictionary<string, IReadOnlyDictionary<string, string>> _asked = new(StringComparer.Ordinal);

    /// <summary>The plan, of a dry run with what the target does not take.</summary>
    /// <exception cref="BackupException">The target does not take a setting that is held, or cannot be asked.</exception>
    public async Task<RestorePlan> CheckAsync(RestorePlan plan, CancellationToken cancellation)
    {
        var (isDry, refusals, notes, refused) = (services.Configuration.Restore.IsDryRun, plan.Refusals.ToList(), plan.Notes.ToList(), new HashSet<string>(StringComparer.Ordinal));
        foreach (var topic in plan.Topics.Where(topic => topic is { Exists: false, IsBegun: false, IsMade: false, IsRefused: false } && !plan.AlreadyMade.Contains(topic.Made.Name)))
        {
            var name = topic.Made.Name;
            foreach (var (setting, reason) in await AskAsync(topic, cancellation))
            {
                if (!RestorePlan.IsHeld(setting))
                {
                    notes.Add($"Topic '{name}' would be made without {setting}, which restore.topic_configs give it: {reason}.");
                    continue;
                }

                var fault = new Fault(FailureKind.Configuration, $"The target does not take {setting} of topic '{name}', as restore.topic_configs give it: {reason}. Nothing was restored.", IsRetryable: false);
                refusals.Add(isDry ? fault : throw new BackupException(fault.Kind, fault.Message));
                refused.Add(name);
            }
        }

        return plan with { Refusals = refusals, Notes = notes, Topics = [.. plan.Topics.Select(topic => refused.Contains(topic.Made.Name) ? topic with { IsRefused = true } : topic)] };
    }

    /// <summary>What else is given the target tells when a topic is made.</summary>
    private async Task<IReadOnlyDictionary<string, string>> AskAsync(RestoreTopic topic, CancellationToken cancellation)
    {
        var given = services.Configuration.Restore.TopicConfigsOf(topic.Made.Name)
            .Where(setting => setting.Value is not null && (RestorePlan.IsHeld(setting.Key) || (services.Configuration.Restore.IsDryRun && topic.Made.Configurations.ContainsKey(setting.Key))))
            .ToDictionary(setting => setting.Key, setting => setting.Value!, StringComparer.Ordinal);
        var text = string.Join('\n', given.OrderBy(setting => setting.Key, StringComparer.Ordinal).Select(setting => $"{setting.Key}={setting.Value}"));
        if (!_asked.TryGetValue(text, out var refused))
        {
            refused = given.Count == 0 ? new Dictionary<string, string>() : await services.Topics.FindRefusedAsync(topic.Made with { Configurations = given }, cancellation);
            _asked.Add(text, refused);
        }

        return refused;
    }
}
