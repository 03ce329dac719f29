using Platform.Contracts.Embeddings;
using Platform.Contracts.Runs;
using Platform.OnnxWorker.Models;

namespace Platform.OnnxWorker.Embeddings;

/// <summary>The inputs of a request as the model's tokens, or what is wrong with them.</summary>
internal sealed record EmbeddingInputs(IReadOnlyList<int[]> Sequences, int Tokens, RunError? Error = null)
{
    /// <summary>Tokens of a text are counted up to here: what is so much too long is not worth more work.</summary>
    private const int Counted = 16_384;

    public static EmbeddingInputs Of(RunEmbedding request, HostedEmbedding model)
    {
        var (tokenizer, longest) = (model.Model, model.Entry.ContextLength);
        var (sequences, total) = (new List<int[]>(), 0);
        for (var i = 0; i < request.Texts.Count + request.Tokens.Count; i++)
        {
            var name = i < request.Names.Count ? request.Names[i] : "input";
            if (i < request.Tokens.Count && FirstUnknown(request.Tokens[i], tokenizer.Vocabulary) is { } unknown)
                return Wrong($"Invalid '{name}': {unknown} is no token of the model '{model.Entry.Id}', which has {tokenizer.Vocabulary}.", "invalid_value", name);
            var sequence = i < request.Tokens.Count ? tokenizer.Frame(request.Tokens[i])
                : request.Query is { } query ? tokenizer.Pair(query, request.Texts[i])
                : tokenizer.Encode(request.Texts[i], request.Truncate ? longest : Counted);
            if (sequence.Length > longest && request.Truncate) sequence = tokenizer.Cut(sequence, longest);
            if (sequence.Length > longest)
            {
                var length = sequence.Length == Counted ? $"at least {Counted}" : $"{sequence.Length}";
                return Wrong($"This model's maximum context length is {longest} tokens, however you requested {length} tokens ({length} in '{name}'). Please reduce your prompt.", "context_length_exceeded", name);
            }

            sequences.Add(sequence);
            total += sequence.Length;
        }

        return total > request.MaxTokens
            ? Wrong($"Requested {total} tokens, max {request.MaxTokens} tokens per request", "max_tokens_per_request", null)
            : new(sequences, total);
    }

    private static int? FirstUnknown(int[] tokens, int size)
    {
        foreach (var token in tokens)
        {
            if (token < 0 || token >= size) return token;
        }

        return null;
    }

    private static EmbeddingInputs Wrong(string message, string code, string? param) => new([], 0, new RunError(RunErrorKind.InvalidRequest, code, message, param));
}
