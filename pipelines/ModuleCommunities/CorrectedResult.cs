using MlNetLlm.Communities;

namespace MlNetLlm.Pipelines.ModuleCommunities;

/// <summary>What the corrected variant finds in one matrix of importances.</summary>
/// <param name="Functions">T1: F of the data sets' residual rows by function.</param>
/// <param name="Surfaces">The same by surface, a rival factor, labels permuted inside skills; null where there is but one.</param>
/// <param name="Modules">T2: module communities against preferred functions.</param>
/// <param name="Skills">T3: skill communities against functions.</param>
/// <param name="Holm">Corrected p-values of T1, T2 and T3.</param>
/// <param name="Communities">The community of every module.</param>
/// <param name="Louvain">Mean adjusted Rand index between Louvain runs on the modules.</param>
/// <param name="Q">
/// Modularity of a consensus of ten Louvain runs, against the same in networks of importances permuted module by module.
/// </param>
/// <param name="Participation">Mean textbook participation coefficient in that consensus, against the same.</param>
/// <param name="HighestParticipation">The highest one among the communities, which cannot pass 1 − 1/communities.</param>
/// <param name="Gap">Widest gap of the normalised Laplacian's spectrum without its lowest eigenvalue, against the same.</param>
/// <param name="LeadingEigenvalue">Highest eigenvalue of the modularity matrix, against the same.</param>
/// <param name="GramShares">Shares of the three highest eigenvalues of BᵀB.</param>
/// <param name="SmallWorld">σ of the modules network; NaN written as null.</param>
/// <param name="Reliability">Median correlation of the residual rows of two halves; null where halves were not measured.</param>
/// <param name="Halves">The module communities of the two halves; null as above.</param>
/// <param name="HalvesAgree">Their adjusted Rand index; null as above.</param>
internal sealed record CorrectedResult(
    PermutationTest Functions, PermutationTest? Surfaces, PermutationTest Modules, PermutationTest Skills, IReadOnlyList<double> Holm,
    IReadOnlyList<int> Communities, double Louvain, PermutationTest Q, PermutationTest Participation, double HighestParticipation,
    PermutationTest Gap, PermutationTest LeadingEigenvalue, IReadOnlyList<double> GramShares, double? SmallWorld,
    double? Reliability, IReadOnlyList<int[]>? Halves, double? HalvesAgree)
{
    /// <summary>The communities as a partition.</summary>
    public Partition Partition() => new([.. Communities]);
}
