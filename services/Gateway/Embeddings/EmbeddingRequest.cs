using Platform.Contracts.Embeddings;
using Platform.Gateway.Generations;
using Platform.Grains.Keys;
using Platform.OpenAi.Embeddings;

namespace Platform.Gateway.Embeddings;

/// <summary>What an endpoint wants embedded.</summary>
internal sealed record EmbeddingRequest
{
    /// <summary>Tokens of all inputs of a request together, as OpenAI has it.</summary>
    private const int MostTokens = 300_000;

    /// <summary>Of the public id, with its separator: <c>embd-</c>.</summary>
    public required string IdPrefix { get; init; }

    /// <summary>As the ledger keeps it: <c>embedding</c>, <c>rerank</c>.</summary>
    public required string Kind { get; init; }

    public required ServedModel Model { get; init; }

    /// <summary>Id or alias as the client wrote it.</summary>
    public required string RequestedModel { get; init; }

    public required ApiKeyIdentity Caller { get; init; }

    public required EmbeddingInputs Inputs { get; init; }

    /// <summary>What the inputs are documents for, where the model ranks; null: vectors are wanted.</summary>
    public string? Query { get; init; }

    /// <summary>Whether inputs that are too long are cut.</summary>
    public bool Truncate { get; init; }

    /// <summary>The end user the client names; empty where it names none.</summary>
    public string User { get; init; } = "";

    /// <summary>Of a worker: one for every 128 inputs, so that its queue is bounded by what its slots hold.</summary>
    public int Slots => (Inputs.Count + 127) / 128;

    /// <param name="marks">Tokens the model adds to each input.</param>
    /// <returns>Tokens the inputs have at most: no tokenizer makes more of them than they have bytes.</returns>
    public int Estimate(int marks)
    {
        var query = System.Text.Encoding.UTF8.GetByteCount(Query ?? "");
        long Of(int tokens) => Math.Min((long)query + tokens + marks, Model.Entry.ContextLength);
        return (int)Math.Min(Inputs.Texts.Sum(text => Of(System.Text.Encoding.UTF8.GetByteCount(text))) + Inputs.Tokens.Sum(tokens => Of(tokens.Length)), MostTokens);
    }

    public RunEmbedding Run(string id, int run, string replyTo, DateTimeOffset deadline) => new()
    {
        GenerationId = id,
        Run = run,
        ReplyTo = replyTo,
        Deadline = deadline,
        Model = Model.Id,
        Texts = Inputs.Texts,
        Tokens = Inputs.Tokens,
        Names = Inputs.Names,
        Query = Query,
        MaxTokens = MostTokens,
        Truncate = Truncate,
    };
}
