using System.Security.Cryptography;
using Platform.Catalog.Hub;
using Platform.Catalog.Operators;

namespace Platform.Catalog.Tests.Hub;

public sealed class ModelPullTests
{
    [Fact]
    public async Task A_pulled_model_is_in_the_catalogue_as_hub_and_file_describe_it()
    {
        await using var hub = await HubFolder.Start();
        var content = hub.Offer();
        var pull = hub.Pull();
        await pull.Run(default);
        Assert.Equal(content, await File.ReadAllBytesAsync(hub.At("tiny-Q8_0.gguf")));
        var catalog = new ModelCatalog(hub.Catalog);
        var model = catalog.Find("tiny-q8_0")!;
        Assert.Equal(("apache-2.0", "acme", 4096), (model.License, model.Owner, model.ContextLength));
        Assert.EndsWith("/acme/tiny-GGUF/blob/0123456789abcdef0123456789abcdef01234567/tiny-Q8_0.gguf", model.Source, StringComparison.Ordinal);
        Assert.Equal((PullStage.Done, content.Length, content.Length), (pull.Stage, pull.BytesDone, pull.BytesTotal));
        await catalog.VerifyAsync(model, default);
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(hub.At("x"))!));
    }

    [Fact]
    public async Task A_file_comes_in_parts_and_the_token_stays_with_the_hub()
    {
        await using var hub = await HubFolder.Start();
        hub.Offer();
        hub.Server.Token = hub.Token = "hf_secret";
        await hub.Pull().Run(default);
        Assert.Equal(Enumerable.Range(0, 10).Select(part => (part * 100_000L, (part * 100_000L) + 99_999)).Prepend((0, 0)).Order(), hub.Server.Ranges.Order());
        Assert.All(hub.Server.CdnTokens, token => Assert.Equal("", token));
    }

    [Fact]
    public async Task A_cut_connection_is_taken_up_where_it_broke()
    {
        await using var hub = await HubFolder.Start();
        var content = hub.Offer();
        (hub.Server.Cuts, hub.Server.CutAfter) = (12, 40_000);
        await hub.Pull().Run(default);
        Assert.Equal(content, await File.ReadAllBytesAsync(hub.At("tiny-Q8_0.gguf")));
        Assert.Equal(0, hub.Server.Cuts);
        Assert.Contains(hub.Server.Ranges, asked => asked.From % 100_000 != 0);
    }

    [Fact]
    public async Task A_pull_that_ended_early_goes_on_with_what_has_arrived()
    {
        await using var hub = await HubFolder.Start();
        var content = hub.Offer();
        (hub.Server.Cuts, hub.Server.CutAfter, hub.Server.DeadAfter) = (int.MaxValue, 40_000, 300_000);
        var first = hub.Pull();
        Assert.Contains("can't be reached", (await Assert.ThrowsAsync<CatalogException>(() => first.Run(default))).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(hub.At("tiny-Q8_0.gguf")));
        var arrived = PartialFile.ArrivedBefore(hub.At("tiny-Q8_0.gguf"), new HubFile("tiny-Q8_0.gguf", content.Length, Convert.ToHexStringLower(SHA256.HashData(content))));
        Assert.InRange(arrived, 1, content.Length - 1);
        (hub.Server.Cuts, hub.Server.DeadAfter) = (0, long.MaxValue);
        hub.Server.Ranges.Clear();
        await hub.Pull().Run(default);
        Assert.Equal(content, await File.ReadAllBytesAsync(hub.At("tiny-Q8_0.gguf")));
        Assert.Equal(content.Length - arrived, hub.Server.Ranges.Skip(1).Sum(asked => asked.To - asked.From + 1));
    }

    [Fact]
    public async Task What_is_there_already_is_not_fetched_again()
    {
        await using var hub = await HubFolder.Start();
        hub.Offer();
        await hub.Pull().Run(default);
        var before = hub.Server.BytesSent;
        await hub.Pull(id: "another-name").Run(default);
        Assert.Equal(before, hub.Server.BytesSent);
        Assert.NotNull(new ModelCatalog(hub.Catalog).Find("another-name"));
    }

    [Fact]
    public async Task A_file_with_another_hash_is_thrown_away()
    {
        await using var hub = await HubFolder.Start();
        hub.Offer(sha256: new string('a', 64));
        var problem = await Assert.ThrowsAsync<CatalogException>(() => hub.Pull().Run(default));
        Assert.Contains(new string('a', 64), problem.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(hub.At("x"))!));
        Assert.Null(new ModelCatalog(hub.Catalog).Find("tiny-q8_0"));
    }

    [Fact]
    public async Task A_server_without_ranges_sends_the_file_whole()
    {
        await using var hub = await HubFolder.Start();
        var content = hub.Offer();
        (hub.Server.KnowsRanges, hub.Server.Cuts, hub.Server.CutAfter) = (false, 2, 300_000);
        await hub.Pull().Run(default);
        Assert.Equal(content, await File.ReadAllBytesAsync(hub.At("tiny-Q8_0.gguf")));
    }

    [Fact]
    public async Task A_busy_hub_is_asked_again()
    {
        await using var hub = await HubFolder.Start();
        hub.Offer();
        hub.Server.Busy = 3;
        await hub.Pull().Run(default);
        Assert.Equal(0, hub.Server.Busy);
    }

    [Fact]
    public async Task A_split_model_comes_with_all_its_parts()
    {
        await using var hub = await HubFolder.Start();
        hub.Offer("big/tiny-Q4_K_M-00002-of-00002.gguf", parts: 2);
        hub.Offer("big/tiny-Q4_K_M-00001-of-00002.gguf", parts: 2);
        await hub.Pull().Run(default);
        var model = new ModelCatalog(hub.Catalog).Find("tiny-q4_k_m")!;
        Assert.Equal([hub.At("big/tiny-Q4_K_M-00001-of-00002.gguf"), hub.At("big/tiny-Q4_K_M-00002-of-00002.gguf")], model.Files.Select(file => file.Path));
    }

    [Fact]
    public async Task A_disk_without_room_is_told_before_anything_is_fetched()
    {
        await using var hub = await HubFolder.Start();
        hub.Offer();
        var problem = await Assert.ThrowsAsync<CatalogException>(() => hub.Pull(free: 200 << 20).Run(default));
        Assert.Contains("needs 1 MB more", problem.Message, StringComparison.Ordinal);
        Assert.Contains("210 MB free", problem.Message, StringComparison.Ordinal);
        Assert.Equal(0, hub.Server.BytesSent);
    }

    [Theory]
    [InlineData(403, "GatedRepo", "", "accept its terms at")]
    [InlineData(403, "GatedRepo", "hf_x", "has no access yet")]
    [InlineData(401, "RepoNotFound", "", "or it is private")]
    [InlineData(401, null, "hf_x", "does not accept HF_TOKEN")]
    [InlineData(404, "RepoNotFound", "", "There is no repository acme/tiny-GGUF")]
    [InlineData(404, "RevisionNotFound", "", "has no revision \"main\"")]
    public async Task A_refusal_is_told_in_words(int status, string? code, string token, string words)
    {
        await using var hub = await HubFolder.Start();
        hub.Offer();
        (hub.Server.Refusal, hub.Token) = ((status, code), token);
        Assert.Contains(words, (await Assert.ThrowsAsync<CatalogException>(() => hub.Pull().Run(default))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_name_that_leads_out_of_the_folder_is_refused()
    {
        await using var hub = await HubFolder.Start();
        hub.Offer("../../../tiny.gguf");
        Assert.Contains("leads out", (await Assert.ThrowsAsync<CatalogException>(() => hub.Pull().Run(default))).Message, StringComparison.Ordinal);
        Assert.Throws<CatalogException>(() => PullRequest.Parse("../x"));
        Assert.Throws<CatalogException>(() => PullRequest.Parse("a/.."));
    }

    [Fact]
    public async Task Two_pulls_of_a_file_do_not_write_into_one_another()
    {
        await using var hub = await HubFolder.Start();
        hub.Offer();
        using var other = PartialFile.Open(hub.At("tiny-Q8_0.gguf"), new HubFile("tiny-Q8_0.gguf", 1_000_000, new string('a', 64)), 100_000);
        Assert.Contains("is being pulled already", (await Assert.ThrowsAsync<CatalogException>(() => hub.Pull().Run(default))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_removed_model_leaves_no_file_and_no_name_behind()
    {
        await using var hub = await HubFolder.Start();
        var content = hub.Offer();
        var model = await hub.Pull().Run(default);
        var catalogue = new OperatorFile(hub.Catalog);
        catalogue.SetAlias("short", model.Id);
        Assert.Equal(content.Length, catalogue.Remove(model.Id));
        Assert.False(Directory.Exists(Path.GetDirectoryName(hub.At("x"))));
        Assert.Null(new ModelCatalog(hub.Catalog).Find("short"));
        Assert.Contains("comes with the product", Assert.Throws<CatalogException>(() => catalogue.Remove("tiny")).Message, StringComparison.Ordinal);
    }
}
