using System.Text.Json;

namespace Platform.Video.Wan;

/// <summary>What a model's own configuration files say (Hugging Face layout), checked.</summary>
/// <param name="LatentChannels">Channels of a latent frame.</param>
/// <param name="InputChannels">Channels the transformer takes; more than <paramref name="LatentChannels"/> when a mask and an encoded picture are concatenated.</param>
/// <param name="SpatialScale">Pixels to a latent cell, each way.</param>
/// <param name="TemporalScale">Frames to a latent frame after the first.</param>
/// <param name="ExpandTimesteps">Whether every token has a timestep of its own and a picture replaces the first latent frame (TI2V).</param>
/// <param name="BoundaryRatio">Below this timestep / 1000 the second transformer takes over; null: there is one only.</param>
public sealed record WanConfig(
    int LatentChannels, int InputChannels, int PatchSize, int SpatialScale, int TemporalScale, int TextLength, float[] LatentsMean, float[] LatentsStd,
    bool ExpandTimesteps, double? BoundaryRatio, JsonElement Scheduler, WanDefaults Defaults)
{
    /// <summary>Sides of a clip must be multiples of this many pixels.</summary>
    public int SizeStep => SpatialScale * PatchSize;

    public bool ConcatenatesPicture => InputChannels > LatentChannels;
    public bool TakesPicture => ExpandTimesteps || ConcatenatesPicture;

    public static WanConfig Load(string folder)
    {
        var index = Read(folder, "model_index.json");
        var transformer = Read(folder, "transformer", "config.json");
        var vae = Read(folder, "vae", "config.json");
        var text = Read(folder, "text_encoder", "config.json");
        var tokenizer = Read(folder, "tokenizer", "tokenizer_config.json");

        var channels = vae.Int("z_dim") ?? throw Missing(folder, "vae/config.json", "z_dim");
        var mean = vae.Floats("latents_mean") ?? throw Missing(folder, "vae/config.json", "latents_mean");
        var std = vae.Floats("latents_std") ?? throw Missing(folder, "vae/config.json", "latents_std");
        if (mean.Length != channels || std.Length != channels) throw new InvalidDataException($"{folder}/vae/config.json: latents_mean and latents_std need {channels} numbers each.");
        var patch = transformer.TryGetProperty("patch_size", out var sizes) && sizes.GetArrayLength() == 3 ? sizes[1].GetInt32() : 2;
        var defaults = index.TryGetProperty("defaults", out var given) ? given : default;
        return new(
            channels, transformer.Int("in_channels") ?? channels, patch, vae.Int("scale_factor_spatial") ?? 8, vae.Int("scale_factor_temporal") ?? 4,
            text.Int("max_sequence_length") ?? tokenizer.Int("model_max_length") ?? 512, mean, std,
            index.TryGetProperty("expand_timesteps", out var expand) && expand.ValueKind == JsonValueKind.True,
            index.TryGetProperty("boundary_ratio", out var ratio) && ratio.ValueKind == JsonValueKind.Number ? ratio.GetDouble() : null,
            Read(folder, "scheduler", "scheduler_config.json"),
            new(defaults.Int("width") ?? 832, defaults.Int("height") ?? 480, defaults.Int("num_frames") ?? 81, defaults.Int("fps") ?? 16, defaults.Int("num_inference_steps") ?? 50, (float)(defaults.Number("guidance_scale") ?? 5)));
    }

    private static JsonElement Read(string folder, params string[] path)
    {
        var file = Path.Combine([folder, .. path]);
        return File.Exists(file) ? ConfigValues.Read(file) : throw new InvalidDataException($"The model folder '{folder}' has no {string.Join('/', path)}.");
    }

    private static InvalidDataException Missing(string folder, string file, string key) => new($"{folder}/{file}: '{key}' is missing.");
}

/// <summary>What is made when a request does not say.</summary>
public sealed record WanDefaults(int Width, int Height, int Frames, int Fps, int Steps, float Guidance);

internal static class ConfigValues
{
    /// <exception cref="InvalidDataException">The file is not JSON.</exception>
    public static JsonElement Read(string file)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"'{file}' is not JSON: {e.Message}", e);
        }
    }

    public static int? Int(this JsonElement of, string key) => (int?)of.Number(key);

    public static double? Number(this JsonElement of, string key) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;

    public static float[]? Floats(this JsonElement of, string key) =>
        of.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(v => v.GetSingle())] : null;
}
