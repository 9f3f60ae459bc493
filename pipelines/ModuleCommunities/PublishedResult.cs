namespace MlNetLlm.Pipelines.ModuleCommunities;

/// <summary>One random draw of the published networks.</summary>
/// <param name="Nodes">The modules that have edges, by number.</param>
/// <param name="Communities">Their communities.</param>
/// <param name="Edges">Edges of the modules network, self-loops included.</param>
/// <param name="Q">Modularity of the modules' consensus, with self-loops as published.</param>
/// <param name="SkillQ">Modularity of the skills' consensus.</param>
/// <param name="SkillCommunities">Number of skill communities.</param>
/// <param name="SkillAgreement">Adjusted Rand index of the skill communities and the functions.</param>
/// <param name="OwnerAgreement">The same of module communities and owners; null where modules have none.</param>
/// <param name="Louvain">Mean adjusted Rand index between Louvain runs on this draw's modules.</param>
/// <param name="OneTerm">Participation by the published formula, of every node.</param>
/// <param name="Textbook">Participation by the textbook, of every node.</param>
/// <param name="Z">The published z-score, of every node.</param>
/// <param name="GramShares">Shares of the three highest eigenvalues of BᵀB.</param>
internal sealed record PublishedDraw(
    IReadOnlyList<int> Nodes, IReadOnlyList<int> Communities, int Edges, double Q, double SkillQ, int SkillCommunities,
    double SkillAgreement, double? OwnerAgreement, double Louvain, IReadOnlyList<double> OneTerm, IReadOnlyList<double> Textbook,
    IReadOnlyList<double> Z, IReadOnlyList<double> GramShares);

/// <summary>Draws of the published networks from one matrix of importances.</summary>
/// <param name="Draws">The draws with any edge.</param>
/// <param name="Stability">
/// Mean adjusted Rand index of the module communities of two draws, on the modules both have; null with fewer than two draws.
/// </param>
internal sealed record PublishedResult(IReadOnlyList<PublishedDraw> Draws, double? Stability)
{
    /// <summary>The mean over draws; NaN where there are none.</summary>
    public double Mean(Func<PublishedDraw, double> of) => Draws.Count == 0 ? double.NaN : Draws.Average(of);
}
