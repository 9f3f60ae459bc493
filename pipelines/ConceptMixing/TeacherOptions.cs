namespace MlNetLlm.Pipelines.ConceptMixing;

/// <summary>The teacher: a model from a folder, or a GPT-2 of this size trained on A.</summary>
public sealed record TeacherOptions
{
    /// <summary>The folder of a model to take as it is; null = train one.</summary>
    /// <value>null.</value>
    public string? Folder { get; init; }

    /// <summary>Concepts are taken after this many blocks.</summary>
    /// <value>2.</value>
    public int Layer { get; init; } = 2;

    /// <summary>Its shape.</summary>
    public ShapeOptions Shape { get; init; } = new();

    /// <summary>Its training, on A.</summary>
    public OptimizerOptions Training { get; init; } = new() { Tokens = 2_000_000 };

    /// <summary>The full learning rate.</summary>
    /// <value>0.004.</value>
    public double LearningRate { get; init; } = 4e-3;

    internal IEnumerable<string> Faults()
    {
        foreach (var fault in Shape.Faults("Teacher.Shape").Concat(Training.Faults("Teacher.Training"))) yield return fault;
        if (Folder is null && (Layer < 1 || Layer > Shape.Layers))
            yield return $"Teacher.Layer is {Layer}; expected 1 to Shape.Layers, {Shape.Layers}.";
        if (!(LearningRate > 0)) yield return $"Teacher.LearningRate is {LearningRate}; expected above 0.";
    }
}

/// <summary>A second teacher.</summary>
public sealed record WeakTeacherOptions
{
    /// <summary>The model.</summary>
    public TeacherOptions Teacher { get; init; } = new();

    /// <summary>Its autoencoder.</summary>
    public AutoencoderOptions Autoencoder { get; init; } = new();

    internal IEnumerable<string> Faults() =>
        Teacher.Faults().Concat(Autoencoder.Faults(Teacher)).Select(fault => $"WeakTeacher: {fault}");
}

/// <summary>The shape of a GPT-2.</summary>
public sealed record ShapeOptions
{
    /// <summary>L: blocks.</summary>
    /// <value>4.</value>
    public int Layers { get; init; } = 4;

    /// <summary>d: components of a hidden state.</summary>
    /// <value>64.</value>
    public int Width { get; init; } = 64;

    /// <summary>Attention heads.</summary>
    /// <value>4.</value>
    public int Heads { get; init; } = 4;

    internal IEnumerable<string> Faults(string name)
    {
        if (Layers < 1 || Heads < 1 || Width < 2 || Width % Math.Max(1, Heads) != 0)
            yield return $"{name} has {Layers} layers, width {Width} and {Heads} heads; expected 1 or more of each, and heads that divide "
                + "the width.";
    }
}

/// <summary>How a model is trained: AdamW (0.9, 0.95), cosine to 10 %.</summary>
public sealed record OptimizerOptions
{
    /// <summary>Tokens in all.</summary>
    /// <value>400,000.</value>
    public long Tokens { get; init; } = 400_000;

    /// <summary>Windows a forward pass.</summary>
    /// <value>16.</value>
    public int BatchSize { get; init; } = 16;

    /// <summary>Forward passes an update.</summary>
    /// <value>1.</value>
    public int Accumulation { get; init; } = 1;

    /// <summary>Share of the updates in which the rate rises.</summary>
    /// <value>0.02.</value>
    public double WarmupShare { get; init; } = 0.02;

    /// <summary>Decoupled weight decay, on all weights.</summary>
    /// <value>0.1.</value>
    public double WeightDecay { get; init; } = 0.1;

    /// <summary>Clipping of the gradient.</summary>
    /// <value>1.</value>
    public double ClipNorm { get; init; } = 1;

    /// <summary>Standard deviation of the initial matrices; narrow models learn sooner from about 1 / √width.</summary>
    /// <value>0.02.</value>
    public double InitialDeviation { get; init; } = 0.02;

    /// <summary>Where to compute: "cpu", "cuda" or "cuda:0".</summary>
    /// <value>"cpu".</value>
    public string Device { get; init; } = "cpu";

    /// <summary>Updates for a number of tokens in windows of a length; at least one.</summary>
    internal int Updates(long tokens, int sequenceLength) =>
        (int)Math.Max(1, tokens / ((long)BatchSize * Accumulation * sequenceLength));

    internal IEnumerable<string> Faults(string name)
    {
        if (Tokens < 1 || BatchSize < 1 || Accumulation < 1)
            yield return $"{name} has {Tokens} tokens, batch size {BatchSize} and accumulation {Accumulation}; expected 1 or more of each.";
        if (WarmupShare is not (>= 0 and < 1)) yield return $"{name}.WarmupShare is {WarmupShare}; expected at least 0 and below 1.";
        if (!(WeightDecay >= 0) || !(ClipNorm >= 0) || !(InitialDeviation > 0))
            yield return $"{name}.WeightDecay is {WeightDecay}, ClipNorm {ClipNorm} and InitialDeviation {InitialDeviation}; expected 0 or "
                + "more, and above 0.";
    }
}
