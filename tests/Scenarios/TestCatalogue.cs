using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Platform.Scenarios.Tests;

/// <summary>The models of the scenarios: the bundled one, and bigram models whose every step is exact and as fast or slow as a scenario needs.</summary>
internal static class TestCatalogue
{
    public const string SmolLm = "smollm2-135m-instruct";

    /// <summary>The bundled embedding model.</summary>
    public const string MiniLm = "all-minilm-l6-v2";

    /// <summary><see cref="SmolLm"/> as a model of vectors, pooled by llama.cpp.</summary>
    public const string Pooled = "smollm2-vectors";

    /// <summary>The bundled video model.</summary>
    public const string Shapes = "shapes-wan";

    /// <summary>As fast as it can.</summary>
    public const string Fast = "bigram";

    /// <summary>10 ms a step, 8 slots, a queue of 192; greedily it never ends by itself.</summary>
    public const string Slow = "bigram-slow";

    public const double SlowStepMs = 10;

    /// <summary>Guesses tokens ahead with a draft model, itself; 2 ms a step.</summary>
    public const string Guessing = "bigram-guessing";

    /// <summary>50 ms a step, 64 slots: the machine has time for more than its streams.</summary>
    public const string Steady = "bigram-steady";

    /// <summary>Leads to <see cref="Fast"/>.</summary>
    public const string Alias = "gpt-4o-mini";

    /// <summary>Writes the catalogue and the files it names into a folder; returns its path.</summary>
    /// <param name="withBundled">Whether <see cref="SmolLm"/> is one of them.</param>
    public static string Write(string folder, bool withBundled = true)
    {
        var bundled = Path.Combine(RepositoryRoot.Find(), "infra/models");
        using var product = JsonDocument.Parse(File.ReadAllText(Path.Combine(bundled, "catalog.json")));
        var models = product.RootElement.GetProperty("models").EnumerateArray().ToList();
        var file = models.First(model => model.GetProperty("id").GetString() == SmolLm).GetProperty("files")[0];
        var smolLm = new
        {
            id = SmolLm, kind = "chat", engine = "llama.cpp", context_length = 8192, default_output_tokens = 200, slots = 8, threads = 1,
            files = new[] { new { path = Path.Combine(bundled, file.GetProperty("path").GetString()!), sha256 = file.GetProperty("sha256").GetString() } },
            prices = new { input = 0.1, cached_input = 0.05, output = 0.4 },
        };

        var miniLm = product.RootElement.GetProperty("models").EnumerateArray().First(model => model.GetProperty("id").GetString() == MiniLm);
        var vectors = new
        {
            id = MiniLm, kind = "embedding", engine = "onnx", context_length = 256, slots = 64, queue_limit = 512, threads = 1,
            files = miniLm.GetProperty("files").EnumerateArray().Select(file => new { path = Path.Combine(bundled, file.GetProperty("path").GetString()!), sha256 = file.GetProperty("sha256").GetString() }),
            embedding = miniLm.GetProperty("embedding"), prices = new { input = 0.5 },
        };

        var pooled = new
        {
            id = Pooled, kind = "embedding", engine = "llama.cpp", context_length = 256, slots = 64, queue_limit = 512, threads = 1, smolLm.files, embedding = new { dimensions = 576, pooling = "mean", batch_size = 8 }, prices = new { input = 0.5 },
        };

        // '#' alone leads to the end of a turn, and is never the likeliest
        var endless = Encoding.UTF8.GetBytes(string.Join("\n\n", Enumerable.Repeat(string.Concat(Enumerable.Repeat("the quick brown fox jumps over the lazy dog ", 20)) + "#", 50)));
        File.WriteAllBytes(Path.Combine(folder, "endless.txt"), endless);
        var text = new { path = "endless.txt", sha256 = Convert.ToHexStringLower(SHA256.HashData(endless)) };

        // as the product lists it, its files where they are
        var shapes = JsonNode.Parse(models.First(model => model.GetProperty("id").GetString() == Shapes).GetRawText())!.AsObject();
        foreach (var each in shapes["files"]!.AsArray()) each!["path"] = Path.Combine(bundled, (string)each["path"]!);
        shapes["prices"] = new JsonObject { ["second"] = 0.25 };

        var catalogue = Path.Combine(folder, "catalog.json");
        File.WriteAllText(catalogue, JsonSerializer.Serialize(new { models = (object[])[.. withBundled ? [smolLm, vectors, pooled, shapes] : Array.Empty<object>(), Bigram(Fast, [], 64, 0, 1000, [Alias]), Bigram(Slow, [text], 8, SlowStepMs, 192, []), Bigram(Steady, [text], 64, 50, 192, []), Bigram(Guessing, [text], 8, 2, 192, [], new { draft = text })] }));
        return catalogue;
    }

    private static object Bigram(string id, object[] files, int slots, double stepDelayMs, int queueLimit, string[] aliases, object? speculation = null) => new
    {
        speculation,
        id, files, kind = "chat", engine = "bigram", context_length = 4096, default_output_tokens = 64, cache_tokens = 65536, slots, queue_limit = queueLimit, step_delay_ms = stepDelayMs, aliases,
        prices = new { input = 1, cached_input = 0.5, output = 2 },
    };
}
