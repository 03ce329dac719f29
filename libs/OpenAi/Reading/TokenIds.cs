using System.Text.Json;
using Platform.OpenAi.Errors;

namespace Platform.OpenAi.Reading;

internal static class TokenIds
{
    /// <summary>An array of token ids; whether the model has such tokens is not known here.</summary>
    public static int[] Read(JsonElement array, string path, FirstError errors)
    {
        var tokens = new int[array.GetArrayLength()];
        foreach (var (i, token) in array.EnumerateArray().Index())
        {
            if (token.ValueKind != JsonValueKind.Number || Wrong.IsDecimal(token)) errors.Add(Wrong.Type($"{path}[{i}]", "an integer", token));
            else if (token.TryGetInt32(out tokens[i]) && tokens[i] >= 0) continue;
            else errors.Add(token.GetRawText()[0] == '-' ? Wrong.Below($"{path}[{i}]", "integer", 0, token) : Wrong.Above($"{path}[{i}]", "integer", int.MaxValue, token));
            break;
        }

        return tokens;
    }
}
