using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Platform.Inference.LlamaCpp.Native;

/// <summary>A <c>llama_context</c> with the memory around it (batches, rows, abort flag), so that all of it outlives a running decode.</summary>
internal sealed unsafe class ContextHandle : SafeHandle
{
    private readonly ModelHandle model;
    private readonly int* abort;

    private ContextHandle(nint context, ModelHandle model, int* abort, int batchSize, nuint logits) : base(0, ownsHandle: true)
    {
        this.model = model;
        this.abort = abort;
        Batch = new BatchMemory(batchSize);
        Call = new BatchMemory(batchSize);
        Logits = (float*)NativeMemory.Alloc(logits, sizeof(float));
        SetHandle(context);
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>The step being put together.</summary>
    public BatchMemory Batch { get; }

    /// <summary>The part of a step that goes into one call.</summary>
    public BatchMemory Call { get; }

    /// <summary>Rows kept over the calls of a step.</summary>
    public float* Logits { get; }

    /// <summary>Null when llama.cpp can't make such a context.</summary>
    public static ContextHandle? Create(ModelHandle model, ContextParameters parameters, nuint logits)
    {
        var held = false;
        model.DangerousAddRef(ref held);
        var abort = (int*)NativeMemory.AllocZeroed(sizeof(int));
        parameters.AbortCallback = &ShouldAbort;
        parameters.AbortData = abort;
        var context = LlamaApi.llama_init_from_model(model.DangerousGetHandle(), parameters);
        if (context == 0)
        {
            NativeMemory.Free(abort);
            model.DangerousRelease();
            return null;
        }

        return new ContextHandle(context, model, abort, (int)parameters.Batch, logits);
    }

    public void Abort(bool on)
    {
        var held = false;
        try
        {
            DangerousAddRef(ref held);
            Volatile.Write(ref *abort, on ? 1 : 0);
        }
        catch (ObjectDisposedException)
        {
            // there is nothing left to abort
        }
        finally
        {
            if (held)
            {
                DangerousRelease();
            }
        }
    }

    protected override bool ReleaseHandle()
    {
        LlamaApi.llama_free(handle);
        Batch.Free();
        Call.Free();
        NativeMemory.Free(Logits);
        NativeMemory.Free(abort);
        model.DangerousRelease();
        return true;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte ShouldAbort(void* flag) => (byte)Volatile.Read(ref *(int*)flag);
}
