using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Platform.Cli.Terminal;
using Platform.Contracts.Generations;

namespace Platform.Cli.Up;

/// <summary>The address and the first two keys, made once per data folder and readable by its owner alone.</summary>
internal sealed record Credentials(
    [property: JsonPropertyName("base_url")] string BaseUrl,
    [property: JsonPropertyName("api_key")] string ApiKey,
    [property: JsonPropertyName("admin_key")] string AdminKey)
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true };

    /// <summary>The keys of this data folder, or new ones, with the address they are good for now.</summary>
    public static Credentials Ensure(House house, string baseUrl)
    {
        var known = File.Exists(house.Credentials) ? Read(house) : null;
        var now = new Credentials(baseUrl, known?.ApiKey ?? NewSecret(), known?.AdminKey ?? NewSecret());
        if (now != known) SecretFile.Write(house.Credentials, JsonSerializer.Serialize(now, Json) + "\n");
        return now;
    }

    public static Credentials Read(House house)
    {
        try
        {
            return JsonSerializer.Deserialize<Credentials>(File.ReadAllText(house.Credentials), Json) is { BaseUrl: not null, ApiKey: not null, AdminKey: not null } read
                ? read
                : throw new JsonException("base_url, api_key and admin_key are expected");
        }
        catch (FileNotFoundException)
        {
            throw new CliException($"There are no keys in {house.Data} yet: start the platform with `./platform up` first.");
        }
        catch (JsonException e)
        {
            throw new CliException($"{house.Credentials}: {e.Message}. Mend it, or move it away and start the platform again for new keys.");
        }
    }

    private static string NewSecret() => $"{PublicId.New("sk-")}-{Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)).TrimEnd('=').Replace('+', 'A').Replace('/', 'B')}";
}
