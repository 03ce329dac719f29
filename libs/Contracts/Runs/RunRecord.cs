using Platform.Contracts.Generations;

namespace Platform.Contracts.Runs;

/// <summary>A generation as its gateway knows it while it runs.</summary>
/// <param name="Figures">What only the end tells is not in it. Prompt tokens that are not 0 are those an earlier run counted.</param>
/// <param name="KeepContent">Whether what is said may be recorded.</param>
/// <param name="Request">The request body as received: how the answer is to be written stands there. Null where nobody will need it.</param>
public sealed record RunRecord(GenerationFigures Figures, bool KeepContent, string? Request)
{
    /// <summary>Whether its client may ask for the answer again.</summary>
    public bool Store { get; init; }
}
