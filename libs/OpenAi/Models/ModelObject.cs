namespace Platform.OpenAi.Models;

public sealed record ModelObject
{
    public required string Id { get; init; }
    public string Object { get; } = "model";

    /// <summary>Unix seconds.</summary>
    public required long Created { get; init; }
    public required string OwnedBy { get; init; }
}

public sealed record ModelList
{
    public string Object { get; } = "list";
    public required IReadOnlyList<ModelObject> Data { get; init; }
}
