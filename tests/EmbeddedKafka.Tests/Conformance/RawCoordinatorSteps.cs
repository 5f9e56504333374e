using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Messages;

namespace KafkaBackup.EmbeddedKafka.Tests.Conformance;

/// <summary>Who looks after transactional ids and groups.</summary>
internal sealed class RawCoordinatorSteps(ScriptRun run) : RawSteps(run)
{
    private const sbyte Group = 0;
    private const sbyte TransactionalId = 1;
    private const sbyte Unknown = 9;

    /// <summary>Asks for coordinators long before they are needed: Kafka makes their topics when the first is asked for, and takes its time.</summary>
    public async Task PrepareAsync()
    {
        await QuietlyAsync<FindCoordinatorResponse>(ApiKey.FindCoordinator, 3, Finding(Group, "g"));
        await InsistAsync<FindCoordinatorResponse>(ApiKey.FindCoordinator, 3, Finding(TransactionalId, "t"), answer => answer.ErrorCode);
    }

    public override async Task TakeAsync()
    {
        foreach (var version in Versions(ApiKey.FindCoordinator))
        {
            await AskAsync(version, "group", Group, "g");
            if (version >= 1)
            {
                await AskAsync(version, "transactional id", TransactionalId, "t");
                await AskAsync(version, "unknown type", Unknown, "t");
            }

            if (version >= 4)
            {
                await AskAsync(version, "two transactional ids", TransactionalId, "t", "u");
                await AskAsync(version, "none", TransactionalId);
            }
        }
    }

    private Task AskAsync(short version, string step, sbyte type, params string[] keys) =>
        AskAsync<FindCoordinatorResponse>(ApiKey.FindCoordinator, version, step, Finding(type, keys));

    private FindCoordinatorRequest Finding(sbyte type, params string[] keys) => new()
    {
        KeyType = type,
        Key = keys.Length == 0 ? "" : Run.Own(keys[0]),
        Keys = keys.Select(Run.Own).ToList(),
    };
}
