using System.Buffers;
using System.Text;
using KafkaBackup.Shared.Storage;
using Xunit;

namespace KafkaBackup.Shared.Tests.Storage;

/// <summary>What every store must do for one caller. <see cref="ObjectStoreRaceContract"/> adds what it must do for many.</summary>
public abstract class ObjectStoreContract
{
    /// <summary>The store under test, empty when the test begins.</summary>
    protected abstract IObjectStore Store { get; }

    [Fact]
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

    [Fact]
    public async Task A_store_without_any_object_answers_every_question()
    {
        Assert.Null(await Store.GetAsync("a"));
        Assert.Null(await Store.HeadAsync("a", CancellationToken.None));
        Assert.Null(await Store.OpenReadAsync("a", CancellationToken.None));
        Assert.Empty(await Store.KeysAsync(""));
        Assert.Empty(await Store.FoldersAsync(""));
        await Store.DeleteAsync("a");
    }

    [Fact]
    public async Task What_was_written_is_read()
    {
        await Store.PutAsync("b1/manifest.json", "{}");

        Assert.Equal("{}", await Store.TextAsync("b1/manifest.json"));
    }

    [Fact]
    public async Task An_empty_object_is_there_and_empty()
    {
        await Store.PutAsync("b1/empty", ReadOnlySequence<byte>.Empty, PutCondition.CreateOnly, CancellationToken.None);

        Assert.Equal(0, (await Store.GetAsync("b1/empty"))!.Content.Length);
        Assert.Equal(0, (await Store.HeadAsync("b1/empty", CancellationToken.None))!.Size);
        Assert.Equal("", await OpenTextAsync("b1/empty"));
        Assert.Equal(["b1/empty"], await Store.KeysAsync(""));
    }

    [Fact]
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

    [Fact]
    public async Task A_written_object_does_not_change_with_the_buffer_of_its_writer()
    {
        var buffer = "before"u8.ToArray();
        await Store.PutAsync("b1/x", new ReadOnlySequence<byte>(buffer), PutCondition.Overwrite, CancellationToken.None);

        buffer.AsSpan().Fill((byte)'!');

        Assert.Equal("before", await Store.TextAsync("b1/x"));
    }

    [Fact]
    public async Task An_open_stream_goes_on_with_the_version_it_was_opened_on()
    {
        await Store.PutAsync("b1/x", "first");

        await using var stream = (await Store.OpenReadAsync("b1/x", CancellationToken.None))!;
        await Store.PutAsync("b1/x", "other");
        using var reader = new StreamReader(stream);

        Assert.Equal("first", await reader.ReadToEndAsync());
    }

    [Fact]
    public async Task Create_only_writes_what_is_not_there()
    {
        await Store.PutAsync("b1/x", "mine", PutCondition.CreateOnly);

        Assert.Equal("mine", await Store.TextAsync("b1/x"));
    }

    [Fact]
    public async Task Create_only_on_what_is_there_conflicts_and_changes_nothing()
    {
        var tag = await Store.PutAsync("b1/x", "theirs");

        var conflict = await Assert.ThrowsAsync<StorageConflictException>(() => Store.PutAsync("b1/x", "mine", PutCondition.CreateOnly));

        Assert.Equal("b1/x", conflict.Key);
        Assert.Contains("b1/x", conflict.Message, StringComparison.Ordinal);
        Assert.Equal("theirs", await Store.TextAsync("b1/x"));
        Assert.Equal(tag, (await Store.GetAsync("b1/x"))!.ETag);
    }

    [Fact]
    public async Task Create_only_with_the_very_content_that_is_there_conflicts_too()
    {
        await Store.PutAsync("b1/x", "same");

        await Assert.ThrowsAsync<StorageConflictException>(() => Store.PutAsync("b1/x", "same", PutCondition.CreateOnly));
    }

    [Fact]
    public async Task A_swap_with_the_right_tag_replaces_the_content()
    {
        var tag = await Store.PutAsync("b1/x", "first");

        var second = await Store.PutAsync("b1/x", "second", PutCondition.IfMatch(tag));
        await Store.PutAsync("b1/x", "third", PutCondition.IfMatch(second));

        Assert.Equal("third", await Store.TextAsync("b1/x"));
    }

    [Fact]
    public async Task A_swap_with_an_old_tag_conflicts_and_changes_nothing()
    {
        var old = await Store.PutAsync("b1/x", "first");
        await Store.PutAsync("b1/x", "second");

        var conflict = await Assert.ThrowsAsync<StorageConflictException>(() => Store.PutAsync("b1/x", "mine", PutCondition.IfMatch(old)));

        Assert.Equal("b1/x", conflict.Key);
        Assert.Equal("second", await Store.TextAsync("b1/x"));
    }

    [Fact]
    public async Task A_swap_of_what_is_not_there_conflicts_and_makes_nothing()
    {
        var tag = await Store.PutAsync("b1/x", "gone soon");
        await Store.DeleteAsync("b1/x");

        await Assert.ThrowsAsync<StorageConflictException>(() => Store.PutAsync("b1/x", "mine", PutCondition.IfMatch(tag)));
        await Assert.ThrowsAsync<StorageConflictException>(() => Store.PutAsync("b2/never", "mine", PutCondition.IfMatch(tag)));

        Assert.Empty(await Store.KeysAsync(""));
    }

    [Fact]
    public async Task Overwrite_writes_whatever_is_there()
    {
        await Store.PutAsync("b1/x", "a longer first version", PutCondition.Overwrite);
        await Store.PutAsync("b1/x", "second", PutCondition.Overwrite);

        Assert.Equal("second", await Store.TextAsync("b1/x"));
    }

    [Theory]
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

    [Fact]
    public async Task The_tag_changes_with_the_content_and_only_with_a_write()
    {
        var first = await Store.PutAsync("b1/x", "version 1");
        Assert.Equal(first, (await Store.GetAsync("b1/x"))!.ETag);

        var second = await Store.PutAsync("b1/x", "version 2");

        Assert.NotEqual(first, second);
        Assert.Equal(second, (await Store.GetAsync("b1/x"))!.ETag);
        Assert.Equal(second, (await Store.GetAsync("b1/x"))!.ETag);
    }

    [Fact]
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

    [Fact]
    public async Task A_prefix_may_end_in_a_folder_or_inside_a_name()
    {
        string[] keys = ["b1/topics/orders/p0/s1", "b1/topics/orders/p1/s1", "b1/topics/orders-eu/p0/s1", "b1/topics2", "b10/topics/orders/p0/s1"];
        foreach (var key in keys)
        {
            await Store.PutAsync(key, "x");
        }

        Assert.Equal(["b1/topics/orders/p0/s1", "b1/topics/orders/p1/s1"], await Store.KeysAsync("b1/topics/orders/"));
        Assert.Equal(["b1/topics/orders-eu/p0/s1", "b1/topics/orders/p0/s1", "b1/topics/orders/p1/s1"], await Store.KeysAsync("b1/topics/ord"));
        Assert.Equal(["b1/topics/orders/p1/s1"], await Store.KeysAsync("b1/topics/orders/p1"));
        Assert.Equal(["b1/topics2"], await Store.KeysAsync("b1/topics2"));
        Assert.Equal(keys.Order(StringComparer.Ordinal), await Store.KeysAsync("b"));
        Assert.Equal(keys.Order(StringComparer.Ordinal), await Store.KeysAsync(""));
    }

    [Fact]
    public async Task Nothing_is_listed_under_a_prefix_that_no_key_has()
    {
        await Store.PutAsync("b1/topics/orders", "x");

        foreach (var prefix in (string[])["b2", "b2/", "b1/topics/ordersx", "B1/", "b1/topics/x/y/z"])
        {
            Assert.Empty(await Store.KeysAsync(prefix));
        }
    }

    [Fact]
    public async Task Objects_may_be_deleted_while_they_are_listed()
    {
        for (var i = 0; i < 20; i++)
        {
            await Store.PutAsync($"b1/{i:D2}", "x");
        }

        var seen = 0;
        await foreach (var found in Store.ListAsync("b1/", CancellationToken.None))
        {
            await Store.DeleteAsync(found.Key);
            seen++;
        }

        Assert.Equal(20, seen);
        Assert.Empty(await Store.KeysAsync(""));
    }

    [Fact]
    public async Task Folders_are_the_names_directly_below_that_have_keys_below_them()
    {
        foreach (var key in (string[])["b2/manifest.json", "b1/topics/orders/p0/s1", "b1/topics/audit/p0/s1", "b1/manifest.json", "B3/x/y", "file"])
        {
            await Store.PutAsync(key, "x");
        }

        Assert.Equal(["B3", "b1", "b2"], await Store.FoldersAsync(""));
        Assert.Equal(["topics"], await Store.FoldersAsync("b1/"));
        Assert.Equal(["audit", "orders"], await Store.FoldersAsync("b1/topics/"));
        Assert.Empty(await Store.FoldersAsync("b2/"));
        Assert.Empty(await Store.FoldersAsync("b4/"));
    }

    [Fact]
    public async Task A_folder_is_gone_with_its_last_key()
    {
        await Store.PutAsync("b1/topics/orders", "x");
        await Store.PutAsync("b2/topics/orders", "x");

        await Store.DeleteAsync("b1/topics/orders");

        Assert.Equal(["b2"], await Store.FoldersAsync(""));
        Assert.Empty(await Store.FoldersAsync("b1/"));
    }

    [Fact]
    public async Task What_was_deleted_is_gone_and_may_be_created_again()
    {
        await Store.PutAsync("b1/x", "first");
        await Store.PutAsync("b1/y", "stays");

        await Store.DeleteAsync("b1/x");

        Assert.Null(await Store.GetAsync("b1/x"));
        Assert.Null(await Store.HeadAsync("b1/x", CancellationToken.None));
        Assert.Equal(["b1/y"], await Store.KeysAsync(""));
        await Store.PutAsync("b1/x", "second", PutCondition.CreateOnly);
        Assert.Equal("second", await Store.TextAsync("b1/x"));
    }

    [Fact]
    public async Task Deleting_what_is_not_there_is_no_error()
    {
        await Store.PutAsync("b1/x", "stays");

        await Store.DeleteAsync("b1/y");
        await Store.DeleteAsync("b2/folder/y");

        Assert.Equal("stays", await Store.TextAsync("b1/x"));
    }

    [Theory]
    [InlineData("b1/topics/orders/partition=0/segment-00000000000000000000-1-abc.bin.zst")]
    [InlineData("b1/a key with spaces/and more")]
    [InlineData("b1/ключ/鍵/clé/🗝")]
    [InlineData("b1/_cluster/.hidden/.dot")]
    [InlineData("b1/topics/.kafka-backup/partition=0")]
    [InlineData("b1/..two/dots..")]
    [InlineData("b1/%2e%2e/50%+1&x=#?")]
    [InlineData("b1/'quoted'(*)~,;:@!$\"")]
    public async Task Keys_are_plain_text(string key)
    {
        await Store.PutAsync(key, key, PutCondition.CreateOnly);

        var tag = (await Store.GetAsync(key))!.ETag;
        await Store.PutAsync(key, key + "2", PutCondition.IfMatch(tag));

        Assert.Equal(key + "2", await Store.TextAsync(key));
        Assert.Equal(key, (await Store.HeadAsync(key, CancellationToken.None))!.Key);
        Assert.Equal([key], await Store.KeysAsync(""));
        Assert.Equal([key], await Store.KeysAsync(key[..(key.LastIndexOf('/') + 1)]));
        Assert.Equal([key.Split('/')[^2]], await Store.FoldersAsync(string.Concat(key.Split('/')[..^2].Select(part => part + "/"))));
        await Store.DeleteAsync(key);
        Assert.Empty(await Store.KeysAsync(""));
    }

    [Fact]
    public async Task A_cancelled_call_says_so_whatever_is_there()
    {
        await Store.PutAsync("b1/x", "before");
        var cancelled = new CancellationToken(canceled: true);

        foreach (var key in (string[])["b1/x", "b1/missing"])
        {
            await AssertCancelled(() => Store.GetAsync(key, cancelled));
            await AssertCancelled(() => Store.HeadAsync(key, cancelled));
            await AssertCancelled(() => Store.OpenReadAsync(key, cancelled));
            await AssertCancelled(() => Store.DeleteAsync(key, cancelled));
            await AssertCancelled(() => Store.PutAsync(key, StoreTexts.Bytes("after"), PutCondition.Overwrite, cancelled));
            await AssertCancelled(() => Store.PutAsync(key, ReadOnlySequence<byte>.Empty, PutCondition.Overwrite, cancelled));
        }

        await AssertCancelled(async () => await Store.ListAsync("b1/", cancelled).ToListAsync(CancellationToken.None));
        await AssertCancelled(async () => await Store.ListAsync("b2/", cancelled).ToListAsync(CancellationToken.None));
        await AssertCancelled(async () => await Store.ListFoldersAsync("", cancelled).ToListAsync(CancellationToken.None));
        await AssertCancelled(async () => await Store.ListFoldersAsync("b2/", cancelled).ToListAsync(CancellationToken.None));
        Assert.Equal("before", await Store.TextAsync("b1/x"));
        Assert.Equal(["b1/x"], await Store.KeysAsync(""));
    }

    [Fact]
    public async Task A_write_that_is_cancelled_half_way_leaves_the_old_object_or_the_whole_new_one()
    {
        var old = await Store.PutAsync("b1/there", "before");

        foreach (var (key, condition) in new[]
        {
            ("b1/new", PutCondition.CreateOnly), ("b1/view", PutCondition.Overwrite), ("b1/there", PutCondition.IfMatch(old)),
        })
        {
            using var cancellation = new CancellationTokenSource();
            using var middle = new CancellingMemory(cancellation, 10);
            var content = StoreTexts.Sequence(new byte[10], middle.Memory, new byte[10]);

            var completed = await CompletesAsync(() => Store.PutAsync(key, content, condition, cancellation.Token));

            Assert.True(cancellation.IsCancellationRequested);
            var found = await Store.GetAsync(key);
            if (completed || found is { Content.Length: 30 })
            {
                Assert.Equal(content.ToArray(), found!.Content.ToArray());
            }
            else
            {
                Assert.Equal(key == "b1/there" ? "before" : null, await Store.TextAsync(key));
            }
        }
    }

    private static Task AssertCancelled(Func<Task> call) => Assert.ThrowsAnyAsync<OperationCanceledException>(call);

    private static async Task<bool> CompletesAsync(Func<Task> call)
    {
        try
        {
            await call();
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task<string> OpenTextAsync(string key)
    {
        using var reader = new StreamReader((await Store.OpenReadAsync(key, CancellationToken.None))!);
        return await reader.ReadToEndAsync();
    }
}
