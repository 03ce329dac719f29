using Microsoft.ML.OnnxRuntime;
using Platform.Inference.Onnx;

namespace Platform.Video.Wan;

/// <summary>
/// A causal video network as two graphs: <c>init</c> takes the first frame and gives caches, <c>step</c> takes the next and the caches. The caches stay native tensors,
/// so memory does not grow with the clip.
/// </summary>
internal sealed class StreamingGraph(string init, string step, OnnxOptions options) : IDisposable
{
    private readonly OnnxModel _init = new(init, options);
    private readonly OnnxModel _step = new(step, options);

    public IEnumerable<OnnxModel> Models => [_init, _step];

    /// <summary>Feeds frames in order; each output lives until the next is asked for.</summary>
    public IEnumerable<OrtValue> Run(IEnumerable<Func<string, OnnxModel, OrtValue>> inputs, CancellationToken cancellation)
    {
        IReadOnlyList<OrtValue> caches = [];
        IDisposableReadOnlyCollection<OrtValue>? outputs = null;
        var model = _init;
        try
        {
            foreach (var create in inputs)
            {
                using var input = create(model.Inputs[0], model);
                var next = model.Run(model.Inputs, [input, .. caches], model.Outputs, cancellation);
                outputs?.Dispose();
                outputs = next;
                caches = [.. next.Skip(1).Take(_step.Inputs.Count - 1)];
                model = _step;
                yield return next[0];
            }
        }
        finally
        {
            outputs?.Dispose();
        }
    }

    public void Dispose()
    {
        _init.Dispose();
        _step.Dispose();
    }
}
