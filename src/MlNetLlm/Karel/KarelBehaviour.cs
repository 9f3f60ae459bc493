using MlNetLlm.LanguageModels;

namespace MlNetLlm.Karel;

/// <summary>
/// How a model writes programs: whether they are right, how diverse and how long they are, and what held-out reference programs cost it.
/// Perplexity is over program tokens alone; worlds cannot be predicted.
/// </summary>
public sealed class KarelBehaviour
{
    private KarelBehaviour(IReadOnlyList<KarelWritten> written)
    {
        (Written, Diversity) = (written, new KarelProgramStatistics());
        foreach (var task in written) Diversity.Add([.. task.Program]);
    }

    /// <summary>One entry a task, in the order of the stream.</summary>
    public IReadOnlyList<KarelWritten> Written { get; }

    /// <summary>Diversity, length and entropy of what was written.</summary>
    public KarelProgramStatistics Diversity { get; }

    /// <summary>Generative accuracy: the share of tasks whose specification the program written satisfies.</summary>
    public double Accuracy => Share(task => task.Solved);

    /// <summary>The share that also does what the held-out pairs ask.</summary>
    public double Generalisation => Share(task => task.Generalised);

    /// <summary>The share that is right in everything, markers below the robot included.</summary>
    public double CompleteAccuracy => Share(task => task.SolvedCompletely);

    /// <summary>exp of the mean cost of a token of the reference programs.</summary>
    public double Perplexity => Math.Exp(Written.Sum(task => task.ReferenceNats) / Written.Sum(task => task.ReferenceTokens));

    /// <summary>Lets a model write programs for tasks and measures them.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tasks">Draws the tasks.</param>
    /// <param name="count">How many.</param>
    /// <param name="reading">How the model reads them.</param>
    /// <param name="maxOperations">Operations of the longest program.</param>
    /// <param name="batchSize">Tasks a pass.</param>
    /// <param name="cancellationToken">Ends the work between two tokens.</param>
    public static KarelBehaviour Measure(
        LanguageModel model, KarelGenerator tasks, int count, KarelReading reading, int maxOperations, int batchSize = 256,
        CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        var written = new List<KarelWritten>(count);
        while (written.Count < count)
        {
            KarelTask[] batch = [.. Enumerable.Range(written.Count, Math.Min(batchSize, count - written.Count)).Select(i => tasks.Draw(i))];
            var programs = KarelWriter.Write(model, batch, reading, maxOperations, cancellationToken);
            var costs = KarelPasses.Costs(model, reading, batch, [.. batch.Select(task => task.Program.ToArray())]);
            written.AddRange(batch.Select((task, i) => new KarelWritten(
                programs[i], task.Program.Length, task.IsSolvedBy(programs[i]), task.IsSolvedBy(programs[i], KarelMatch.Complete),
                task.IsGeneralisedBy(programs[i]), costs[i].Nats, costs[i].Tokens)));
        }
        return new KarelBehaviour(written);
    }

    private double Share(Func<KarelWritten, bool> holds) => (double)Written.Count(holds) / Written.Count;
}
