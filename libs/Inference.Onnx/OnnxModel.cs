using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Platform.Inference.Onnx;

/// <summary>One ONNX graph, opened once and run by many threads. Tensors go in and out as <see cref="OrtValue"/>s; cancelling ends a run in its middle.</summary>
public sealed class OnnxModel : IDisposable
{
    private readonly InferenceSession _session;
    private long _runTicks;

    /// <param name="path">The file; weights beside it are found by their relative names.</param>
    public OnnxModel(string path, OnnxOptions options)
    {
        using var session = options.ToSessionOptions();
        try
        {
            _session = new(path, session);
        }
        catch (OnnxRuntimeException e)
        {
            throw new InvalidDataException($"ONNX Runtime can't open '{path}': {e.Message}", e);
        }
        Path = path;
    }

    public string Path { get; }

    public IReadOnlyList<string> Inputs => _session.InputNames;
    public IReadOnlyList<string> Outputs => _session.OutputNames;

    /// <summary>Time spent inside runs, over all threads.</summary>
    public TimeSpan RunTime => System.Diagnostics.Stopwatch.GetElapsedTime(0, Interlocked.Read(ref _runTicks));

    public TensorElementType ElementType(string input) => _session.InputMetadata[input].ElementDataType;

    public TensorElementType OutputType(string output) => _session.OutputMetadata[output].ElementDataType;

    /// <summary>Dimensions of an input; −1 where they are free.</summary>
    public ReadOnlySpan<int> Dimensions(string input) => _session.InputMetadata[input].Dimensions;

    /// <summary>Dimensions of an output; −1 where they are free.</summary>
    public ReadOnlySpan<int> OutputDimensions(string output) => _session.OutputMetadata[output].Dimensions;

    /// <summary>Runs the graph; the caller disposes the outputs, which come in the order of <paramref name="outputs"/>.</summary>
    public IDisposableReadOnlyCollection<OrtValue> Run(IReadOnlyList<string> names, IReadOnlyList<OrtValue> values, IReadOnlyList<string> outputs, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var run = new RunOptions();
        using var registration = cancellation.Register(static run => ((RunOptions)run!).Terminate = true, run);
        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        try
        {
            return _session.Run(run, names, values, outputs);
        }
        catch (OnnxRuntimeException) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation);
        }
        finally
        {
            Interlocked.Add(ref _runTicks, System.Diagnostics.Stopwatch.GetTimestamp() - began);
        }
    }

    public void Dispose() => _session.Dispose();
}

/// <param name="Threads">Threads inside an operator; 0: as many as there are cores.</param>
/// <param name="Cuda">Run on this CUDA device; null: on the CPU.</param>
public sealed record OnnxOptions(int Threads = 0, int? Cuda = null)
{
    internal SessionOptions ToSessionOptions()
    {
        var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");   // a spinning pool starves its neighbours on shared cores
        if (Threads > 0) options.IntraOpNumThreads = Threads;
        if (Cuda is { } device)
        {
            options.EnableMemoryPattern = false;
            using var cuda = new OrtCUDAProviderOptions();
            cuda.UpdateOptions(new Dictionary<string, string>
            {
                ["device_id"] = device.ToString(System.Globalization.CultureInfo.InvariantCulture),
                ["arena_extend_strategy"] = "kSameAsRequested",
                ["cudnn_conv_algo_search"] = "HEURISTIC",
            });
            options.AppendExecutionProvider_CUDA(cuda);
        }
        return options;
    }
}
