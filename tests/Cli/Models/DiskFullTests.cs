using Platform.Catalog.Tests.Hub;
using Platform.Cli.Tests.Up;
using Platform.Fixtures;

namespace Platform.Cli.Tests.Models;

/// <summary>A disk that is filled by others while a model is pulled onto it.</summary>
public sealed class DiskFullTests
{
    [Fact]
    public async Task A_pull_that_fills_the_disk_says_what_is_needed_and_leaves_nothing_half()
    {
        using var house = new TemporaryHouse();
        using var disk = await SmallDisk.Mount(house.House.Data, megabytes: 300);
        await using var hub = await HubServer.Start();
        var content = new byte[2_000_000];
        GgufWriter.Bytes([("general.architecture", "llama"), ("llama.context_length", 4096u), ("tokenizer.chat_template", "{{ messages }}")]).CopyTo(content, 0);
        hub.Add("tiny-Q8_0.gguf", content);
        var held = new TaskCompletionSource();
        hub.Held = held.Task;
        var platform = new CommandLine(house.House, hub.Address, disk.Inside);
        var pulling = platform.Run("models", "pull", "acme/tiny-GGUF");
        await Eventually.Holds(() => hub.BytesSent > content.Length / 3, TimeSpan.FromSeconds(60));
        var filler = disk.Fill();
        held.SetResult();

        var (exit, text) = await pulling;
        Assert.Equal(1, exit);
        Assert.Matches(@"tiny-Q8_0\.gguf can't be written: No space left on device.* 2 MB more are needed, and the disk has \S+ [kM]?B free.*Pull again when there is room", text.ReplaceLineEndings(""));
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
        Assert.Equal([filler], disk.Files());

        File.Delete(filler);
        hub.Held = null;
        Assert.Equal(0, (await platform.Run("models", "pull", "acme/tiny-GGUF")).ExitCode);
        Assert.Equal(content, await File.ReadAllBytesAsync(disk.Files().Single(file => file.EndsWith(".gguf", StringComparison.Ordinal)), TestContext.Current.CancellationToken));
    }
}
