using System.Buffers;
using KafkaBackup.Shared.Storage;
using Xunit;

namespace KafkaBackup.ObjectStores.Tests;

/// <content>Listings, deletions, odd keys and cancellation.</content>
public abstract partial class ObjectStoreContract
{
    [SkippableFact]
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

    [SkippableFact]
    public async Task Nothing_is_listed_under_a_prefix_that_no_key_has()
    {
        await Store.PutAsync("b1/topics/orders", "x");

        foreach (var prefix in (string[])["b2", "b2/", "b1/topics/ordersx", "B1/", "b1/topics/x/y/z"])
        {
            Assert.Empty(await Store.KeysAsync(prefix));
        }
    }

    [SkippableFact]
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

    [SkippableFact]
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

    [SkippableFact]
    public async Task A_folder_is_gone_with_its_last_key()
    {
        await Store.PutAsync("b1/topics/orders", "x");
        await Store.PutAsync("b2/topics/orders", "x");

        await Store.DeleteAsync("b1/topics/orders");

        Assert.Equal(["b2"], await Store.FoldersAsync(""));
        Assert.Empty(await Store.FoldersAsync("b1/"));
    }

    [SkippableFact]
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

    [SkippableFact]
    public async Task Deleting_what_is_not_there_is_no_error()
    {
        await Store.PutAsync("b1/x", "stays");

        await Store.DeleteAsync("b1/y");
        await Store.DeleteAsync("b2/folder/y");

        Assert.Equal("stays", await Store.TextAsync("b1/x"));
    }

    [SkippableTheory]
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

    [SkippableFact]
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

    [SkippableFact]
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
