namespace Platform.OpenAi.Organization;

/// <summary>
/// What a project, or one of its keys, may spend in a calendar month (UTC), and has. OpenAI has it of projects and in money; keys, tokens and what is spent
/// are ours. Null: unlimited.
/// </summary>
public sealed record SpendLimit
{
    /// <summary><c>project.spend_limit</c> or <c>project.api_key.spend_limit</c>.</summary>
    public required string Object { get; init; }

    /// <summary>Cents.</summary>
    public required long? ThresholdAmount { get; init; }
    public required long? ThresholdTokens { get; init; }
    public string Currency { get; } = "USD";
    public string Interval { get; } = "month";
    public required SpendLimitEnforcement Enforcement { get; init; }

    /// <summary>Cents.</summary>
    public required decimal SpentAmount { get; init; }
    public required long SpentTokens { get; init; }
}

/// <param name="Status"><c>enforcing</c> once the limit is reached, <c>inactive</c> before.</param>
public sealed record SpendLimitEnforcement(string Status);

public sealed record DeletedSpendLimit
{
    public required string Object { get; init; }
    public bool Deleted { get; } = true;
}
