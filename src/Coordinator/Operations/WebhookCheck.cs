using System.Net.Http.Headers;
using System.Text.Json;
using KafkaBackup.Shared.Operations;

namespace KafkaBackup.Coordinator.Operations;

/// <summary>Asks a service whether all is well: OSO's event is posted to it, and it answers with a <c>result</c> of passed, warning, skipped or failed and a <c>detail</c>.</summary>
/// <remarks>OSO's tool takes an answer that it does not understand for a pass.</remarks>
/// <param name="http">Posts; follows nobody elsewhere.</param>
internal sealed class WebhookCheck(HttpMessageInvoker http)
{
    private const int MostAnswer = 64 * 1024;
    private const int MostDetail = 500;

    /// <summary>Asks.</summary>
    public async Task<CheckOutcome> CheckAsync(ValidationConfiguration.Webhook hook, ValidationConfiguration validation, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(hook.Timeout);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, hook.Url) { Content = Event(validation) };
            using var response = await http.SendAsync(request, limit.Token);
            return (int)response.StatusCode != hook.ExpectedStatus
                ? new CheckOutcome(hook.Name, CheckVerdict.Failed, $"{hook.Url} answers with {(int)response.StatusCode}, and not with {hook.ExpectedStatus}.")
                : Judge(hook, await ReadAsync(response.Content, limit.Token));
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return new CheckOutcome(hook.Name, CheckVerdict.Failed, $"{hook.Url} does not answer: {e.GetBaseException().Message.TrimEnd('.')}.");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new CheckOutcome(hook.Name, CheckVerdict.Failed, $"{hook.Url} did not answer within {hook.Timeout.TotalSeconds:0} s.");
        }
    }

    private static ByteArrayContent Event(ValidationConfiguration validation)
    {
        var body = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(
            new WebhookEvent("kafka_backup_validation", validation.BackupId!.Value.Value, validation.PitrTimestamp, new WebhookEvent.Target(validation.Target?.BootstrapServers ?? [])), OperationJson.Default.WebhookEvent));
        body.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return body;
    }

    private static async Task<byte[]> ReadAsync(HttpContent content, CancellationToken cancellation)
    {
        await using var stream = await content.ReadAsStreamAsync(cancellation);
        var buffer = new byte[MostAnswer];
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation);
        return buffer[..length];
    }

    private static CheckOutcome Judge(ValidationConfiguration.Webhook hook, byte[] answer)
    {
        try
        {
            var said = JsonSerializer.Deserialize(answer, OperationJson.Default.WebhookAnswer);
            var detail = said?.Detail is { Length: > MostDetail } text ? text[..MostDetail] + "…" : said?.Detail ?? "";
            return said?.Result switch
            {
                "passed" => new CheckOutcome(hook.Name, CheckVerdict.Passed, detail),
                "failed" => new CheckOutcome(hook.Name, CheckVerdict.Failed, detail),
                "warning" => new CheckOutcome(hook.Name, CheckVerdict.Warning, detail),
                "skipped" => new CheckOutcome(hook.Name, CheckVerdict.Skipped, detail),
                null => Unsaid(hook),
                _ => new CheckOutcome(hook.Name, CheckVerdict.Failed, $"{hook.Url} answers with a result that is none: passed, failed, warning and skipped are."),
            };
        }
        catch (JsonException)
        {
            return Unsaid(hook);
        }
    }

    /// <summary>A status says less than a result.</summary>
    private static CheckOutcome Unsaid(ValidationConfiguration.Webhook hook) =>
        new(hook.Name, CheckVerdict.Warning, $"{hook.Url} answers with {hook.ExpectedStatus} as it should, and gives no result: passed, failed, warning or skipped.");
}
