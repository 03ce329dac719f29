namespace Platform.Inference.LlamaCpp;

/// <summary>How a model is put into memory.</summary>
/// <param name="GpuLayers">Layers that go to GPUs; −1: all.</param>
/// <param name="TensorSplit">Shares of the GPUs, in their order; empty: as llama.cpp divides it.</param>
/// <param name="Adapter">LoRA adapter file that is applied to every context; null: none.</param>
/// <param name="VocabularyOnly">Tokenizer, template and metadata, no weights: no context can be made.</param>
public sealed record LoadOptions(int GpuLayers = -1, IReadOnlyList<double>? TensorSplit = null, AdapterFile? Adapter = null, bool VocabularyOnly = false);

public sealed record AdapterFile(string Path, double Scale = 1);
