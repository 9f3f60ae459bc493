namespace MlNetLlm.Modules;

/// <summary>A part of a model: a node of the network of modules.</summary>
/// <param name="Name">Such as layers.3.attention.query, layers.3.attention.head.2 or layers.3.mlp.channels.0.</param>
/// <param name="Layer">Number of its layer, from 0.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Index">Its number among the modules of its kind in its layer, from 0.</param>
/// <param name="Slices">The weights it consists of; biases are not counted.</param>
public sealed record ModelModule(string Name, int Layer, ModuleKind Kind, int Index, IReadOnlyList<WeightSlice> Slices)
{
    /// <summary>Number of weights.</summary>
    public long Parameters => Slices.Sum(slice => slice.Parameters);
}
