using System.Buffers;
using System.Text;
using KafkaBackup.Shared.Storage;
using Xunit;

namespace KafkaBackup.ObjectStores.Tests;

/// <summary>What every store must do for one caller. <see cref="ObjectStoreRaceContract"/> adds what it must do for many.</summary>
public abstract partial class ObjectStoreContract
{
    /// <summary>The store under test, empty when the test begins.</summary>
    protected abstract IObjectStore Store { get; }

    [SkippableFact]
    public async Task What_was_never_written_is_null()
    {
        await Store.PutAsync("b1/there", "x");

        foreach (var key in (string[])["b1/missing", "nowhere/at/all", "b1/ther", "b1/there2"])
        {
            Assert.Null(await Store.GetAsync(key));
            Assert.Null(await Store.HeadAsync(key, CancellationToken.None));
            Assert.Null(await Store.OpenReadAsync(key, CancellationToken.None));
        }
    }

    [SkippableFact]
    public async Task A_store_without_any_object_answers_every_question()
    {
        Assert.Null(await Store.GetAsync("a"));
        Assert.Null(await Store.HeadAsync("a", CancellationToken.None));
        Assert.Null(await Store.OpenReadAsync("a", CancellationToken.None));
        Assert.Empty(await Store.KeysAsync(""));
        Assert.Empty(await Store.FoldersAsync(""));
        await Store.DeleteAsync("a");
    }

    [SkippableFact]
    public async Task What_was_written_is_read()
    {
        await Store.PutAsync("b1/manifest.json", "{}");

        Assert.Equal("{}", await Store.TextAsync("b1/manifest.json"));
    }

    [SkippableFact]
    public async Task An_empty_object_is_there_and_empty()
    {
        await Store.PutAsync("b1/empty", ReadOnlySequence<byte>.Empty, PutCondition.CreateOnly, CancellationToken.None);

        Assert.Equal(0, (await Store.GetAsync("b1/empty"))!.Content.Length);
        Assert.Equal(0, (await Store.HeadAsync("b1/empty", CancellationToken.None))!.Size);
        Assert.Equal("", await OpenTextAsync("b1/empty"));
        Assert.Equal(["b1/empty"], await Store.KeysAsync(""));
    }

    [SkippableFact]
    public async Task Content_in_many_pieces_is_stored_in_their_order()
    {
        var random = new Random(7);
        var blocks = Enumerable.Range(0, 40).Select(i => new byte[i % 5 == 0 ? 0 : random.Next(1, 30_000)]).ToList();
        blocks.ForEach(random.NextBytes);

        await Store.PutAsync(
            "b1/big", StoreTexts.Sequence(blocks.Select(block => new ReadOnlyMemory<byte>(block))), PutCondition.CreateOnly, CancellationToken.None);

        var expected = blocks.SelectMany(block => block).ToArray();
        Assert.Equal(expected, (await Store.GetAsync("b1/big"))!.Content.ToArray());
        Assert.Equal(expected.Length, (await Store.HeadAsync("b1/big", CancellationToken.None))!.Size);
        await using var stream = (await Store.OpenReadAsync("b1/big", CancellationToken.None))!;
        var read = new MemoryStream();
        await stream.CopyToAsync(read);
        Assert.Equal(expected, read.ToArray());
    }

    [SkippableFact]
    public async Task A_written_object_does_not_change_with_the_buffer_of_its_writer()
    {
        var buffer = "before"u8.ToArray();
        await Store.PutAsync("b1/x", new ReadOnlySequence<byte>(buffer), PutCondition.Overwrite, CancellationToken.None);

        buffer.AsSpan().Fill((byte)'!');

        Assert.Equal("before", await Store.TextAsync("b1/x"));
    }

    [SkippableFact]
    public async Task An_open_stream_goes_on_with_the_version_it_was_opened_on()
    {
        await Store.PutAsync("b1/x", "first");

        await using var stream = (await Store.OpenReadAsync("b1/x", CancellationToken.None))!;
        await Store.PutAsync("b1/x", "other");
        using var reader = new StreamReader(stream);

        Assert.Equal("first", await reader.ReadToEndAsync());
    }

    [SkippableFact]
    public async Task Create_only_writes_what_is_not_there()
    {
        await Store.PutAsync("b1/x", "mine", PutCondition.CreateOnly);

        Assert.Equal("mine", await Store.TextAsync("b1/x"));
    }

    [SkippableFact]
    public async Task Create_only_on_what_is_there_conflicts_and_changes_nothing()
    {
        var tag = await Store.PutAsync("b1/x", "theirs");

        var conflict = await Assert.ThrowsAsync<StorageConflictException>(() => Store.PutAsync("b1/x", "mine", PutCondition.CreateOnly));

        Assert.Equal("b1/x", conflict.Key);
        Assert.Contains("b1/x", conflict.Message, StringComparison.Ordinal);
        Assert.Equal("theirs", await Store.TextAsync("b1/x"));
        Assert.Equal(tag, (await Store.GetAsync("b1/x"))!.ETag);
    }

    [SkippableFact]
    public async Task Create_only_with_the_very_content_that_is_there_conflicts_too()
    {
        await Store.PutAsync("b1/x", "same");

        await Assert.ThrowsAsync<StorageConflictException>(() => Store.PutAsync("b1/x", "same", PutCondition.CreateOnly));
    }

    [SkippableFact]
    public async Task A_swap_with_the_right_tag_replaces_the_content()
    {
        var tag = await Store.PutAsync("b1/x", "first");

        var second = await Store.PutAsync("b1/x", "second", PutCondition.IfMatch(tag));
        await Store.PutAsync("b1/x", "third", PutCondition.IfMatch(second));

        Assert.Equal("third", await Store.TextAsync("b1/x"));
    }

    [SkippableFact]
    public async Task A_swap_with_an_old_tag_conflicts_and_changes_nothing()
    {
        var old = await Store.PutAsync("b1/x", "first");
        await Store.PutAsync("b1/x", "second");

        var conflict = await Assert.ThrowsAsync<StorageConflictException>(() => Store.PutAsync("b1/x", "mine", PutCondition.IfMatch(old)));

        Assert.Equal("b1/x", conflict.Key);
        Assert.Equal("second", await Store.TextAsync("b1/x"));
    }

    [SkippableFact]
    public async Task A_swap_of_what_is_not_there_conflicts_and_makes_nothing()
    {
        var tag = await Store.PutAsync("b1/x", "gone soon");
        await Store.DeleteAsync("b1/x");

        await Assert.ThrowsAsync<StorageConflictException>(() => Store.PutAsync("b1/x", "mine", PutCondition.IfMatch(tag)));
        await Assert.ThrowsAsync<StorageConflictException>(() => Store.PutAsync("b2/never", "mine", PutCondition.IfMatch(tag)));

        Assert.Empty(await Store.KeysAsync(""));
    }

    [SkippableFact]
    public async Task Overwrite_writes_whatever_is_there()
    {
        await Store.PutAsync("b1/x", "a longer first version", PutCondition.Overwrite);
        await Store.PutAsync("b1/x", "second", PutCondition.Overwrite);

        Assert.Equal("second", await Store.TextAsync("b1/x"));
    }

    [SkippableTheory]
    [InlineData(PutConditionKind.CreateOnly)]
    [InlineData(PutConditionKind.IfMatch)]
    [InlineData(PutConditionKind.Overwrite)]
    public async Task Put_get_and_head_name_the_same_tag(PutConditionKind kind)
    {
        var before = kind == PutConditionKind.IfMatch ? await Store.PutAsync("b1/x", "before") : default;
        var condition = kind switch
        {
            PutConditionKind.CreateOnly => PutCondition.CreateOnly,
            PutConditionKind.IfMatch => PutCondition.IfMatch(before),
            _ => PutCondition.Overwrite,
        };

        var tag = await Store.PutAsync("b1/x", StoreTexts.Sequence("in"u8.ToArray(), "pieces"u8.ToArray()), condition, CancellationToken.None);

        Assert.False(string.IsNullOrEmpty(tag.Value));
        Assert.Equal(tag, (await Store.GetAsync("b1/x"))!.ETag);
        Assert.Equal(new ObjectProperties("b1/x", 8, tag), await Store.HeadAsync("b1/x", CancellationToken.None));
    }

    [SkippableFact]
    public async Task The_tag_changes_with_the_content_and_only_with_a_write()
    {
        var first = await Store.PutAsync("b1/x", "version 1");
        Assert.Equal(first, (await Store.GetAsync("b1/x"))!.ETag);

        var second = await Store.PutAsync("b1/x", "version 2");

        Assert.NotEqual(first, second);
        Assert.Equal(second, (await Store.GetAsync("b1/x"))!.ETag);
        Assert.Equal(second, (await Store.GetAsync("b1/x"))!.ETag);
    }

    [SkippableFact]
    public async Task A_listing_is_in_ordinal_order_with_sizes_and_true_tags()
    {
        string[] keys = ["b1/a/z", "b1/a-b", "b1/B", "b1/a0", "b1/é", "b1/a.b/c", "b1/10", "b1/9"];
        foreach (var key in keys)
        {
            await Store.PutAsync(key, key);
        }

        var found = await Store.ListAsync("", CancellationToken.None).ToListAsync();

        Assert.Equal(["b1/10", "b1/9", "b1/B", "b1/a-b", "b1/a.b/c", "b1/a/z", "b1/a0", "b1/é"], found.Select(item => item.Key));
        foreach (var item in found)
        {
            Assert.Equal(Encoding.UTF8.GetByteCount(item.Key), item.Size);
            Assert.True(item.ETag is null || item.ETag == (await Store.GetAsync(item.Key))!.ETag);
        }
    }
}
