using Half16 = System.Half;
using System.Runtime.InteropServices;

namespace Platform.Video.Tests.Exports;

/// <summary>Changes an ONNX file (a ModelProto) the way other exporters would have written it.</summary>
internal sealed class OnnxGraph
{
    // numbers of fields in onnx.proto
    private const int ModelGraph = 7, Nodes = 1, Initializers = 5, Inputs = 11, Outputs = 12;
    private const int NodeInputs = 1, NodeOutputs = 2, NodeType = 4, NodeAttributes = 5, AttributeName = 1, AttributeInteger = 3, AttributeGraph = 6, AttributeType = 20;
    private const int ValueName = 1, ValueType = 2, TensorType = 1, ElementType = 1, TensorShape = 2;
    private const int TensorDataType = 2, TensorFloats = 4, TensorName = 8, TensorRaw = 9, TensorExternal = 13, TensorLocation = 14;
    private const ulong Float = 1, Half = 10;

    public const ulong Double = 11, Int32 = 6;

    private readonly string _file;
    private readonly ProtoMessage _model, _graph;

    private OnnxGraph(string file)
    {
        _file = file;
        _model = ProtoMessage.Parse(File.ReadAllBytes(file));
        _graph = _model.All(ModelGraph).Single();
    }

    public static void Edit(string file, Action<OnnxGraph> change)
    {
        var graph = new OnnxGraph(file);
        change(graph);
        File.WriteAllBytes(file, graph._model.Without(ModelGraph).Put(ModelGraph, graph._graph).ToBytes());
    }

    public List<string> InputNames => [.. _graph.All(Inputs).Select(input => input.Text(ValueName))];

    public void RenameInputs(Func<string, string> rename)
    {
        var names = InputNames.ToDictionary(name => name, rename);
        _graph.Change(Inputs, input => input.ChangeText(ValueName, name => names[name]));
        RenameUses(_graph, name => names.GetValueOrDefault(name, name));
    }

    public void ReverseInputs() => _graph.Reverse(Inputs);

    public void AddInput(string name, ulong type, params ulong[] shape)
    {
        var dimensions = new ProtoMessage();
        foreach (var length in shape) dimensions.Put(1, new ProtoMessage().Put(1, length));
        _graph.Put(Inputs, new ProtoMessage().Put(ValueName, name).Put(ValueType, new ProtoMessage().Put(TensorType, new ProtoMessage().Put(ElementType, type).Put(TensorShape, dimensions))));
    }

    /// <summary>An input of another type, made float32 inside.</summary>
    public void RetypeInput(string name, ulong type)
    {
        _graph.Change(Inputs, input =>
        {
            if (input.Text(ValueName) == name) Retype(input, type);
        });
        RenameUses(_graph, used => used == name ? $"{name} inside" : used);
        _graph.PutFirst(Nodes, [Cast(name, $"{name} inside", Float)]);
    }

    /// <summary>Numbers go in and out as float16, and weights are kept as such; what is computed in between stays float32.</summary>
    public void ToHalf()
    {
        foreach (var input in _graph.All(Inputs).Where(IsFloat).Select(input => input.Text(ValueName)).ToList()) RetypeInput(input, Half);
        var casts = new List<ProtoMessage>();
        _graph.Change(Initializers, weights =>
        {
            if (weights.Value(TensorDataType) != Float) return;
            var floats = weights.Content(TensorRaw) is { } raw ? MemoryMarshal.Cast<byte, float>(raw).ToArray() : MemoryMarshal.Cast<byte, float>(weights.Content(TensorFloats)!).ToArray();
            var name = weights.Text(TensorName);
            weights.Without(TensorDataType, TensorFloats, TensorRaw, TensorName);
            weights.Put(TensorDataType, Half).Put(TensorName, $"{name} half").Put(TensorRaw, MemoryMarshal.AsBytes(Array.ConvertAll(floats, number => (Half16)number).AsSpan()).ToArray());
            casts.Add(Cast($"{name} half", name, Float));
        });
        _graph.PutFirst(Nodes, casts);
        foreach (var output in _graph.All(Outputs).Where(IsFloat).Select(output => output.Text(ValueName)).ToList())
        {
            RenameUses(_graph, used => used == output ? $"{output} inside" : used);
            _graph.Change(Nodes, node => node.ChangeText(NodeOutputs, made => made == output ? $"{output} inside" : made));
            _graph.Put(Nodes, Cast($"{output} inside", output, Half));
        }

        _graph.Change(Outputs, output => Retype(output, Half));
    }

    /// <summary>Moves the weights into a file beside.</summary>
    public void ToExternalData(string name)
    {
        using var data = File.Create(Path.Combine(Path.GetDirectoryName(_file)!, name));
        _graph.Change(Initializers, weights =>
        {
            if (weights.Content(TensorRaw) is not { Length: >= 64 } raw) return;
            weights.Without(TensorRaw);
            foreach (var (key, value) in ((string, string)[])[("location", name), ("offset", $"{data.Position}"), ("length", $"{raw.Length}")]) weights.Put(TensorExternal, new ProtoMessage().Put(1, key).Put(2, value));
            weights.Put(TensorLocation, 1);
            data.Write(raw);
        });
    }

    private static void RenameUses(ProtoMessage graph, Func<string, string> rename) => graph.Change(Nodes, node =>
    {
        node.ChangeText(NodeInputs, rename);
        node.Change(NodeAttributes, attribute => attribute.Change(AttributeGraph, inner => RenameUses(inner, rename)));
    });

    private static bool IsFloat(ProtoMessage value) => value.All(ValueType).Single().All(TensorType).Single().Value(ElementType) == Float;

    private static void Retype(ProtoMessage value, ulong type) => value.Change(ValueType, of => of.Change(TensorType, tensor => tensor.Without(ElementType).Put(ElementType, type)));

    private static ProtoMessage Cast(string from, string to, ulong type) => new ProtoMessage().Put(NodeInputs, from).Put(NodeOutputs, to).Put(NodeType, "Cast")
        .Put(NodeAttributes, new ProtoMessage().Put(AttributeName, "to").Put(AttributeInteger, type).Put(AttributeType, 2));
}
