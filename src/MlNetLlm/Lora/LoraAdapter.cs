using System.Globalization;
using MlNetLlm.Adapters;
using MlNetLlm.LanguageModels;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Lora;

/// <summary>A trained low-rank update of some matrices of one base model.</summary>
public sealed class LoraAdapter : ModelAdapter
{
    private readonly Dictionary<string, (Tensor A, Tensor B)> _matrices;

    internal LoraAdapter(string baseFingerprint, int rank, double alpha, IEnumerable<(string Name, Tensor A, Tensor B)> matrices)
        : base(baseFingerprint)
    {
        Rank = rank;
        Alpha = alpha;
        _matrices = matrices.ToDictionary(m => m.Name, m => (m.A, m.B));
        Matrices = [.. _matrices.Keys];
    }

    /// <inheritdoc/>
    public override string Kind => "lora";

    /// <summary>r, the rank of the update.</summary>
    public int Rank { get; }

    /// <summary>α; the update is scaled by α / r.</summary>
    public double Alpha { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Matrices { get; }

    /// <inheritdoc/>
    public override long ParameterCount => _matrices.Values.Sum(m => m.A.numel() + m.B.numel());

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (var (a, b) in _matrices.Values)
        {
            a.Dispose();
            b.Dispose();
        }
    }

    /// <summary>The update of one matrix: A (r, in) and B (out, r), owned by the adapter.</summary>
    internal (Tensor A, Tensor B) Update(string matrix) => _matrices[matrix];

    private protected override Tensor AdaptedWeight(Projection projection)
    {
        using var scope = NewDisposeScope();
        var (a, b) = _matrices[projection.Name];
        var shape = projection.Weight.shape;
        if (b.shape[0] != shape[0] || a.shape[1] != shape[1] || a.shape[0] != Rank || b.shape[1] != Rank)
        {
            throw new InvalidDataException(
                $"LoRA adapter has A {a.shape[0]} x {a.shape[1]} and B {b.shape[0]} x {b.shape[1]} (rank {Rank}) for '{projection.Name}', "
                + $"the model's matrix is {shape[0]} x {shape[1]}. Load it with the model it was trained on.");
        }
        var on = projection.Weight.device;
        return LoraMath.Merge(projection.Weight, a.to(on), b.to(on), Alpha / Rank).MoveToOuterDisposeScope();
    }

    internal override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["rank"] = Rank.ToString(CultureInfo.InvariantCulture),
        ["alpha"] = Alpha.ToString("R", CultureInfo.InvariantCulture),
    };

    internal override IEnumerable<(string Name, Tensor Tensor)> Tensors =>
        _matrices.SelectMany(m => new[] { ($"{m.Key}.lora_a", m.Value.A), ($"{m.Key}.lora_b", m.Value.B) });

    /// <summary>Rebuilds an adapter from its file.</summary>
    /// <param name="baseFingerprint">The base model it belongs to.</param>
    /// <param name="settings">What <see cref="Settings"/> and <see cref="Tensors"/> wrote; the tensors are taken over.</param>
    internal static LoraAdapter Restore(string baseFingerprint, AdapterSettings settings)
    {
        var matrices = settings.NamesEndingIn(".lora_a").Select(matrix =>
            (matrix, settings.Tensor($"{matrix}.lora_a"), settings.Tensor($"{matrix}.lora_b")));
        return new LoraAdapter(baseFingerprint, (int)settings.Number("rank"), settings.Number("alpha"), matrices);
    }
}
