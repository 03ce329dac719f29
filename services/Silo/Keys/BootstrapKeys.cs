using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;
using Platform.Grains.Keys;

namespace Platform.Silo.Keys;

internal sealed record BootstrapOptions
{
    /// <summary>JSON file <c>{base_url, api_key, admin_key}</c> whose secrets become keys at start; null: none.</summary>
    public string? CredentialsFile { get; init; }
}

/// <summary>Makes the first start's secrets valid before the process takes requests.</summary>
internal sealed partial class BootstrapKeys(IGrainFactory grains, IOptions<BootstrapOptions> options, ILogger<BootstrapKeys> log) : IHostedService
{
    private const string Project = "default";
    private const int Attempts = 60;
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Value.CredentialsFile is not { Length: > 0 } file) return;
        var credentials = Read(file, await File.ReadAllTextAsync(file, cancellationToken));
        await Import(credentials.ApiKey, "api_key", "default", KeyScope.Project, cancellationToken);
        await Import(credentials.AdminKey, "admin_key", "admin", KeyScope.Admin, cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task Import(string? secret, string field, string name, KeyScope scope, CancellationToken cancellation)
    {
        var id = secret is null ? null : ApiKeySecret.KeyId(secret);
        if (secret is null || id is null)
            throw new InvalidDataException($"Platform:Bootstrap:CredentialsFile: '{field}' in {options.Value.CredentialsFile} is not a secret of the form sk-<26 characters>-<43 characters>.");
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await grains.GetGrain<IApiKey>(id).Import(new NewApiKey(Project, name, scope), ApiKeySecret.Redact(secret), ApiKeySecret.Hash(secret)).WaitAsync(cancellation);
                return;
            }
            catch (Exception e) when (e is not OperationCanceledException && attempt < Attempts)
            {
                Log.ImportDelayed(log, id, e.Message);
                await Task.Delay(Retry, cancellation);
            }
        }
    }

    private static Credentials Read(string file, string json)
    {
        try
        {
            return JsonSerializer.Deserialize<Credentials>(json) ?? new Credentials(null, null);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"Platform:Bootstrap:CredentialsFile: {file} is not the JSON object {{base_url, api_key, admin_key}}: {e.Path} at line {e.LineNumber + 1}.");
        }
    }

    private sealed record Credentials([property: JsonPropertyName("api_key")] string? ApiKey, [property: JsonPropertyName("admin_key")] string? AdminKey);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Import of {KeyId} delayed: {Reason}", EventName = "ImportDelayed")]
        public static partial void ImportDelayed(ILogger logger, string keyId, string reason);
    }
}
