using MlNetLlm.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Svf;

/// <summary>The tensors of a library's two files, checked; a decomposition that several experts use is read once.</summary>
internal sealed class LibraryTensors(SafetensorsFile vectors, SafetensorsFile factors, string path) : IDisposable
{
    private readonly Dictionary<string, SvfFactors> _factors = [];

    /// <summary>Names of the matrices that expert number <paramref name="expert"/> has vectors of.</summary>
    public IReadOnlyList<string> MatricesOf(int expert)
    {
        var prefix = $"{expert}.";
        return [.. vectors.Header.Tensors.Select(t => t.Name).Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
            .Select(name => name[prefix.Length..])];
    }

    /// <summary>A trained vector (r), owned by the caller.</summary>
    public Tensor Vector(int expert, string matrix) => Take(vectors, $"{expert}.{matrix}", 1);

    /// <summary>A matrix' factors of decomposition number <paramref name="set"/>, owned by this.</summary>
    public SvfFactors Factors(int set, string matrix)
    {
        var name = $"{set}.{matrix}";
        if (_factors.TryGetValue(name, out var known)) return known;
        var read = new SvfFactors(Take(factors, $"{name}.u", 2), Take(factors, $"{name}.sigma", 1), Take(factors, $"{name}.vt", 2));
        if (read.U.shape[1] != read.Rank || read.Vt.shape[0] != read.Rank)
            throw new InvalidDataException($"'{path}': the factors of '{matrix}' have ranks {read.U.shape[1]}, {read.Rank} and "
                + $"{read.Vt.shape[0]}; expected equal ones.");
        return _factors[name] = read;
    }

    public void Dispose()
    {
        foreach (var read in _factors.Values) read.Dispose();
    }

    private Tensor Take(SafetensorsFile file, string name, int dimensions)
    {
        if (!file.Header.Tensors.Any(t => t.Name == name))
            throw new InvalidDataException($"'{path}': there is no tensor '{name}'; the library is incomplete.");
        var tensor = file.Read(name);
        return tensor.dtype == ScalarType.Float32 && tensor.shape.Length == dimensions
            ? tensor.DetachFromDisposeScope()
            : throw new InvalidDataException(
                $"'{path}': tensor '{name}' is {tensor.dtype} of {tensor.shape.Length} dimensions; expected Float32 of {dimensions}.");
    }
}
