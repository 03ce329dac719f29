using System.Globalization;

namespace Platform.Catalog.Gguf;

/// <summary>The key/value part of a GGUF file (versions 2 and 3). Strings and scalars are kept, short arrays of integers too, of any other array only its length.</summary>
public sealed class GgufHeader
{
    private readonly IReadOnlyDictionary<string, object> values;

    internal GgufHeader(IReadOnlyDictionary<string, object> values, long bytes) => (this.values, Bytes) = (values, bytes);

    /// <summary>Size of the file.</summary>
    public long Bytes { get; }

    public string Architecture => Text("general.architecture") ?? "";
    public string? Name => Text("general.name");
    public string? License => Text("general.license");
    public string? Organization => Text("general.organization");

    /// <summary>Context length the model was trained with.</summary>
    public long? ContextLength => Number($"{Architecture}.context_length");

    public string? ChatTemplate => Text("tokenizer.chat_template") is { Length: > 0 } template ? template : null;
    public bool HasChatTemplate => ChatTemplate is not null;

    /// <summary>E.g. <c>1.5B</c>.</summary>
    public string? SizeLabel => Text("general.size_label");

    /// <summary>Whether the file changes another model's weights instead of being one.</summary>
    public bool IsAdapter => Text("general.type") == "adapter";

    /// <summary>Whether the model pools its output into one vector instead of predicting tokens.</summary>
    public bool IsEmbedding => PoolingType is > 0;

    /// <summary>Whether it tells how well a document answers a query instead of making vectors.</summary>
    public bool IsRanking => PoolingType is 4;

    /// <summary>As llama.cpp numbers them: 1 mean, 2 first token, 3 last token, 4 a rank instead of a vector; null: the file names none.</summary>
    public long? PoolingType => Number($"{Architecture}.pooling_type");

    /// <summary>Length of the vector of a token.</summary>
    public long? Dimensions => Number($"{Architecture}.embedding_length");

    /// <summary>Quantisation of most tensors, e.g. <c>Q4_K_M</c>; null when the file does not tell.</summary>
    public string? FileType => Number("general.file_type") is { } type ? GgufFileTypes.NameOf(type) : null;

    /// <summary>Files the model is split into; 1 for most.</summary>
    public long Parts => Number("split.count") ?? 1;

    /// <exception cref="CatalogException">The file is no readable GGUF.</exception>
    public static GgufHeader Read(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
            return new GgufReader(stream).Read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CatalogException($"{path}: {e.Message}", e);
        }
        catch (FormatException e)
        {
            throw new CatalogException($"{path} is not a usable GGUF file: {e.Message}", e);
        }
    }

    public string? Text(string key) => values.GetValueOrDefault(key) as string;

    /// <summary>A value that differs by layer, or the same for all of <paramref name="layers"/>; null when there is none.</summary>
    public IReadOnlyList<long>? Numbers(string key, int layers) =>
        values.GetValueOrDefault(key) is long[] each ? each : Number(key) is { } same ? [.. Enumerable.Repeat(same, layers)] : null;

    /// <summary>An integer value; null when there is none or it is no integer that fits.</summary>
    public long? Number(string key) => values.GetValueOrDefault(key) switch
    {
        byte or sbyte or short or ushort or int or uint or long => Convert.ToInt64(values[key], CultureInfo.InvariantCulture),
        ulong value when value <= long.MaxValue => (long)value,
        _ => null,
    };
}
