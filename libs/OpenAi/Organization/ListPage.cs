namespace Platform.OpenAi.Organization;

/// <summary>A page of a cursor-paged list.</summary>
public sealed record ListPage<T>
{
    public string Object { get; } = "list";
    public required IReadOnlyList<T> Data { get; init; }
    public required string? FirstId { get; init; }
    public required string? LastId { get; init; }
    public required bool HasMore { get; init; }
}
