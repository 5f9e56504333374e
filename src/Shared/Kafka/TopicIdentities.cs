namespace KafkaBackup.Shared.Kafka;

/// <summary>Tells whether topics are still those that were planned. Whoever asks while a question is under way shares the next one.</summary>
/// <remarks>
/// Records are read by topic name, so a topic that is deleted and made anew in the middle of a read continues it without a sign. Asked after a read
/// and before its commit, the id tells whose records they were: an answer counts only when its question was sent after the read.
/// </remarks>
public sealed class TopicIdentities(ITopicCatalog catalog)
{
    private readonly Lock _gate = new();
    private Question? _next;
    private bool _isAsking;

    /// <summary>Makes sure that what was read of a partition was of the topic with this id.</summary>
    /// <exception cref="BackupException">The topic was deleted or made anew; or the source could not be asked.</exception>
    public async Task VerifyAsync(PartitionId partition, string topicId, CancellationToken cancellation)
    {
        var answer = await Join(partition.Topic).WaitAsync(cancellation);
        if (!answer.TryGetValue(partition.Topic, out var now))
        {
            throw new BackupException(FailureKind.Source, $"The topic '{partition.Topic}' was deleted while {partition} was read. What had been committed before is kept.");
        }

        if (now is not null && now != topicId)
        {
            throw new BackupException(FailureKind.Source,
                $"The topic '{partition.Topic}' was deleted and made anew while {partition} was read: what was read last may be of the new topic, and is not backed up. "
                + "What had been committed before is kept. Use another backup_id for the new topic.");
        }
    }

    private Task<IReadOnlyDictionary<string, string?>> Join(string topic)
    {
        lock (_gate)
        {
            var question = _next ??= new Question();
            question.Topics.Add(topic);
            if (!_isAsking)
            {
                _isAsking = true;
                _ = Task.Run(AskAsync);
            }

            return question.Answer.Task;
        }
    }

    private async Task AskAsync()
    {
        while (TakeNext() is { } question)
        {
            try
            {
                question.Answer.SetResult(await catalog.GetTopicIdsAsync(question.Topics, CancellationToken.None));
            }
            catch (Exception e)
            {
                question.Answer.SetException(e); // Each of those who wait tells it.
            }
        }
    }

    private Question? TakeNext()
    {
        lock (_gate)
        {
            var next = _next;
            (_next, _isAsking) = (null, next is not null);
            return next;
        }
    }

    private sealed class Question
    {
        public HashSet<string> Topics { get; } = new(StringComparer.Ordinal);

        public TaskCompletionSource<IReadOnlyDictionary<string, string?>> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
