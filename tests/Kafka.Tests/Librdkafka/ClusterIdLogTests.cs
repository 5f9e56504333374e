using Confluent.Kafka;
using KafkaBackup.Kafka.Librdkafka;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Librdkafka;

public sealed class ClusterIdLogTests
{
    private readonly ClusterIdLog _log = new();

    [Fact]
    public void The_last_id_that_brokers_told_is_the_clusters()
    {
        Assert.Null(_log.Current);

        Hear("CLUSTERID", "[thrd:main]: 127.0.0.1:9092/bootstrap: ClusterId update \"\" -> \"5qBt14j7MODQVyJ53SrADA\"");
        Assert.Equal("5qBt14j7MODQVyJ53SrADA", _log.Current);

        Hear("CLUSTERID", "[thrd:main]: 127.0.0.1:9092/1: ClusterId update \"5qBt14j7MODQVyJ53SrADA\" -> \"other\"");
        Assert.Equal("other", _log.Current);
    }

    [Theory]
    [InlineData("FAIL", "ClusterId update \"\" -> \"5qBt14j7MODQVyJ53SrADA\"")]
    [InlineData("CLUSTERID", "something else")]
    [InlineData("CLUSTERID", "ClusterId update \"\" -> \"\"")]
    public void Other_lines_tell_none(string facility, string text)
    {
        Hear(facility, text);

        Assert.Null(_log.Current);
    }

    private void Hear(string facility, string text) => _log.Hear(new LogMessage("client", SyslogLevel.Debug, facility, text));
}
