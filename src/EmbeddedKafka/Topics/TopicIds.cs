using System.IO.Hashing;
using System.Text;

namespace KafkaBackup.EmbeddedKafka.Topics;

/// <summary>Gives topics their ids: random ones, or for a cluster of a given id always the same for the n-th topic of a name.</summary>
/// <remarks>So a broker that is started again under its id and told the same story has the same topics, and one made anew has another id.</remarks>
internal sealed class TopicIds(string? clusterId)
{
    private readonly Dictionary<string, int> _made = new(StringComparer.Ordinal);

    public Guid Next(string name)
    {
        if (clusterId is null)
        {
            return Guid.NewGuid();
        }

        var number = _made[name] = _made.GetValueOrDefault(name) + 1;
        return new Guid(XxHash128.Hash(Encoding.UTF8.GetBytes($"{clusterId}/{name}/{number}")));
    }
}
