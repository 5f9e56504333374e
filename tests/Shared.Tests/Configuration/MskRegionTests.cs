using KafkaBackup.Shared.Configuration;
using Xunit;

namespace KafkaBackup.Shared.Tests.Configuration;

/// <summary>In which region a cluster of MSK is: what is configured, else the brokers' names, else the environment.</summary>
public sealed class MskRegionTests
{
    [Theory]
    [InlineData("b-1.demo.abc123.c2.kafka.us-east-1.amazonaws.com:9098", "us-east-1")]
    [InlineData("boot-x1y2.c1.kafka-serverless.eu-central-1.amazonaws.com:9098", "eu-central-1")]
    [InlineData("b-1.demo.abc123.c2.kafka.cn-north-1.amazonaws.com.cn:9098", "cn-north-1")]
    [InlineData("B-1.Demo.Kafka.US-East-1.AmazonAWS.com:9098", "us-east-1")]
    [InlineData("b-1.demo.kafka.us-east-1.amazonaws.com.example.org:9098", null)]
    [InlineData("broker.example.org:9098", null)]
    public void The_name_of_a_broker_tells_it(string server, string? region) => Assert.Equal(region, MskRegion.Of(Cluster([server]), _ => null));

    [Fact]
    public void What_is_configured_comes_first_and_the_environment_last()
    {
        const string Broker = "b-1.demo.abc123.c2.kafka.us-east-1.amazonaws.com:9098";

        Assert.Equal("eu-1", MskRegion.Of(Cluster([Broker], "eu-1"), _ => "env-1"));
        Assert.Equal("us-east-1", MskRegion.Of(Cluster(["other:1", Broker]), _ => "env-1"));
        Assert.Equal("env-1", MskRegion.Of(Cluster(["other:1"]), name => name == "AWS_REGION" ? "env-1" : null));
        Assert.Equal("env-2", MskRegion.Of(Cluster(["other:1"]), name => name == "AWS_REGION" ? "" : name == "AWS_DEFAULT_REGION" ? "env-2" : null));
    }

    private static KafkaSection Cluster(string[] servers, string? region = null) =>
        new() { BootstrapServers = servers, Security = new SecuritySection { AwsRegion = region } };
}
