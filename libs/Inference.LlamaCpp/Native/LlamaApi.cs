using System.Runtime.InteropServices;

namespace Platform.Inference.LlamaCpp.Native;

#pragma warning disable CA5392, SYSLIB1054 // a resolver says where the libraries lie

/// <summary>The functions of libllama that are used, under their own names. Whoever calls one has checked what would abort it.</summary>
internal static unsafe partial class LlamaApi
{
    public const string Library = "llama";

    [LibraryImport(Library)] public static partial byte* llama_version();
    [LibraryImport(Library)] public static partial void llama_backend_init();
    [LibraryImport(Library)] public static partial void llama_log_set(delegate* unmanaged[Cdecl]<int, byte*, void*, void> callback, void* data);
    [LibraryImport(Library)] public static partial ModelParameters llama_model_default_params();
    [LibraryImport(Library)] public static partial ContextParameters llama_context_default_params();

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] public static partial ModelHandle llama_model_load_from_file(string path, ModelParameters parameters);
    [LibraryImport(Library)] public static partial void llama_model_free(nint model);
    [LibraryImport(Library)] public static partial nuint llama_max_devices();

    /// <summary>Freed with its model.</summary>
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] public static partial nint llama_adapter_lora_init(ModelHandle model, string path);
    [LibraryImport(Library)] public static partial int llama_set_adapters_lora(ContextHandle context, nint* adapters, nuint count, float* scales);
    [LibraryImport(Library)] public static partial nint llama_model_get_vocab(ModelHandle model);
    [LibraryImport(Library)] public static partial int llama_model_n_ctx_train(ModelHandle model);
    [LibraryImport(Library)] public static partial int llama_model_desc(ModelHandle model, byte* text, nuint size);
    [LibraryImport(Library)] public static partial byte llama_model_has_encoder(ModelHandle model);
    [LibraryImport(Library)] public static partial byte llama_model_has_decoder(ModelHandle model);
    [LibraryImport(Library)] public static partial byte llama_model_is_recurrent(ModelHandle model);
    [LibraryImport(Library)] public static partial byte llama_model_is_hybrid(ModelHandle model);
    [LibraryImport(Library)] public static partial int llama_model_meta_count(ModelHandle model);
    [LibraryImport(Library)] public static partial int llama_model_meta_key_by_index(ModelHandle model, int index, byte* text, nuint size);
    [LibraryImport(Library)] public static partial int llama_model_meta_val_str_by_index(ModelHandle model, int index, byte* text, nuint size);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] public static partial byte* llama_model_chat_template(ModelHandle model, string? name);

    [LibraryImport(Library)] public static partial int llama_vocab_type(nint vocabulary);
    [LibraryImport(Library)] public static partial int llama_vocab_n_tokens(nint vocabulary);
    [LibraryImport(Library)] public static partial int llama_vocab_bos(nint vocabulary);
    [LibraryImport(Library)] public static partial int llama_vocab_eos(nint vocabulary);
    [LibraryImport(Library)] public static partial int llama_vocab_sep(nint vocabulary);
    [LibraryImport(Library)] public static partial byte llama_vocab_get_add_sep(nint vocabulary);
    [LibraryImport(Library)] public static partial byte llama_vocab_get_add_bos(nint vocabulary);
    [LibraryImport(Library)] public static partial byte llama_vocab_get_add_eos(nint vocabulary);
    [LibraryImport(Library)] public static partial byte llama_vocab_is_eog(nint vocabulary, int token);
    [LibraryImport(Library)] public static partial int llama_token_to_piece(nint vocabulary, int token, byte* text, int size, int strip, byte special);
    [LibraryImport(Library)] public static partial int llama_tokenize(nint vocabulary, byte* text, int length, int* tokens, int max, byte addSpecial, byte parseSpecial);

    [LibraryImport(Library)] public static partial nint llama_init_from_model(nint model, ContextParameters parameters);
    [LibraryImport(Library)] public static partial void llama_free(nint context);
    [LibraryImport(Library)] public static partial uint llama_n_ctx(ContextHandle context);
    [LibraryImport(Library)] public static partial uint llama_n_batch(ContextHandle context);
    [LibraryImport(Library)] public static partial int llama_decode(ContextHandle context, NativeBatch batch);
    [LibraryImport(Library)] public static partial float* llama_get_logits_ith(ContextHandle context, int index);
    [LibraryImport(Library)] public static partial float* llama_get_embeddings_seq(ContextHandle context, int sequence);
    [LibraryImport(Library)] public static partial int llama_pooling_type(ContextHandle context);
    [LibraryImport(Library)] public static partial uint llama_model_n_cls_out(ModelHandle model);
    [LibraryImport(Library)] public static partial int llama_model_n_embd(ModelHandle model);
    [LibraryImport(Library)] public static partial nint llama_get_memory(ContextHandle context);
    [LibraryImport(Library)] public static partial byte llama_memory_seq_rm(nint memory, int sequence, int from, int to);
    [LibraryImport(Library)] public static partial void llama_memory_seq_cp(nint memory, int source, int target, int from, int to);
    [LibraryImport(Library)] public static partial int llama_memory_seq_pos_max(nint memory, int sequence);
    [LibraryImport(Library)] public static partial nuint llama_state_seq_get_size(ContextHandle context, int sequence);
    [LibraryImport(Library)] public static partial nuint llama_state_seq_get_data(ContextHandle context, byte* data, nuint size, int sequence);
    [LibraryImport(Library)] public static partial nuint llama_state_seq_set_data(ContextHandle context, byte* data, nuint size, int sequence);
}

/// <summary>The functions of libggml that are used: compute back ends are loaded at run time.</summary>
internal static unsafe partial class GgmlApi
{
    public const string Library = "ggml";
    public const string BaseLibrary = "ggml-base";

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] public static partial void ggml_backend_load_all_from_path(string folder);
    [LibraryImport(Library)] public static partial nuint ggml_backend_dev_count();
    [LibraryImport(Library)] public static partial nint ggml_backend_dev_get(nuint index);
    [LibraryImport(BaseLibrary)] public static partial byte* ggml_backend_dev_description(nint device);
    [LibraryImport(BaseLibrary)] public static partial int ggml_backend_dev_type(nint device);

    [LibraryImport("libc")] public static partial int madvise(nint address, nint length, int advice);
    [LibraryImport("libc")] public static partial nint mmap(nint address, nuint length, int protection, int flags, int file, nint offset);
    [LibraryImport("libc")] public static partial int munmap(nint address, nuint length);
    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)] public static partial int setenv(string name, string value, int overwrite);
}
