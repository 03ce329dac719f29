namespace Platform.OpenAi.Organization;

/// <summary>Ids and the line item are null where the query did not group by them.</summary>
public sealed record CostResult
{
    public string Object { get; } = "organization.costs.result";
    public required CostAmount Amount { get; init; }

    /// <summary>A model's id.</summary>
    public string? LineItem { get; init; }
    public string? ProjectId { get; init; }
    public string? ApiKeyId { get; init; }

    /// <summary>Tokens, where grouped by line item.</summary>
    public long? Quantity { get; init; }
    public string? QuantityUnit { get; init; }
}

/// <param name="Value">In whole units of the currency.</param>
/// <param name="Currency">Lower-case ISO 4217.</param>
public sealed record CostAmount(decimal Value, string Currency);
