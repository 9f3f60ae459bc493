using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.Experiments;

/// <summary>A claim and the rule of its verdict, as a preset fixes them before the run.</summary>
/// <param name="Id">For example probing.P10.</param>
/// <param name="Source">Where the claim stands.</param>
/// <param name="Statement">What is claimed.</param>
/// <param name="Rule">On which side of which threshold the claim puts the effect.</param>
public record ClaimOptions(string Id, string Source, string Statement, ClaimRule Rule);
