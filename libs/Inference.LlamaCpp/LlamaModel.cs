using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;
using Platform.Inference.Engine;
using Platform.Inference.LlamaCpp.Native;

namespace Platform.Inference.LlamaCpp;

/// <summary>A GGUF model in memory.</summary>
public sealed unsafe class LlamaModel : IEngineModel
{
    private const int Copied = 0, Mapped = 1;
    private const int ShortText = 4096;
    private const int StackPerByte = 512;
    private const int LongestText = 4_000_000;

    private readonly ModelHandle handle;
    private readonly nint vocabulary;
    private readonly TokenPieces pieces;
    private readonly LoadOptions options;
    private readonly nint adapter;

    private LlamaModel(ModelHandle handle, string path, LoadOptions options)
    {
        this.handle = handle;
        this.options = options;
        vocabulary = LlamaApi.llama_model_get_vocab(handle);
        Refuse(path);
        pieces = TokenPieces.Read(vocabulary);
        var metadata = ReadMetadata();
        var (bos, eos) = (Known(LlamaApi.llama_vocab_bos(vocabulary)), Known(LlamaApi.llama_vocab_eos(vocabulary)));
        Info = new ModelInfo(
            metadata.GetValueOrDefault("general.name") ?? Text((text, size) => LlamaApi.llama_model_desc(handle, text, size)),
            LlamaApi.llama_model_n_ctx_train(handle),
            pieces.Count,
            bos,
            eos,
            pieces.Text(bos),
            pieces.Text(eos),
            LlamaApi.llama_vocab_get_add_bos(vocabulary) != 0,
            LlamaApi.llama_model_is_recurrent(handle) == 0 && LlamaApi.llama_model_is_hybrid(handle) == 0,
            metadata);
        if (options.Adapter is { } file) adapter = Adapter(file);
    }

    public ModelInfo Info { get; }

    /// <exception cref="EngineException">The file is missing, damaged, or of a kind that can't generate text.</exception>
    public static LlamaModel Load(string path, LoadOptions? options = null)
    {
        options ??= new LoadOptions();
        LlamaLibrary.Require();
        if (!File.Exists(path))
        {
            throw new EngineException($"There is no model file {path}.");
        }

        var parameters = LlamaApi.llama_model_default_params();
        var copied = HugePages.AreGiven && !LlamaLibrary.IsAccelerated && !options.VocabularyOnly;
        parameters.LoadMode = copied ? Copied : Mapped;
        parameters.GpuLayers = options.GpuLayers;
        parameters.VocabularyOnly = (byte)(options.VocabularyOnly ? 1 : 0);
        ModelHandle handle;
        string problem;
        fixed (float* split = Split(options.TensorSplit))
        {
            parameters.TensorSplit = split;
            if (copied)
            {
                HugePages.Begin();
                parameters.ProgressCallback = &HugePages.OnProgress;
            }

            handle = NativeLog.Watch(() => LlamaApi.llama_model_load_from_file(path, parameters), out problem);
        }

        if (handle.IsInvalid)
        {
            handle.Dispose();
            throw new EngineException($"llama.cpp can't load {path}: {problem}");
        }

        try
        {
            return new LlamaModel(handle, path, options);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    public string? ChatTemplate(string? name = null) => Marshal.PtrToStringUTF8((nint)LlamaApi.llama_model_chat_template(handle, name));

    public int Tokenize(ReadOnlySpan<byte> utf8, Span<int> tokens, bool addSpecial, bool parseSpecial)
    {
        if (!Utf8.IsValid(utf8))
        {
            // bytes that would be a code point over U+10FFFF end the process in native code
            utf8 = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(utf8));
        }

        if (utf8.Length > LongestText)
        {
            throw new EngineException($"A text of {utf8.Length} bytes can't be tokenized; {LongestText} are the most.");
        }

        var held = false;
        try
        {
            handle.DangerousAddRef(ref held);

            // a null pointer is no text to llama.cpp, not even an empty one
            byte nothing;
            int none;
            fixed (byte* text = utf8)
            fixed (int* into = tokens)
            {
                var (from, length, to, room) = ((nint)(text is null ? &nothing : text), utf8.Length, (nint)(into is null ? &none : into), tokens.Length);
                int Call() => LlamaApi.llama_tokenize(vocabulary, (byte*)from, length, (int*)to, room, (byte)(addSpecial ? 1 : 0), (byte)(parseSpecial ? 1 : 0));
                return length <= ShortText ? Call() : OnDeepStack(Call, length);
            }
        }
        finally
        {
            if (held)
            {
                handle.DangerousRelease();
            }
        }
    }

    /// <summary>What a ranking model reads of a query and a document: the form its file has for them, or both between the marks of its vocabulary.</summary>
    public int[] Pair(string query, string document)
    {
        if (ChatTemplate("rerank") is { } form)
        {
            return Tokens(string.Join(document, form.Split("{document}").Select(part => part.Replace("{query}", query, StringComparison.Ordinal))), addSpecial: false, parseSpecial: true);
        }

        var (bos, eos, sep) = (LlamaApi.llama_vocab_bos(vocabulary), LlamaApi.llama_vocab_eos(vocabulary), LlamaApi.llama_vocab_sep(vocabulary));
        int[] before = LlamaApi.llama_vocab_get_add_bos(vocabulary) != 0 && bos >= 0 ? [bos] : [];
        int[] end = LlamaApi.llama_vocab_get_add_eos(vocabulary) != 0 && (eos >= 0 || sep >= 0) ? [eos >= 0 ? eos : sep] : [];
        int[] between = LlamaApi.llama_vocab_get_add_sep(vocabulary) != 0 && sep >= 0 ? [sep] : [];
        return [.. before, .. Tokens(query, addSpecial: false, parseSpecial: false), .. end, .. between, .. Tokens(document, addSpecial: false, parseSpecial: false), .. end];
    }

    /// <param name="addSpecial">With the marks of a beginning and an end that the vocabulary wants.</param>
    /// <param name="parseSpecial">A control token that is spelled out in the text is one.</param>
    public int[] Tokens(string text, bool addSpecial, bool parseSpecial)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        var tokens = new int[Math.Max(16, utf8.Length)];
        var count = Tokenize(utf8, tokens, addSpecial, parseSpecial);
        if (count < 0)
        {
            tokens = new int[-count];
            count = Tokenize(utf8, tokens, addSpecial, parseSpecial);
        }

        return tokens[..count];
    }

    public int Piece(int token, Span<byte> utf8, bool special)
    {
        var piece = pieces.Bytes(token, special);
        if (piece.Length > utf8.Length)
        {
            return -piece.Length;
        }

        piece.CopyTo(utf8);
        return piece.Length;
    }

    public bool IsEnd(int token) => pieces.IsEnd(token);

    public IEngineContext CreateContext(in ContextSpec spec) => options.VocabularyOnly
        ? throw new EngineException($"{Info.Name} was loaded without its weights.")
        : ContextCreation.Create(handle, spec, Info, adapter, (float)(options.Adapter?.Scale ?? 0));

    /// <summary>A context that makes one vector of each sequence.</summary>
    /// <param name="tokens">Of all sequences of one run together, at most.</param>
    /// <param name="sequences">In one run, at most.</param>
    /// <param name="pooling">Null: as the file says.</param>
    /// <exception cref="EngineException">llama.cpp can't make it, or the file says nothing of pooling.</exception>
    public LlamaEmbedder CreateEmbedder(int tokens, int sequences, int threads, TokenPooling? pooling = null) => LlamaEmbedder.Create(handle, Info.Vocabulary, tokens, sequences, threads, pooling);

    public void Dispose() => handle.Dispose();

    private nint Adapter(AdapterFile file)
    {
        if (!File.Exists(file.Path))
        {
            throw new EngineException($"There is no adapter file {file.Path}.");
        }

        var loaded = NativeLog.Watch(() => LlamaApi.llama_adapter_lora_init(handle, file.Path), out var problem);
        return loaded != 0 ? loaded : throw new EngineException($"llama.cpp can't apply the adapter {file.Path}: {problem}");
    }

    /// <summary>Null where nothing is given; else a share for every device that llama.cpp may ask about.</summary>
    private static float[]? Split(IReadOnlyList<double>? shares)
    {
        if (shares is not { Count: > 0 })
        {
            return null;
        }

        var most = (int)LlamaApi.llama_max_devices();
        var split = new float[Math.Max(most, shares.Count)];
        for (var i = 0; i < shares.Count; i++)
        {
            split[i] = (float)shares[i];
        }

        return shares.Count <= most ? split : throw new EngineException($"The tensor split names {shares.Count} devices; llama.cpp knows {most} at most.");
    }

    /// <summary>Refuses what would abort the process later on.</summary>
    private void Refuse(string path)
    {
        var problem = LlamaApi.llama_vocab_type(vocabulary) == 0 || LlamaApi.llama_vocab_n_tokens(vocabulary) == 0 ? "it has no tokenizer"
            : LlamaApi.llama_model_has_encoder(handle) != 0 || LlamaApi.llama_model_has_decoder(handle) == 0 ? "it has an encoder; only decoders generate text"
            : LlamaApi.llama_vocab_get_add_bos(vocabulary) != 0 && LlamaApi.llama_vocab_bos(vocabulary) < 0 ? "it wants a begin-of-sequence token and names none"
            : LlamaApi.llama_vocab_get_add_eos(vocabulary) != 0 && LlamaApi.llama_vocab_eos(vocabulary) < 0 ? "it wants an end-of-sequence token and names none"
            : null;
        if (problem is not null)
        {
            throw new EngineException($"{path} can't be served: {problem}.");
        }
    }

    /// <summary>
    /// Many tokenizers split text by std::regex, which goes one call deeper for each character of a run, about 350 bytes of stack a character:
    /// tens of thousands of equal characters overflow a usual stack and end the process.
    /// </summary>
    private static int OnDeepStack(Func<int> call, int textBytes)
    {
        var result = 0;
        var thread = new Thread(() => result = call(), (1 << 20) + (textBytes * StackPerByte)) { IsBackground = true, Name = "tokenizer" };
        thread.Start();
        thread.Join();
        return result;
    }

    private int Known(int token) => token >= 0 && token < pieces.Count ? token : -1;

    private Dictionary<string, string> ReadMetadata()
    {
        var metadata = new Dictionary<string, string>();
        for (var i = 0; i < LlamaApi.llama_model_meta_count(handle); i++)
        {
            var index = i;
            metadata[Text((text, size) => LlamaApi.llama_model_meta_key_by_index(handle, index, text, size))] =
                Text((text, size) => LlamaApi.llama_model_meta_val_str_by_index(handle, index, text, size));
        }

        return metadata;
    }

    private delegate int Writer(byte* text, nuint size);

    /// <summary>Reads a text of unknown length; the writer tells the whole length as <c>snprintf</c> does.</summary>
    private static string Text(Writer write)
    {
        var buffer = new byte[512];
        while (true)
        {
            fixed (byte* text = buffer)
            {
                var length = write(text, (nuint)buffer.Length);
                if (length < buffer.Length)
                {
                    return Encoding.UTF8.GetString(text, Math.Max(0, length));
                }

                buffer = new byte[length + 1];
            }
        }
    }
}
