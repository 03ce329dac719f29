namespace Platform.OpenAi.Reading;

/// <summary>llama.cpp's name for the most tokens of an answer.</summary>
internal static class PredictField
{
    /// <summary>Null: not given. −1 and −2 are as many as there is room for.</summary>
    public static long? Read(JsonObjectReader fields) => fields.Integer("n_predict", -2, long.MaxValue) is { } most ? most < 0 ? long.MaxValue : most : null;
}
