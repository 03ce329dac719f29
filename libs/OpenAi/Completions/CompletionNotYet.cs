using System.Text.Json;
using Platform.OpenAi.Chat;
using Platform.OpenAi.Errors;
using Platform.OpenAi.Reading;

namespace Platform.OpenAi.Completions;

/// <summary>Refuses by name what would change a completion but is not there.</summary>
internal static class CompletionNotYet
{
    public static void Check(JsonElement body, FirstError errors)
    {
        foreach (var property in body.EnumerateObject())
        {
            if (NotYet.IsRefused(property) && property.Name is not ("best_of" or "echo")) errors.Add(ApiError.Unsupported(property.Name));
        }
    }
}
