namespace Platform.OpenAi.Organization;

/// <summary>A model of the catalogue as its operator sees it.</summary>
public sealed record OrganizationModel
{
    public string Object { get; } = "organization.model";
    public required string Id { get; init; }

    /// <summary>Unix seconds.</summary>
    public required long Created { get; init; }
    public required string OwnedBy { get; init; }
    public required IReadOnlyList<string> Aliases { get; init; }
    public required string Kind { get; init; }
    public required string Engine { get; init; }
    public required string Family { get; init; }
    public required string License { get; init; }
    public required string Source { get; init; }
    public required int ContextLength { get; init; }
    public required int Slots { get; init; }

    /// <summary>On the disk; null: a file is missing.</summary>
    public required long? Bytes { get; init; }
    public required string? Quantization { get; init; }
    public required string? Parameters { get; init; }

    /// <summary>Estimate of what it takes while it is loaded.</summary>
    public required long? MemoryBytes { get; init; }

    /// <summary>Only in the answer for one model.</summary>
    public required string? ChatTemplate { get; init; }

    /// <summary>Workers that serve it, and how many of them have it in memory.</summary>
    public required int Workers { get; init; }
    public required int LoadedWorkers { get; init; }

    /// <summary>False: it comes with the product.</summary>
    public required bool Removable { get; init; }
    public required ModelPrices Prices { get; init; }
}

/// <summary>Per million tokens.</summary>
public sealed record ModelPrices(decimal Input, decimal CachedInput, decimal Output);

public sealed record DeletedModel
{
    public string Object { get; } = "organization.model.deleted";
    public required string Id { get; init; }
    public bool Deleted { get; } = true;

    /// <summary>On the disk.</summary>
    public required long BytesFreed { get; init; }
}
