using System.Net;
using System.Text;
using KafkaBackup.Cli.Tests.Pbm;
using Xunit;

namespace KafkaBackup.Cli.Tests.Nodes;

/// <summary>Bodies that no client of ours sends.</summary>
public sealed class HostileRequestsTests
{
    [Fact]
    public async Task Each_is_refused_with_a_sentence_and_the_node_goes_on()
    {
        await using var node = await TestNode.StartAsync();
        // What is refused for its length is refused before it is sent; a node that ends the connection would else be a broken pipe at times, and no answer.
        using var http = new HttpClient(new SocketsHttpHandler { Expect100ContinueTimeout = TimeSpan.FromMinutes(1) }) { BaseAddress = node.Http };
        http.DefaultRequestHeaders.ExpectContinue = true;

        foreach (var (body, status, says) in new[]
        {
            ("{\"definition\":null}", HttpStatusCode.BadRequest, "It has no definition"),
            ("null", HttpStatusCode.BadRequest, "The body is null"),
            ("\0\u0001", HttpStatusCode.BadRequest, "The body is not what this route takes"),
            ("{\"definition\":\"a: [\"}", HttpStatusCode.BadRequest, "\"kind\":\"Configuration\""),
            ($"{{\"definition\":\"{new string('x', 2_000_000)}\"}}", HttpStatusCode.RequestEntityTooLarge, "The request cannot be taken"),
        })
        {
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            using var answer = await http.PostAsync("/api/v1/backups", content);

            Assert.Equal(status, answer.StatusCode);
            Assert.Contains(says, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        Assert.Equal("Count: 1 nodes", (await node.AskAsync("cluster", "show"))[^1]);
    }
}
