using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using KafkaBackup.Management;
using KafkaBackup.Shared;
using static KafkaBackup.Shared.Protocol.OperationProtocol;
using static KafkaBackup.Shared.Protocol.RestoreRunProtocol;

namespace KafkaBackup.Cli.Cluster;

/// <summary>Talks to a cluster through whichever of its nodes answers.</summary>
/// <remarks>A question is put to one address after the other. An order that a node took and did not answer may have been carried out; all orders can be given twice.</remarks>
internal sealed class ClusterClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly IReadOnlyList<string> _addresses;
    private readonly string _scheme;
    private readonly HttpClient _http;
    private int _current;

    /// <summary>A client for the nodes at <paramref name="addresses"/>.</summary>
    /// <param name="addresses"><c>host:port</c> of their HTTP ports, separated by commas.</param>
    /// <param name="token">What they demand; null: nothing.</param>
    /// <param name="trust">How they are known; null: they speak in the clear.</param>
    public ClusterClient(string addresses, string? token, ClusterTrust? trust)
    {
        _addresses = addresses.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (_addresses.Count == 0 || _addresses.Any(address => !Uri.TryCreate($"http://{address}/", UriKind.Absolute, out _)))
        {
            throw new BackupException(FailureKind.Configuration, $"--cluster: '{addresses}' is no list of host:port. Give the HTTP ports of nodes, such as node-0:8080,node-1:8080.");
        }

        var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = trust?.ToPolicy(); // HttpClient sees to the name.
        _scheme = trust is null ? "http" : "https";
        _http = new HttpClient(handler) { Timeout = Patience };
        if (token is not null)
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
    }

    /// <summary>Declares a backup.</summary>
    /// <param name="file">The file of the definition, for messages; null: there is none.</param>
    /// <param name="submission">The definition.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<Submitted> SubmitAsync(string? file, Submission submission, CancellationToken cancellation)
    {
        var body = JsonSerializer.Serialize(submission, ApiJson.Default.Submission);
        return await SendAsync(HttpMethod.Post, "backups", body, ApiJson.Default.Submitted, file, cancellation);
    }

    /// <summary>Carries out an order: <c>start</c> (with <c>?run=NAME</c> of a run of that name), <c>pause</c>, <c>resume</c>, <c>cancel</c>.</summary>
    public Task<Submitted> OrderAsync(string backup, string order, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, $"backups/{Uri.EscapeDataString(backup)}/{order}", "", ApiJson.Default.Submitted, null, cancellation);

    /// <summary>Forgets a backup.</summary>
    public Task<Submitted> RemoveAsync(string backup, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Delete, $"backups/{Uri.EscapeDataString(backup)}", null, ApiJson.Default.Submitted, null, cancellation);

    /// <summary>One declared backup.</summary>
    public Task<BackupDetails> GetAsync(string backup, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Get, $"backups/{Uri.EscapeDataString(backup)}", null, ApiJson.Default.BackupDetails, null, cancellation);

    /// <summary>One run of a declared backup.</summary>
    public Task<RunDetails> GetRunAsync(string backup, string run, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Get, $"backups/{Uri.EscapeDataString(backup)}/runs/{Uri.EscapeDataString(run)}", null, ApiJson.Default.RunDetails, null, cancellation);

    /// <summary>Begins a restore, or joins the one under way.</summary>
    /// <param name="file">The file of the definition, for messages; null: there is none.</param>
    /// <param name="submission">The definition.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<RestoreRunStatus> RestoreAsync(string? file, RestoreSubmission submission, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, "restores", JsonSerializer.Serialize(submission, ApiJson.Default.RestoreSubmission), ApiJson.Default.RestoreRunStatus, file, cancellation);

    /// <summary>How far a restore is.</summary>
    /// <param name="restore">The restore.</param>
    /// <param name="after">How many of its lines are known here.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<RestoreRunStatus> GetRestoreAsync(string restore, int after, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Get, $"restores/{restore}?after={after}", null, ApiJson.Default.RestoreRunStatus, null, cancellation);

    /// <summary>The report of a restore that has ended.</summary>
    public Task<JsonElement> GetReportAsync(string restore, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Get, $"restores/{restore}/report", null, ApiJson.Default.JsonElement, null, cancellation);

    /// <summary>Ends a restore early, in good order.</summary>
    public Task<RestoreRunStatus> StopRestoreAsync(string restore, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, $"restores/{restore}/stop", "", ApiJson.Default.RestoreRunStatus, null, cancellation);

    /// <summary>Carries out an operation, or joins the one of the same name.</summary>
    public Task<OperationStatus> BeginOperationAsync(OperationSubmission submission, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, "operations", JsonSerializer.Serialize(submission, ApiJson.Default.OperationSubmission), ApiJson.Default.OperationStatus, null, cancellation);

    /// <summary>How an operation stands.</summary>
    public Task<OperationStatus> GetOperationAsync(string operation, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Get, $"operations/{operation}", null, ApiJson.Default.OperationStatus, null, cancellation);

    /// <summary>Ends an operation early, and forgets what it found.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="leavesMark">Whether it is not to be carried out for whoever asks for it later.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<OperationStatus> ForgetOperationAsync(string operation, bool leavesMark, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Delete, $"operations/{operation}{(leavesMark ? "?mark=true" : "")}", null, ApiJson.Default.OperationStatus, null, cancellation);

    /// <summary>The nodes of the cluster.</summary>
    public Task<IReadOnlyList<ClusterMember>> GetMembersAsync(CancellationToken cancellation) =>
        SendAsync(HttpMethod.Get, "members", null, ApiJson.Default.IReadOnlyListClusterMember, null, cancellation);

    /// <summary>All declared backups.</summary>
    public async Task<IReadOnlyList<BackupDetails>> ListAsync(CancellationToken cancellation)
    {
        var all = new List<BackupDetails>();
        for (var page = new BackupPage([], true); page.HasMore; all.AddRange(page.Backups))
        {
            var after = all.Count == 0 ? "" : $"?after={Uri.EscapeDataString(all[^1].Backup.Backup.Value)}";
            page = await SendAsync(HttpMethod.Get, $"backups{after}", null, ApiJson.Default.BackupPage, null, cancellation);
        }

        return all;
    }

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();

    private async Task<T> SendAsync<T>(HttpMethod method, string path, string? body, JsonTypeInfo<T> type, string? file, CancellationToken cancellation)
    {
        Exception? last = null;
        for (var tries = 0; tries < _addresses.Count; tries++)
        {
            using var request = new HttpRequestMessage(method, $"{_scheme}://{_addresses[_current]}/api/v1/{path}");
            request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
            try
            {
                using var response = await _http.SendAsync(request, cancellation);
                if (response.StatusCode != HttpStatusCode.ServiceUnavailable || tries == _addresses.Count - 1)
                {
                    return await ReadAsync(response, type, file, cancellation);
                }
            }
            catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
            {
                last = e;
            }

            _current = (_current + 1) % _addresses.Count;
        }

        throw new ClusterAwayException(
            $"No node of the cluster answers at {string.Join(", ", _addresses)} ({last?.GetBaseException().Message.TrimEnd('.')}). See that nodes run, {(_scheme == "http" ? "" : "that they speak TLS with certificates of --ca, ")}and that --cluster names their HTTP ports.{(_scheme == "http" ? " If they speak TLS, give --ca." : "")}", last);
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> type, string? file, CancellationToken cancellation)
    {
        await using var content = await response.Content.ReadAsStreamAsync(cancellation);
        try
        {
            if (response.IsSuccessStatusCode)
            {
                return await JsonSerializer.DeserializeAsync(content, type, cancellation) ?? throw new JsonException("it is null");
            }

            var problem = await JsonSerializer.DeserializeAsync(content, ApiJson.Default.ApiProblem, cancellation) ?? throw new JsonException("it is null");
            var sentences = string.Join(Environment.NewLine, problem.Problems.Select(sentence => file is null ? sentence : $"{file}: {sentence}"));
            throw response.StatusCode switch
            {
                HttpStatusCode.ServiceUnavailable => new ClusterAwayException(sentences, null),
                HttpStatusCode.NotFound => new NotThereException(sentences),
                _ => new BackupException(problem.Kind, sentences) { IsRetryable = IsPassing(response.StatusCode) },
            };
        }
        catch (JsonException e)
        {
            if (response.StatusCode >= HttpStatusCode.InternalServerError)
            {
                // What stands between, as a mesh, says so of a node that is away.
                throw new ClusterAwayException($"{response.RequestMessage!.RequestUri!.Authority} answers with {(int)response.StatusCode} and something that no node says.", e);
            }

            throw new BackupException(FailureKind.Configuration,
                $"{response.RequestMessage!.RequestUri!.Authority} answers with {(int)response.StatusCode} and something that no node says. See that --cluster names the HTTP ports of nodes.", e)
            {
                IsRetryable = true,
            };
        }
    }

    /// <summary>Whether it is who asks that is refused, and not what is asked: a token may be on its way to be replaced.</summary>
    private static bool IsPassing(HttpStatusCode status) => status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.TooManyRequests;
}
