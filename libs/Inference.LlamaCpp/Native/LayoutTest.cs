namespace Platform.Inference.LlamaCpp.Native;

/// <summary>
/// Tells whether the loaded library is the one the structs were written for. Sizes alone don't: releases have moved fields within the same size,
/// so the defaults the library fills in are compared field by field.
/// </summary>
internal static unsafe class LayoutTest
{
    public const string Version = "0.5.0-dev";

    /// <summary>What differs; null when nothing does.</summary>
    public static string? Mismatch(string version, in ModelParameters model, in ContextParameters context)
    {
        if (version != Version)
        {
            return $"it is version {version}, the binding is for {Version}";
        }

        (string Field, long Actual, long Expected)[] fields =
        [
            ("sizeof(llama_model_params)", sizeof(ModelParameters), 80),
            ("sizeof(llama_context_params)", sizeof(ContextParameters), 160),
            ("sizeof(llama_batch)", sizeof(NativeBatch), 56),
            ("devices", (nint)model.Devices, 0),
            ("n_gpu_layers", model.GpuLayers, -1),
            ("split_mode", model.SplitMode, 1),
            ("load_mode", model.LoadMode, -1),
            ("lazy_mode", model.LazyMode, 1),
            ("main_gpu", model.MainGpu, 0),
            ("kv_overrides", (nint)model.KvOverrides, 0),
            ("vocab_only", model.VocabularyOnly, 0),
            ("use_extra_bufts", model.UseExtraBuffers, 1),
            ("n_ctx", context.Context, 512),
            ("n_batch", context.Batch, 2048),
            ("n_ubatch", context.MicroBatch, 512),
            ("n_seq_max", context.Sequences, 1),
            ("n_rs_seq", context.RecurrentStates, 0),
            ("n_outputs_max", context.Outputs, 0),
            ("n_outputs_max_per_seq", context.OutputsPerSequence, 1),
            ("n_threads", context.Threads, 4),
            ("n_threads_batch", context.ThreadsBatch, 4),
            ("ctx_type", context.ContextType, 0),
            ("rope_scaling_type", context.RopeScaling, -1),
            ("pooling_type", context.Pooling, -1),
            ("attention_type", context.Attention, -1),
            ("flash_attn_type", context.FlashAttention, -1),
            ("type_k", context.TypeK, 1),
            ("type_v", context.TypeV, 1),
            ("abort_callback", (nint)context.AbortCallback, 0),
            ("embeddings", context.Embeddings, 0),
            ("offload_kqv", context.OffloadKqv, 1),
            ("no_perf", context.NoPerf, 1),
            ("op_offload", context.OffloadOperations, 1),
            ("swa_full", context.FullSlidingWindow, 1),
            ("kv_unified", context.Unified, 0),
            ("n_samplers", (long)context.SamplerCount, 0),
            ("ctx_other", (nint)context.OtherContext, 0),
        ];
        var wrong = fields.Where(field => field.Actual != field.Expected).Select(field => $"{field.Field} is {field.Actual} instead of {field.Expected}").ToList();
        return wrong.Count == 0 ? null : string.Join(", ", wrong);
    }
}
