using Platform.OpenAi.Errors;

namespace Platform.OpenAi.Reading;

internal static class ModelField
{
    public const int MaxLength = 512;

    public static string Read(JsonObjectReader fields, FirstError errors)
    {
        if (!fields.Has("model", out _)) errors.Add(ApiError.Invalid("you must provide a model parameter", "model", "missing_required_parameter"));
        return fields.Text("model", MaxLength) ?? "";
    }
}
