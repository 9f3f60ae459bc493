using MlNetLlm.Communities;

namespace MlNetLlm.Pipelines.ModuleCommunities;

/// <summary>Importances, networks and tests of both variants.</summary>
public sealed record NetworkOptions
{
    /// <summary>Questions of a set that importances are measured on, in two halves that the reliability gate compares.</summary>
    public int CalibrationQuestions { get; init; } = 64;

    /// <summary>Questions of a set that mean ablation (I2) is measured on: it takes a pass over all of them for every module.</summary>
    public int AblationQuestions { get; init; } = 64;

    /// <summary>Median correlation of the residual rows of two halves that the gate asks for.</summary>
    public double Reliability { get; init; } = 0.5;

    /// <summary>ρ of the published variant's networks.</summary>
    public double Ratio { get; init; } = 0.2;

    /// <summary>Further ratios, on the first dense model.</summary>
    public IReadOnlyList<double> Ratios { get; init; } = [0.05, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4];

    /// <summary>Questions of a set that pruning is calibrated on, as published.</summary>
    public int PruningQuestions { get; init; } = 10;

    /// <summary>Questions of a set that accuracies before and after pruning are measured on, as published.</summary>
    public int PruningTestQuestions { get; init; } = 50;

    /// <summary>α of the sparsifier. The published 0.01 is for 174 sets and 196 modules; small networks need more to keep edges.</summary>
    public double Alpha { get; init; } = 0.01;

    /// <summary>Sparsifier draws of the published variant.</summary>
    public int Draws { get; init; } = 20;

    /// <summary>Louvain runs of a consensus.</summary>
    public int LouvainRuns { get; init; } = 100;

    /// <summary>Permutations of T1.</summary>
    public int Permutations { get; init; } = 9999;

    /// <summary>Permutations of T3 and of the bands round Q, participation and spectra, which look for communities each time.</summary>
    public int CommunityPermutations { get; init; } = 199;

    /// <summary>Label shuffles behind the false-positive rate.</summary>
    public int Shuffles { get; init; } = 200;

    /// <summary>Shares of skill labels that the noise arm flips.</summary>
    public IReadOnlyList<double> LabelNoise { get; init; } = [0, 0.1, 0.3, 0.5];

    /// <summary>Modules of a function's area at most.</summary>
    public int AreaModules { get; init; } = 8;

    /// <summary>Questions of a set that any measure of importance reads.</summary>
    internal int QuestionsRead => new[] { CalibrationQuestions, AblationQuestions, PruningQuestions + PruningTestQuestions }.Max();

    internal ConsensusOptions Consensus(int seed, bool published = false) => new()
    {
        Runs = LouvainRuns, Seed = seed, Threads = 1, Linkage = published ? ConsensusLinkage.PublishedRows : ConsensusLinkage.Dissimilarity,
    };

    internal IEnumerable<string> Faults()
    {
        if (CalibrationQuestions < 2 || AblationQuestions < 1 || PruningQuestions < 1 || PruningTestQuestions < 1)
            yield return $"Network reads {CalibrationQuestions}, {AblationQuestions}, {PruningQuestions} and {PruningTestQuestions} "
                + "questions; expected 2, 1, 1 and 1 or more.";
        foreach (var ratio in Ratios.Append(Ratio).Where(ratio => !(ratio is > 0 and < 1)))
            yield return $"Network has the ratio {ratio}; expected above 0 and below 1.";
        if (Draws < 2 || LouvainRuns < 1 || Permutations < 19 || CommunityPermutations < 19 || Shuffles < 1 || AreaModules < 1)
            yield return $"Network has {Draws} draws, {LouvainRuns} runs, {Permutations} and {CommunityPermutations} permutations, "
                + $"{Shuffles} shuffles, areas of {AreaModules}; expected 2, 1, 19, 19, 1 and 1 or more.";
        foreach (var noise in LabelNoise.Where(noise => !(noise is >= 0 and <= 1)))
            yield return $"Network.LabelNoise has {noise}; expected 0 to 1.";
    }
}
