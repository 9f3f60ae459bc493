using MlNetLlm.LanguageModels;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Svf;

/// <summary>The decomposition of one matrix: W = U diag(σ) Vᵀ. Scales learned on it are only meaningful with it.</summary>
/// <remarks>
/// W is always (out, in), however a checkpoint stores it, and query, key and value are three matrices, also where a checkpoint fuses them:
/// the decomposition of the fused matrix is another one, and experts could not be carried between families that store them differently.
/// </remarks>
/// <param name="U">U (out, r), float32.</param>
/// <param name="Sigma">σ (r), descending, float32.</param>
/// <param name="Vt">Vᵀ (r, in), float32.</param>
public sealed record SvfFactors(Tensor U, Tensor Sigma, Tensor Vt) : IDisposable
{
    /// <summary>r, the number of singular components.</summary>
    public long Rank => Sigma.shape[0];

    /// <summary>The factors under the names they have in files.</summary>
    internal IEnumerable<(string Name, Tensor Tensor)> Named(string projection) =>
        [($"{projection}.u", U), ($"{projection}.sigma", Sigma), ($"{projection}.vt", Vt)];

    /// <summary>The factors on a device: these where they are there already, else copies.</summary>
    internal SvfFactors To(Device device) => new DeviceIdentity(U.device) == new DeviceIdentity(device)
        ? this
        : new(U.to(device).DetachFromDisposeScope(), Sigma.to(device).DetachFromDisposeScope(), Vt.to(device).DetachFromDisposeScope());

    /// <summary>Whether both are the same decomposition, number by number.</summary>
    internal bool IsSame(SvfFactors other) => Sigma.Equals(other.Sigma) && U.Equals(other.U) && Vt.Equals(other.Vt);

    /// <summary>Tensors of their own over the same storage.</summary>
    internal SvfFactors Share() => new(
        U.detach().DetachFromDisposeScope(), Sigma.detach().DetachFromDisposeScope(), Vt.detach().DetachFromDisposeScope());

    /// <summary>Frees the three tensors.</summary>
    public void Dispose()
    {
        U.Dispose();
        Sigma.Dispose();
        Vt.Dispose();
    }
}
