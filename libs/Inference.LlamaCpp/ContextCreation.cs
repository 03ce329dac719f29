using Platform.Inference.Engine;
using Platform.Inference.LlamaCpp.Native;

namespace Platform.Inference.LlamaCpp;

/// <summary>Makes contexts of a model. What native code would abort on is refused here first.</summary>
internal static unsafe class ContextCreation
{
    private const int MostTokens = 1 << 22;
    private const int MostSequences = 256;
    private const uint MostInOneGraph = 512;

    public static LlamaContext Create(ModelHandle model, in ContextSpec spec, ModelInfo info, nint adapter, float scale)
    {
        Require(spec.ContextLength is > 0 and <= MostTokens, nameof(spec.ContextLength), spec.ContextLength, $"1 to {MostTokens}");
        Require(spec.Sequences is > 0 and <= MostSequences, nameof(spec.Sequences), spec.Sequences, $"1 to {MostSequences}");
        Require(spec.BatchSize > 0, nameof(spec.BatchSize), spec.BatchSize, "at least 1");
        Require(spec.Outputs > 0, nameof(spec.Outputs), spec.Outputs, "at least 1");
        Require(spec.Threads is > 0 and <= 512, nameof(spec.Threads), spec.Threads, "1 to 512");

        var parameters = LlamaApi.llama_context_default_params();
        parameters.Context = (uint)spec.ContextLength;
        parameters.Batch = (uint)Math.Min(spec.BatchSize, spec.ContextLength);
        parameters.MicroBatch = Math.Min(parameters.Batch, MostInOneGraph);
        var spare = info.CanTrim && !LlamaLibrary.IsAccelerated ? Math.Min(SequenceIds.Spare, MostSequences - spec.Sequences) : 0;
        parameters.Sequences = (uint)(spec.Sequences + spare);
        // fewer output rows than sequences is an assertion in llama.cpp, whatever the batches hold
        parameters.Outputs = Math.Max((uint)spec.Outputs, parameters.Sequences);
        parameters.Threads = spec.Threads;
        parameters.ThreadsBatch = spec.Threads;
        parameters.Unified = 1;
        parameters.TypeK = parameters.TypeV = (int)spec.CacheType;
        parameters.FlashAttention = spec.FlashAttention switch { null => -1, false => 0, true => 1 };

        var logits = (nuint)spec.Outputs * (nuint)info.Vocabulary;
        var handle = NativeLog.Watch(() => ContextHandle.Create(model, parameters, logits), out var problem)
            ?? throw new EngineException($"llama.cpp can't make a context of {spec.ContextLength} tokens for {spec.Sequences} sequences: {problem}");
        if (adapter != 0 && LlamaApi.llama_set_adapters_lora(handle, &adapter, 1, &scale) != 0)
        {
            handle.Dispose();
            throw new EngineException("llama.cpp can't apply the adapter to a context.");
        }

        if (LlamaApi.llama_get_memory(handle) == 0 || LlamaApi.llama_n_batch(handle) != parameters.Batch)
        {
            handle.Dispose();
            throw new EngineException("llama.cpp made a context without a cache, or with another batch size: the model can't generate text.");
        }

        var together = !info.CanTrim || LlamaLibrary.IsAccelerated;
        var context = new LlamaContext(handle, new ContextInfo((int)LlamaApi.llama_n_ctx(handle), spec.Sequences, (int)parameters.Batch, spec.Outputs, IdleCellsCost: !LlamaLibrary.IsAccelerated, together ? int.MaxValue : CallPlan.LongRun), info, spare);
        context.WarmUp(Math.Max(0, info.Bos));
        return context;
    }

    private static void Require(bool holds, string name, int value, string expected)
    {
        if (!holds)
        {
            throw new EngineException($"{name} is {value}; it must be {expected}.");
        }
    }
}
