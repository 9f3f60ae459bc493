using MlNetLlm.Svf;

namespace MlNetLlm.SelfAdaptation;

/// <summary>What a search over mixes found.</summary>
/// <param name="Mix">The best mix.</param>
/// <param name="Score">Its score on the shots; on other rows expect less.</param>
/// <param name="Generations">How the search went.</param>
/// <param name="Evaluations">Mixes that were scored.</param>
/// <param name="Seconds">How long it took.</param>
public sealed record MixSearchResult(
    SvfMix Mix, MixScore Score, IReadOnlyList<MixGeneration> Generations, int Evaluations, double Seconds);

/// <summary>One generation of a search.</summary>
/// <param name="Generation">Its number, from 1.</param>
/// <param name="Best">The best score so far.</param>
/// <param name="MeanAccuracy">The candidates' mean accuracy.</param>
/// <param name="MeanDeviation">The mean standard deviation that the next generation is drawn with.</param>
public sealed record MixGeneration(int Generation, MixScore Best, double MeanAccuracy, double MeanDeviation);
