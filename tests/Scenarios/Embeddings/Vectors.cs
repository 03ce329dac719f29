using System.Runtime.InteropServices;
using System.Text.Json;
using Platform.Scenarios.Tests.Wire;

namespace Platform.Scenarios.Tests.Embeddings;

/// <summary>An answer of <c>/v1/embeddings</c>, in whatever form its vectors came.</summary>
internal sealed record Vectors(float[][] All, long PromptTokens)
{
    public static async Task<Vectors> Of(HttpClient client, object input, string more = "", string model = TestCatalogue.MiniLm)
    {
        using var response = await client.PostJson("v1/embeddings", $$"""{"model":"{{model}}","input":{{JsonSerializer.Serialize(input)}}{{more}}}""");
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        var answer = await response.Json();
        Assert.Equal("list", answer.GetProperty("object").GetString());
        var data = answer.GetProperty("data").EnumerateArray().ToList();
        Assert.Equal(Enumerable.Range(0, data.Count), data.Select(each => each.GetProperty("index").GetInt32()));
        Assert.Equal(answer.GetProperty("usage").GetProperty("prompt_tokens").GetInt64(), answer.GetProperty("usage").GetProperty("total_tokens").GetInt64());
        return new([.. data.Select(each => Read(each.GetProperty("embedding")))], answer.GetProperty("usage").GetProperty("prompt_tokens").GetInt64());
    }

    public static double Cosine(float[] a, float[] b) => a.Zip(b, (x, y) => (double)x * y).Sum() / Math.Sqrt(a.Sum(x => (double)x * x) * b.Sum(x => (double)x * x));

    private static float[] Read(JsonElement embedding) => embedding.ValueKind == JsonValueKind.String
        ? MemoryMarshal.Cast<byte, float>(embedding.GetBytesFromBase64()).ToArray()
        : [.. embedding.EnumerateArray().Select(number => number.GetSingle())];
}
