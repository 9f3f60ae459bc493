using MlNetLlm.LanguageModels;
using MlNetLlm.Modules;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MlNetLlm.CommunityTuning;

/// <summary>
/// Rows and columns of matrices that train while the rest of the matrix is frozen: they stand in parameters of their own, so that neither
/// the optimiser nor the gradient's norm sees the rest.
/// </summary>
internal sealed class TrainedUnits : IDisposable
{
    private readonly List<(Projection Projection, UnitProjection Adapter)> _adapted = [];

    /// <param name="module">The module that trains; adapters are put on its matrices.</param>
    /// <param name="slices">What trains; slices of one matrix run along one dimension and do not overlap.</param>
    public TrainedUnits(TransformerModel module, IReadOnlyList<WeightSlice> slices)
    {
        foreach (var matrix in slices.GroupBy(slice => slice.Matrix))
        {
            var projection = module.Projections.Single(p => p.Name == matrix.Key);
            long[] index = [.. matrix.SelectMany(slice => Enumerable.Range(slice.Start, slice.Length).Select(i => (long)i)).Order()];
            var adapter = new UnitProjection(projection, matrix.First().Dimension, index);
            projection.Adapter = adapter;
            _adapted.Add((projection, adapter));
        }
    }

    /// <summary>The rows and columns, one parameter a matrix.</summary>
    public IEnumerable<(string Name, Parameter Parameter)> Parameters =>
        _adapted.SelectMany(item => item.Adapter.Parameters.Select(p => ($"{item.Projection.Name}.{p.Name}", p.Parameter)));

    /// <summary>Writes what was learned into the matrices and takes the adapters off.</summary>
    public void Merge()
    {
        using var quiet = no_grad();
        foreach (var (projection, adapter) in _adapted)
        {
            using var merged = adapter.Merge(projection);
            projection.Weight.copy_(merged);
            projection.Adapter = null;
        }
    }

    public void Dispose()
    {
        foreach (var (_, adapter) in _adapted) adapter.Dispose();
    }

    private sealed class UnitProjection : IProjectionAdapter
    {
        private readonly int _dimension;
        private readonly Tensor _index;
        private readonly Parameter _units;

        public UnitProjection(Projection projection, int dimension, long[] index)
        {
            using var scope = NewDisposeScope();
            using var quiet = no_grad();
            _dimension = dimension;
            _index = tensor(index, device: projection.Weight.device).DetachFromDisposeScope();
            _units = new Parameter(projection.Weight.detach().index_select(dimension, _index));
            _units.DetachFromDisposeScope();
        }

        public IEnumerable<(string Name, Parameter Parameter)> Parameters => [("units", _units)];

        public Tensor Apply(Projection projection, Tensor input)
        {
            using var scope = NewDisposeScope();
            var weight = projection.Weight.index_copy(_dimension, _index, _units);                     // (out, in)
            return nn.functional.linear(input, weight, projection.Bias).MoveToOuterDisposeScope();     // (…, out)
        }

        public Tensor Merge(Projection projection)
        {
            using var scope = NewDisposeScope();
            using var quiet = no_grad();
            return projection.Weight.detach().index_copy(_dimension, _index, _units.detach()).MoveToOuterDisposeScope();
        }

        public void Dispose()
        {
            _index.Dispose();
            _units.Dispose();
        }
    }
}
