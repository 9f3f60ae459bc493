using MlNetLlm.Mapping;
using MlNetLlm.Svf;

namespace MlNetLlm.SelfAdaptation;

/// <summary>Searches the mix of experts that does best on a few examples (Transformer², section 3.2, few-shot adaptation).</summary>
public static class MixSearch
{
    /// <summary>Searches by the cross-entropy method, from equal parts of all experts.</summary>
    /// <param name="mixer">Puts candidates in place; afterwards the best mix is in place.</param>
    /// <param name="experts">Names of the experts to mix.</param>
    /// <param name="perMatrix">A coefficient for each expert and matrix, or one for each expert.</param>
    /// <param name="objective">Scores the candidates.</param>
    /// <param name="options">How to search.</param>
    /// <param name="cancellationToken">Stops between two candidates, or within a candidate that this library scores.</param>
    /// <param name="progress">Told after every generation.</param>
    /// <param name="clock">Measures; null = the system's.</param>
    /// <exception cref="ArgumentException">Options are out of range, or an expert is not in the library.</exception>
    public static MixSearchResult Run(
        SvfMixer mixer, IReadOnlyList<string> experts, bool perMatrix, IMixObjective objective, CrossEntropyOptions options,
        CancellationToken cancellationToken = default, IProgress<MixGeneration>? progress = null, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(mixer);
        clock ??= TimeProvider.System;
        var started = clock.GetTimestamp();
        var space = new MixSpace(mixer.Library, experts, perMatrix);
        var search = new CrossEntropySearch(space.Dimensions, 1.0 / space.Experts.Count, options);
        var generations = new List<MixGeneration>();
        var evaluations = 0;
        using var stop = WorkStop.Lend(cancellationToken);
        while (search.Generation < options.Generations)
        {
            var scores = new List<MixScore>();
            foreach (var candidate in search.Propose())
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (scores.Count == 0 && search.BestScore is { } known)
                    scores.Add(known);   // the best so far again: the same weights, the same score
                else
                    scores.Add(Score(candidate));
            }
            search.Update(scores);
            generations.Add(new MixGeneration(
                search.Generation, search.BestScore!.Value, scores.Average(s => s.Accuracy), search.Deviation.Average()));
            progress?.Report(generations[^1]);
        }
        var best = space.MixOf(search.Best);
        mixer.Use(best);
        return new MixSearchResult(
            best, search.BestScore!.Value, generations, evaluations, clock.GetElapsedTime(started).TotalSeconds);

        MixScore Score(double[] candidate)
        {
            mixer.Use(space.MixOf(candidate));
            evaluations++;
            return objective.Score(mixer.Model);
        }
    }
}
