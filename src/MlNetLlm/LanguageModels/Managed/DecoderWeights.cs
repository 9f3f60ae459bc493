using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MlNetLlm.LanguageModels.Managed;

/// <summary>A model's weights where they lie in memory: nothing is copied, and a change by training is seen at once.</summary>
internal sealed unsafe class DecoderWeights
{
    private readonly Dictionary<string, Parameter> _parameters;
    private readonly double _epsilon;

    internal DecoderWeights(TransformerModel model)
    {
        _parameters = model.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        _epsilon = model.Config.NormEpsilon;
        Layers = [.. Enumerable.Range(0, model.Config.Layers).Select(Layer)];
        Embedding = Data("embeddings.token.weight");
        Positions = Find("embeddings.position.weight");
        Features = Find("embeddings.feature.weight");
        FinalNorm = NormOf("final_norm");
        Head = MatrixOf(_parameters.ContainsKey("head.weight") ? "head.weight" : "embeddings.token.weight", "head.bias");
    }

    /// <summary>One block. Gate and MlpNorm are empty where the model has none.</summary>
    internal readonly record struct Block(
        NormWeights AttentionNorm, Matrix Query, Matrix Key, Matrix Value, Matrix Output,
        NormWeights MlpNorm, Matrix Gate, Matrix Up, Matrix Down);

    internal Block[] Layers { get; }

    internal float* Embedding { get; }

    internal float* Positions { get; }

    internal float* Features { get; }

    internal NormWeights FinalNorm { get; }

    internal Matrix Head { get; }

    private Block Layer(int layer)
    {
        var (path, attention, mlp) = ($"layers.{layer}", $"layers.{layer}.attention", $"layers.{layer}.mlp");
        return new Block(
            NormOf($"{path}.attention_norm"), Projection($"{attention}.query"), Projection($"{attention}.key"),
            Projection($"{attention}.value"), Projection($"{attention}.output"), NormOf($"{path}.mlp_norm"),
            Projection($"{mlp}.gate"), Projection($"{mlp}.up"), Projection($"{mlp}.down"));
    }

    private Matrix Projection(string name) => MatrixOf($"{name}.weight", $"{name}.bias");

    private Matrix MatrixOf(string weight, string bias)
    {
        if (!_parameters.TryGetValue(weight, out var matrix))
            return default;
        var (outputs, inputs) = ((int)matrix.size(0), (int)matrix.size(1));
        return new Matrix(Data(weight), Find(bias), outputs, inputs, inputs);
    }

    private NormWeights NormOf(string name) => _parameters.TryGetValue($"{name}.weight", out var gain)
        ? new NormWeights(Data($"{name}.weight"), Find($"{name}.bias"), (int)gain.size(0), _epsilon)
        : default;

    private float* Find(string name) => _parameters.ContainsKey(name) ? Data(name) : null;

    private float* Data(string name) => (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(_parameters[name].bytes));

    /// <summary>Whether a weight can be read in place.</summary>
    internal static bool IsReadable(Tensor weight) =>
        weight.device_type == DeviceType.CPU && weight.dtype == ScalarType.Float32 && weight.is_contiguous()
        && weight.numel() <= int.MaxValue / sizeof(float);
}
