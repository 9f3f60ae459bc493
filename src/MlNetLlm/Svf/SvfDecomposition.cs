using System.Runtime.CompilerServices;
using MlNetLlm.Checkpoints;
using MlNetLlm.LanguageModels;
using MlNetLlm.Persistence;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Svf;

/// <summary>
/// The singular value decompositions of a base model's matrices: each computed once, kept with the model on the CPU, optionally on disk.
/// </summary>
internal static class SvfDecomposition
{
    private static readonly ConditionalWeakTable<LanguageModel, Dictionary<string, SvfFactors>> _known = [];

    /// <summary>The factors of the given matrices of <paramref name="model"/>, owned by the cache.</summary>
    /// <param name="model">The base model.</param>
    /// <param name="targets">Projections of the model, or of one that shares its weights.</param>
    /// <param name="folder">Where to keep them on disk, in a file named by the model's fingerprint; null keeps them in memory.</param>
    /// <param name="cancellation">Stops between two matrices; the model remembers those that are done.</param>
    public static IReadOnlyDictionary<string, SvfFactors> Of(
        LanguageModel model, IReadOnlyList<Projection> targets, string? folder, CancellationToken cancellation)
    {
        var known = _known.GetOrCreateValue(model);
        lock (known)
        {
            var path = folder is null ? null : Path.Combine(folder, $"svd-{model.Fingerprint}.safetensors");
            if (path is not null && File.Exists(path)) Read(path, known);
            var missing = targets.Where(t => !known.ContainsKey(t.Name)).ToList();
            foreach (var target in missing)
            {
                cancellation.ThrowIfCancellationRequested();
                known[target.Name] = Factor(target);
            }
            if (path is not null && missing.Count > 0)
                Safetensors.Write(FileSystems.Default, path, known.OrderBy(k => k.Key, StringComparer.Ordinal)
                    .SelectMany(k => k.Value.Named(k.Key)));
            return targets.ToDictionary(t => t.Name, t => known[t.Name]);
        }
    }

    private static SvfFactors Factor(Projection target)
    {
        using var scope = NewDisposeScope();
        var (u, sigma, vt) = SvfMath.Factor(target.Weight);
        return new SvfFactors(
            u.cpu().DetachFromDisposeScope(), sigma.cpu().DetachFromDisposeScope(), vt.cpu().DetachFromDisposeScope());
    }

    private static void Read(string path, Dictionary<string, SvfFactors> known)
    {
        const string Suffix = ".sigma";
        using var file = Safetensors.Open(path);
        foreach (var entry in file.Header.Tensors.Where(t => t.Name.EndsWith(Suffix, StringComparison.Ordinal)))
        {
            var name = entry.Name[..^Suffix.Length];
            if (!known.ContainsKey(name)) known[name] = new SvfFactors(Take($"{name}.u"), Take($"{name}.sigma"), Take($"{name}.vt"));
        }

        Tensor Take(string name) => file.Read(name).DetachFromDisposeScope();
    }
}
