namespace Platform.Gateway.Generations;

internal static class HeldHeaders
{
    /// <summary>Whether its worker may still refuse the request: until it has begun a stream sends nothing, so that a refusal keeps its status.</summary>
    public static bool MayBeRefused(this Generation generation) =>
        generation.PromptEstimate >= generation.Model.Entry.ContextLength || generation.Request.Output.Constraint is not null || generation.Request.Sampling.Extras is not null;
}
