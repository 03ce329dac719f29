using Platform.Contracts.Generations;

namespace Platform.Eventing.Generations;

/// <summary>The one event of a chat generation's stream, appended when it has ended.</summary>
public abstract record GenerationEnded(GenerationFigures Figures)
{
    public static GenerationEnded From(GenerationFinished finished)
    {
        var figures = Clean(finished.Figures);
        return finished.Outcome switch
        {
            Outcome.Completed => new GenerationCompleted(figures),
            Outcome.Failed => new GenerationFailed(figures, Clean(finished.Reason)),
            Outcome.Cancelled => new GenerationCancelled(figures, Clean(finished.Reason)),
            _ => throw new ArgumentOutOfRangeException(nameof(finished), finished.Outcome, "unknown outcome"),
        };
    }

    private static GenerationFigures Clean(GenerationFigures figures) =>
        figures with { UserId = Clean(figures.UserId), RequestedModel = Clean(figures.RequestedModel) };

    /// <summary>PostgreSQL stores no U+0000 in text or jsonb, and these come from clients.</summary>
    private static string Clean(string? text) => text?.Replace('\0', '\uFFFD') ?? "";
}

public sealed record GenerationCompleted(GenerationFigures Figures) : GenerationEnded(Figures);

public sealed record GenerationFailed(GenerationFigures Figures, string Reason) : GenerationEnded(Figures);

public sealed record GenerationCancelled(GenerationFigures Figures, string Reason) : GenerationEnded(Figures);
