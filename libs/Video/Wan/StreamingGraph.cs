using Microsoft.ML.OnnxRuntime;
using Platform.Inference.Onnx;

namespace Platform.Video.Wan;

/// <summary>
/// A causal video network as two graphs: <c>init</c> takes the first frame and gives caches, <c>step</c> takes the next and the caches. The caches stay native tensors,
/// so memory does not grow with the clip.
/// </summary>
internal sealed class StreamingGraph : IDisposable
{
    private readonly OnnxModel _init, _step;
    private readonly string[] _stepInputs;

    /// <param name="channels">Of a frame that goes in.</param>
    /// <param name="made">Channels of a frame that comes out.</param>
    public StreamingGraph(string init, string step, int channels, int made, OnnxOptions options)
    {
        (_init, _step) = (new(init, options), new(step, options));
        var first = new GraphSignature(_init);
        var frame = first.Floats("frame", [5]);
        first.End();
        first.Axis(frame, 1, channels, "channels");
        first.Output("frames", 5, 1, made);
        new GraphSignature(_step).Output("frames", 5, 1, made);
        // the frame has one name in both graphs, or stands before the caches
        var next = _step.Inputs.Contains(frame) ? frame : _step.Inputs[0];
        string[] caches = [.. _step.Inputs.Where(input => input != next)];
        _stepInputs = [next, .. caches];
        foreach (var (graph, outputs) in ((string, IReadOnlyList<string>)[])[(init, _init.Outputs), (step, _step.Outputs)])
        {
            if (outputs.Count != caches.Length + 1) throw new InvalidDataException($"'{graph}' gives {outputs.Count - 1} caches, and '{step}' takes {caches.Length}: they are not of one network.");
        }

        for (var i = 0; i < caches.Length; i++)
        {
            var (given, taken) = (_init.OutputType(_init.Outputs[i + 1]), _step.ElementType(caches[i]));
            if (given != taken) throw new InvalidDataException($"'{init}' gives '{_init.Outputs[i + 1]}' as {given}, and '{step}' takes it as '{caches[i]}' of {taken}.");
        }
    }

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
                var names = model == _init ? _init.Inputs : _stepInputs;
                using var input = create(names[0], model);
                var next = model.Run(names, [input, .. caches], model.Outputs, cancellation);
                outputs?.Dispose();
                outputs = next;
                caches = [.. next.Skip(1)];
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
