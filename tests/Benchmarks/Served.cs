using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Platform.AllInOne;
using Platform.Benchmarks.Processes;
using Platform.Catalog;
using Platform.Cli.Processes;
using Platform.Contracts.Generations;
using Platform.Fixtures;
using Platform.Grains.Keys;

namespace Platform.Benchmarks;

/// <summary>A platform, or a bare endpoint, in a process of its own.</summary>
internal sealed class Served : IAsyncDisposable
{
    public const string Model = "bigram";
    public const string Embedder = "all-minilm-l6-v2";

    private readonly Process _process;
    private readonly string _folder;

    private Served(Process process, string folder, Uri address, string key)
    {
        (_process, _folder, Address) = (process, folder, address);
        Client = new(new SocketsHttpHandler { MaxConnectionsPerServer = 1000 }) { BaseAddress = address };
        Client.DefaultRequestHeaders.Authorization = new("Bearer", key);
    }

    public Uri Address { get; }

    public HttpClient Client { get; }

    /// <summary>CPU time the process has used.</summary>
    public TimeSpan Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public long MemoryBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    public static Task<Served> Bare() => Start("bare", "", []);

    /// <summary>A server that streams the time of every chunk.</summary>
    public static Task<Served> Ticks() => Start("ticks", "", []);

    /// <summary>YARP with nothing but a destination.</summary>
    public static Task<Served> Proxy(Uri destination) => Start("proxy", "", [destination.ToString()]);

    /// <param name="embeddings">Whether it serves the bundled embedding model too.</param>
    /// <param name="chat">Whether it serves the bundled chat model too.</param>
    public static async Task<Served> Platform(TestDatabase database, bool embeddings = false, bool chat = false)
    {
        var folder = Directory.CreateTempSubdirectory("platform-bench-").FullName;
        var key = ApiKeySecret.New(PublicId.New("key_"));
        await WriteFiles(folder, key, embeddings, chat);
        return await Start("platform", key, [folder, database.ConnectionString]);
    }

    /// <summary>What the child process does.</summary>
    public static async Task<int> Run(string what, string[] args)
    {
        var app = what switch
        {
            "bare" => BareEndpoint(args),
            "ticks" => TickServer.Build(args[^1]),
            "proxy" => BareProxy.Build(args[^1], args[0]),
            _ => PlatformHost.Build([], Settings(args[0], args[1], args[2])),
        };
        await app.RunAsync();
        return 0;
    }

    /// <summary>Settings of a platform on the files of a folder and a database.</summary>
    public static Dictionary<string, string?> Settings(string folder, string connectionString, string port) => new()
    {
        ["urls"] = $"http://127.0.0.1:{port}",
        ["Platform:Database:ConnectionString"] = connectionString,
        ["Platform:Catalog:File"] = Path.Combine(folder, "catalog.json"),
        ["Platform:Bootstrap:CredentialsFile"] = Path.Combine(folder, "credentials.json"),
        ["Platform:Blobs:Folder"] = Path.Combine(folder, "blobs"),
        ["Platform:Metrics:Port"] = "0",
        ["Logging:LogLevel:Default"] = "Warning",
    };

    public static async Task WriteFiles(string folder, string key, bool embeddings = false, bool chat = false)
    {
        var bundled = BundledModel.FolderOf("");
        var shapes = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(bundled, "catalog.json")))!["models"]!.AsArray().First(model => (string)model!["id"]! == "shapes-wan")!.DeepClone();
        foreach (var file in shapes["files"]!.AsArray()) file!["path"] = Path.Combine(bundled, (string)file["path"]!);
        await File.WriteAllTextAsync(Path.Combine(folder, "catalog.json"), JsonSerializer.Serialize(new
        {
            models = (object[])[shapes, new { id = Model, kind = "chat", engine = "bigram", context_length = 4096, cache_tokens = 262144, slots = 64, queue_limit = 4096 }, .. embeddings ? [Bundled()] : Array.Empty<object>(), .. chat ? [BundledModel.Entry()] : Array.Empty<object>()],
        }));
        await File.WriteAllTextAsync(Path.Combine(folder, "credentials.json"), JsonSerializer.Serialize(new { base_url = "", api_key = key, admin_key = ApiKeySecret.New(PublicId.New("key_")) }));
    }

    private static object Bundled()
    {
        var catalog = new ModelCatalog(new CatalogOptions());
        var model = catalog.Find(Embedder) ?? throw new InvalidOperationException($"The catalogue has no {Embedder}.");
        return new
        {
            id = model.Id, kind = "embedding", engine = model.Engine, context_length = model.ContextLength, slots = model.Slots, queue_limit = model.QueueLimit,
            files = model.Files.Select(file => new { path = catalog.PathOf(model, file), sha256 = file.Sha256 }),
            embedding = new { dimensions = model.Embedding!.Dimensions, batch_size = model.Embedding.BatchSize }, // an embedding model has it
        };
    }

    private static async Task<Served> Start(string what, string key, string[] args)
    {
        var port = FreePort.Next();
        var process = await TiedProcess.Start(new ProcessStartInfo(Environment.ProcessPath!, ["serve", what, .. args, $"{port}"]), "KILL");
        _ = process.StandardOutput.ReadToEndAsync();
        process.ErrorDataReceived += (_, line) => Console.Error.WriteLine(line.Data);
        process.BeginErrorReadLine();
        var served = new Served(process, what == "platform" ? args[0] : "", new Uri($"http://127.0.0.1:{port}"), key);
        await Eventually.Holds(served.IsReady, ready => ready, TimeSpan.FromSeconds(60));
        return served;
    }

    private async Task<bool> IsReady()
    {
        try
        {
            using var answer = await Client.GetAsync("health/ready");
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>Reads the body and answers a text of the same size: what HTTP itself costs here.</summary>
    private static WebApplication BareEndpoint(string[] args)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseSetting("urls", $"http://127.0.0.1:{args[^1]}");
        var app = builder.Build();
        var answer = new byte[600];
        answer.AsSpan().Fill((byte)' ');
        "{}"u8.CopyTo(answer);
        app.MapGet("/health/ready", () => "ok");
        app.MapPost("/v1/chat/completions", async (HttpContext http) =>
        {
            await http.Request.Body.CopyToAsync(Stream.Null);
            http.Response.ContentType = "application/json";
            await http.Response.Body.WriteAsync(answer);
        });
        return app;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        if (_folder != "") Directory.Delete(_folder, recursive: true);
    }
}
