using Platform.Catalog.Hub;
using Platform.Fixtures;

namespace Platform.Catalog.Tests.Hub;

/// <summary>A hub with one model, and a catalogue to pull it into.</summary>
internal sealed class HubFolder : IAsyncDisposable
{
    public const string Repository = "acme/tiny-GGUF";

    private readonly CatalogFolder folder = new();

    private HubFolder(HubServer server) => Server = server;

    public HubServer Server { get; }
    public CatalogOptions Catalog => folder.Options;
    public string Token { get; set; } = "";

    public static async Task<HubFolder> Start() => new(await HubServer.Start());

    public string At(string file) => Path.Combine(folder.At("data/models"), Repository, file);

    public byte[] Offer(string path = "tiny-Q8_0.gguf", int bytes = 1_000_000, string? sha256 = null, uint parts = 1)
    {
        List<(string, object)> pairs = [("general.architecture", "llama"), ("llama.context_length", 4096u), ("tokenizer.chat_template", "{{ messages }}")];
        if (parts > 1) pairs.Add(("split.count", parts));
        var content = new byte[bytes];
        new Random(path.Length).NextBytes(content);
        GgufWriter.Bytes(pairs).CopyTo(content, 0);
        Server.Add(path, content, sha256);
        return content;
    }

    public ModelPull Pull(string reference = Repository, long free = long.MaxValue, long memory = 8L << 30, string? id = null) =>
        new(PullRequest.Parse(reference, id: id), Catalog, new HubOptions { Endpoint = Server.Address, Token = Token, PartBytes = 100_000, FirstPause = TimeSpan.FromMilliseconds(1) }) { FreeSpace = _ => free, Memory = memory };

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        folder.Dispose();
    }
}
