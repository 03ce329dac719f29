using System.Runtime.InteropServices;

namespace Platform.Inference.LlamaCpp.Native;

/// <summary>A <c>llama_model</c>; freed when it is disposed of and no context or running call holds it any more.</summary>
internal sealed class ModelHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        LlamaApi.llama_model_free(handle);
        return true;
    }
}
