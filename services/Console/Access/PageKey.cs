using Platform.Contracts.Generations;
using Platform.Grains.Keys;

namespace Platform.WebConsole.Access;

/// <summary>The key the page's chat runs under: made when it is first needed, revoked at shutdown, its use billed like anybody's.</summary>
internal sealed class PageKey(IGrainFactory grains) : IHostedService, IDisposable
{
    public const string ProjectId = "default";

    private readonly SemaphoreSlim _making = new(1, 1);
    private (string Id, string Secret)? _key;

    public async ValueTask<string> Secret(CancellationToken cancellation)
    {
        if (_key is { } made) return made.Secret;
        await _making.WaitAsync(cancellation);
        try
        {
            if (_key is { } meanwhile) return meanwhile.Secret;
            var id = PublicId.New("key_");
            var secret = await grains.GetGrain<IApiKey>(id).Create(new NewApiKey(ProjectId, "console", KeyScope.Project));
            _key = (id, secret);
            return secret;
        }
        finally
        {
            _making.Release();
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_key is { } key) await grains.GetGrain<IApiKey>(key.Id).Revoke().WaitAsync(cancellationToken);
    }

    public void Dispose() => _making.Dispose();
}
