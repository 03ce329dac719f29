using System.Text;
using Platform.Inference.Engine;

namespace Platform.Inference.Bigram;

/// <summary>
/// A language model in closed form: the logit of a token is the logarithm of its smoothed frequency after the token before it, and nothing else.
/// Exact, deterministic and nearly free, it stands in for a real engine in scheduler tests and control-plane benchmarks, with the same limits as a real one.
/// </summary>
public sealed class BigramModel : IEngineModel
{
    /// <summary>Added to every count, so that no token is impossible and every logit is finite.</summary>
    private const double Smoothing = 0.0001;

    private const string ChatMl =
        "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}{% endfor %}"
        + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

    private readonly BigramVocabulary vocabulary;
    private readonly float[] logits;
    private readonly BigramOptions options;

    public BigramModel(BigramOptions? options = null)
        : this(Encoding.UTF8.GetBytes(BuiltInText.Text), options)
    {
    }

    /// <summary>Learns from a UTF-8 text whose documents are set apart by blank lines.</summary>
    public BigramModel(ReadOnlySpan<byte> text, BigramOptions? options = null)
    {
        this.options = options ?? new BigramOptions();
        vocabulary = new BigramVocabulary(text);
        logits = Learn(text);
        Info = new ModelInfo(
            "bigram",
            TrainContext: 131_072,
            vocabulary.Count,
            BigramVocabulary.Begin,
            BigramVocabulary.TurnEnd,
            BigramVocabulary.Text(BigramVocabulary.Begin),
            BigramVocabulary.Text(BigramVocabulary.TurnEnd),
            AddBos: true,
            this.options.CanTrim,
            new Dictionary<string, string> { ["general.architecture"] = "bigram", ["tokenizer.chat_template"] = ChatMl });
    }

    public ModelInfo Info { get; }

    /// <summary>Learns from a UTF-8 text file.</summary>
    public static BigramModel Load(string path, BigramOptions? options = null) => new(File.ReadAllBytes(path), options);

    public string? ChatTemplate(string? name = null) => name is null ? ChatMl : null;

    public int Tokenize(ReadOnlySpan<byte> utf8, Span<int> tokens, bool addSpecial, bool parseSpecial)
    {
        var begin = addSpecial ? 1 : 0;
        if (addSpecial && tokens.Length > 0)
        {
            tokens[0] = BigramVocabulary.Begin;
        }

        var count = begin + vocabulary.Tokenize(utf8, tokens.Length > begin ? tokens[begin..] : [], parseSpecial);
        return count <= tokens.Length ? count : -count;
    }

    public int Piece(int token, Span<byte> utf8, bool special)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(token);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(token, vocabulary.Count);
        var piece = BigramVocabulary.IsControl(token) && !special ? [] : vocabulary.Piece(token);
        return piece.TryCopyTo(utf8) ? piece.Length : -piece.Length;
    }

    public bool IsEnd(int token) => token == BigramVocabulary.TurnEnd;

    public IEngineContext CreateContext(in ContextSpec spec) => new BigramContext(this, spec, options);

    public void Dispose()
    {
    }

    /// <summary>Logits of what follows a token.</summary>
    internal ReadOnlySpan<float> After(int token) => logits.AsSpan(token * vocabulary.Count, vocabulary.Count);

    private float[] Learn(ReadOnlySpan<byte> text)
    {
        var size = vocabulary.Count;
        var counts = new double[size * size];
        Array.Fill(counts, Smoothing);
        var newline = BigramVocabulary.OfByte((byte)'\n');
        foreach (var range in text.Split("\n\n"u8))
        {
            var tokens = new int[text[range].Length];
            var before = newline;
            foreach (var token in tokens.AsSpan(0, vocabulary.Tokenize(text[range].Trim((byte)'\n'), tokens, parseSpecial: false)))
            {
                counts[before * size + token]++;
                before = token;
            }

            counts[before * size + BigramVocabulary.TurnEnd] += before == newline ? 0 : 1;
        }

        var learnt = new float[size * size];
        for (var row = 0; row < size; row++)
        {
            var total = counts.AsSpan(row * size, size).ToArray().Sum();
            for (var i = row * size; i < (row + 1) * size; i++)
            {
                learnt[i] = (float)Math.Log(counts[i] / total);
            }
        }

        return learnt;
    }
}

/// <param name="StepDelay">Time every decode takes on top.</param>
/// <param name="TokenDelay">Time every decoded token takes on top.</param>
/// <param name="CanTrim">Whether sequences can be trimmed and copied in part; false behaves like a recurrent model.</param>
public sealed record BigramOptions(TimeSpan StepDelay = default, TimeSpan TokenDelay = default, bool CanTrim = true);
