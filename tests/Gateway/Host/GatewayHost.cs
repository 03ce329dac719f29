using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orleans;
using Platform.Catalog;
using Platform.Contracts.Generations;
using Platform.Messaging.InProcess;

namespace Platform.Gateway.Tests.Host;

/// <summary>A gateway on a socket, over the real in-process messaging, with grains and a worker that do what a test says.</summary>
internal sealed class GatewayHost : IAsyncDisposable
{
    public const string Model = "tests/bigram";
    public const string Alias = "gpt-4o-mini";
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    private readonly WebApplication app;
    private readonly string folder;

    private GatewayHost(WebApplication app, string folder, TestGrains grains, TestLedger ledger, ScriptedWorker worker)
    {
        (this.app, this.folder, Grains, Ledger, Worker) = (app, folder, grains, ledger, worker);
        // a response that is disposed closes its connection at once instead of waiting for the rest
        Client = new HttpClient(new SocketsHttpHandler { ResponseDrainTimeout = TimeSpan.Zero }) { BaseAddress = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()) };
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", grains.ProjectSecret);
    }

    public TestGrains Grains { get; }
    public TestLedger Ledger { get; }
    public ScriptedWorker Worker { get; }
    public HttpClient Client { get; }
    public IServiceProvider Services => app.Services;

    /// <param name="silence">How long a worker may be silent.</param>
    /// <param name="timeout">How long a generation may take.</param>
    /// <param name="drain">How long what runs may go on when the gateway is told to stop.</param>
    /// <param name="hub">Address of the model hub; null: there is none.</param>
    public static async Task<GatewayHost> Start(TimeSpan? silence = null, TimeSpan? timeout = null, TimeSpan? drain = null, string? hub = null)
    {
        var folder = Directory.CreateTempSubdirectory("gateway-tests").FullName;
        var catalog = Path.Combine(folder, "catalog.json");
        await File.WriteAllTextAsync(catalog, $$"""
            {"models":[
              {"id":"{{Model}}","aliases":["{{Alias}}"],"kind":"chat","engine":"bigram","context_length":8192,"default_output_tokens":2000,"prices":{"input":2,"cached_input":1,"output":10},"created":1730332800,"owner":"us"},
              {"id":"tests/embed","kind":"embedding","engine":"bigram","context_length":512}]}
            """);
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseSetting("urls", "http://127.0.0.1:0");
        builder.Configuration["Platform:Catalog:File"] = catalog;
        builder.Configuration["Platform:Catalog:OperatorFile"] = Path.Combine(folder, "data", "models.json");
        builder.Configuration["Platform:Hub:Endpoint"] = hub ?? "http://127.0.0.1:1";
        builder.Configuration["Platform:Hub:FirstPause"] = "00:00:00.001";
        builder.Configuration["Platform:Gateway:Generations:Silence"] = (silence ?? TimeSpan.FromSeconds(30)).ToString();
        builder.Configuration["Platform:Gateway:Generations:Timeout"] = (timeout ?? TimeSpan.FromMinutes(10)).ToString();
        builder.Configuration["Platform:Gateway:DrainSeconds"] = (drain ?? TimeSpan.Zero).TotalSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var (grains, ledger) = (new TestGrains(), new TestLedger());
        builder.Services.AddSingleton<IGrainFactory>(grains);
        builder.Services.AddSingleton<IGenerationLedger>(ledger);
        builder.Services.AddSingleton(NpgsqlDataSource.Create("Host=127.0.0.1;Port=1"));
        builder.Services.AddSingleton<Eventing.UsageReader>();
        builder.Services.AddSingleton<Eventing.Webhooks.WebhookStore>();
        builder.Services.AddSingleton<Eventing.Content.ContentReader>();
        builder.Services.AddSingleton<Eventing.Generations.GenerationReader>();
        builder.Services.AddSingleton<Eventing.Answers.StoredAnswers>();
        builder.Services.AddSingleton<Eventing.Background.BackgroundStore>();
        builder.Services.AddSingleton<Marten.IDocumentStore>(Marten.DocumentStore.For("Host=127.0.0.1;Port=1"));
        builder.AddCatalog();
        builder.AddInProcessMessaging();
        builder.AddGateway();
        var app = builder.Build();
        app.UseOpenAiErrors();
        app.MapGateway();
        app.MapGet("/broken", string () => throw new InvalidOperationException("a bug"));
        await app.StartAsync();
        return new GatewayHost(app, folder, grains, ledger, await ScriptedWorker.Start(app.Services, "w1"));
    }

    /// <summary>As SIGTERM does.</summary>
    public Task Stop() => app.StopAsync();

    public Task<ScriptedWorker> AddWorker(string id) => ScriptedWorker.Start(app.Services, id);

    public Task<HttpResponseMessage> Chat(string more = "", CancellationToken cancellation = default) =>
        Post("/v1/chat/completions", $$"""{"model":"{{Model}}","messages":[{"role":"user","content":"Hello"}]{{(more.Length > 0 ? "," + more : "")}}}""", cancellation);

    public Task<HttpResponseMessage> Post(string path, string json, CancellationToken cancellation = default) =>
        Client.SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(json, Encoding.UTF8, "application/json") }, HttpCompletionOption.ResponseHeadersRead, cancellation);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        try
        {
            await app.DisposeAsync();
        }
        catch (NullReferenceException)
        {
            // the bus has stopped a queue that was closing by itself at that moment
        }

        Directory.Delete(folder, recursive: true);
    }
}
