using MlNetLlm.Karel;

namespace MlNetLlm.Pipelines.SemanticProbing;

/// <summary>What a snapshot writes for the test tasks; one entry a task where a list has entries.</summary>
/// <param name="Step">The snapshot's step.</param>
/// <param name="Solved">1 where the specification is satisfied.</param>
/// <param name="Generalised">1 where the held-out pairs are, too.</param>
/// <param name="Complete">1 where hidden markers are right as well.</param>
/// <param name="Length">Operations written.</param>
/// <param name="ReferenceLength">Operations of the reference program.</param>
/// <param name="IsMostFrequent">1 where the program is the most frequent one of this snapshot.</param>
/// <param name="Perplexity">Of the reference programs' tokens.</param>
/// <param name="UniqueShare">Different programs a program.</param>
/// <param name="OperationEntropy">Bits.</param>
/// <param name="PairEntropy">Bits.</param>
internal sealed record Behaviour(
    int Step, int[] Solved, int[] Generalised, int[] Complete, int[] Length, int[] ReferenceLength, int[] IsMostFrequent, double Perplexity,
    double UniqueShare, double OperationEntropy, double PairEntropy)
{
    /// <summary>From the library's measurement.</summary>
    public static Behaviour Of(int step, KarelBehaviour measured)
    {
        var most = measured.Diversity.MostFrequent();
        return new(
            step, Each(task => task.Solved ? 1 : 0), Each(task => task.Generalised ? 1 : 0), Each(task => task.SolvedCompletely ? 1 : 0),
            Each(task => task.Program.Count), Each(task => task.ReferenceLength), Each(task => task.Program.SequenceEqual(most) ? 1 : 0),
            measured.Perplexity, measured.Diversity.UniqueShare, measured.Diversity.OperationEntropy, measured.Diversity.PairEntropy);

        int[] Each(Func<KarelWritten, int> of) => [.. measured.Written.Select(of)];
    }

    /// <summary>Generative accuracy over some tasks.</summary>
    public double Accuracy(ReadOnlySpan<int> tasks) => Mean(Solved, tasks);

    /// <summary>The mean of one list over some tasks.</summary>
    public static double Mean(int[] values, ReadOnlySpan<int> tasks)
    {
        long sum = 0;
        foreach (var task in tasks) sum += values[task];
        return (double)sum / tasks.Length;
    }
}
