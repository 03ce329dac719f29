using System.Text.Json;
using Microsoft.ML.OnnxRuntime.Tensors;
using Platform.Inference.Onnx;

namespace Platform.Video.Wan;

/// <summary>
/// Which of a graph's inputs is which. Exports name them as they like: they are told apart by rank and type, and where that does not suffice by <c>onnx_inputs</c>
/// (role → name) in the <c>config.json</c> beside the graph. What does not fit is said when the model is opened, not when the first clip is made.
/// </summary>
internal sealed class GraphSignature
{
    private static readonly TensorElementType[] Numbers = [TensorElementType.Float, TensorElementType.Float16];

    private readonly OnnxModel _model;
    private readonly JsonElement _names;
    private readonly List<string> _free;

    public GraphSignature(OnnxModel model)
    {
        _model = model;
        _free = [.. model.Inputs];
        var config = Path.Combine(Path.GetDirectoryName(model.Path)!, "config.json"); // a graph lies in its component's folder
        if (File.Exists(config) && ConfigValues.Read(config) is { ValueKind: JsonValueKind.Object } values && values.TryGetProperty("onnx_inputs", out var names)) _names = names;
    }

    /// <summary>Float32 or float16 numbers, or also int64 where a whole number can be meant.</summary>
    public string Floats(string role, int[] ranks, bool whole = false) => Take(role, ranks, whole ? [.. Numbers, TensorElementType.Int64] : Numbers);

    /// <summary>Ids and masks.</summary>
    public string Integers(string role) => Take(role, [2], [TensorElementType.Int64]);

    /// <summary>Whether an input is left that nobody has taken.</summary>
    public bool HasMore => _free.Count > 0;

    /// <summary>Nothing may be left that nobody feeds.</summary>
    public void End()
    {
        if (HasMore) throw new InvalidDataException($"'{_model.Path}' also takes {List(_free)}, which this pipeline has nothing for.");
    }

    /// <summary>The first output must be numbers of this rank, and as many at <paramref name="axis"/> as are expected where the graph says.</summary>
    public void Output(string role, int rank, int axis, int expected)
    {
        var name = _model.Outputs[0];
        var shape = _model.OutputDimensions(name);
        if (!Numbers.Contains(_model.OutputType(name)) || shape.Length != rank || (shape[axis] > 0 && shape[axis] != expected))
            throw new InvalidDataException($"'{_model.Path}' gives {Describe(name, _model.OutputType(name), shape)} where {role} is expected: {Types(Numbers)} of rank {rank}, {expected} at axis {axis}.");
    }

    /// <summary>A taken input's axis must be free or of the expected length.</summary>
    public void Axis(string input, int axis, int expected, string meaning)
    {
        if (_model.Dimensions(input)[axis] is > 0 and var found && found != expected)
            throw new InvalidDataException($"'{_model.Path}' takes {Describe(input)}: axis {axis} is {found}, and the configuration says {meaning} = {expected}.");
    }

    private string Take(string role, int[] ranks, TensorElementType[] types)
    {
        var name = Named(role) ?? Only(role, ranks, types);
        if (!Fits(name, ranks, types)) throw new InvalidDataException($"'{_model.Path}' takes {Describe(name)} as {role}; expected is {Wanted(ranks, types)}.");
        _free.Remove(name);
        return name;
    }

    private string? Named(string role)
    {
        if (_names.ValueKind != JsonValueKind.Object || !_names.TryGetProperty(role, out var value)) return null;
        var name = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText(); // a JSON string is never null
        return _free.Contains(name) ? name : throw new InvalidDataException($"config.json names '{name}' as the input {role} of '{_model.Path}', which takes {List(_model.Inputs)}.");
    }

    private string Only(string role, int[] ranks, TensorElementType[] types)
    {
        var fitting = _free.Where(input => Fits(input, ranks, types)).ToList();
        if (fitting.Count > 1 && fitting.Where(input => input.Contains(role, StringComparison.OrdinalIgnoreCase)).ToList() is [_] named) fitting = named;
        return fitting is [var only] ? only : throw new InvalidDataException(
            $"'{_model.Path}' takes {List(_free)}: {(fitting.Count == 0 ? "none" : "not just one")} of them is {role}, {Wanted(ranks, types)}. Name it in config.json: \"onnx_inputs\": {{\"{role}\": \"…\"}}.");
    }

    private bool Fits(string input, int[] ranks, TensorElementType[] types) => ranks.Contains(_model.Dimensions(input).Length) && types.Contains(_model.ElementType(input));

    private string List(IEnumerable<string> inputs) => string.Join(", ", inputs.Select(Describe));

    private string Describe(string input) => Describe(input, _model.ElementType(input), _model.Dimensions(input));

    private static string Describe(string name, TensorElementType type, ReadOnlySpan<int> shape) => $"'{name}' ({type.ToString().ToLowerInvariant()} [{string.Join(", ", shape.ToArray().Select(n => n > 0 ? $"{n}" : "?"))}])";

    private static string Wanted(int[] ranks, TensorElementType[] types) => $"{Types(types)} of rank {string.Join(" or ", ranks)}";

    private static string Types(TensorElementType[] types) => string.Join("/", types.Select(type => type.ToString().ToLowerInvariant()));
}
