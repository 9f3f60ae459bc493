using MlNetLlm.Svf;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation.RealData;

/// <summary>Experts on GSM8K, MBPP and ARC-Easy with any language model.</summary>
public sealed record RealDataOptions
{
    /// <summary>The base model: a catalogue name or a folder (Hugging Face, llama2.c or our own).</summary>
    public required string Model { get; init; }

    /// <summary>Folder with a folder of each data set's files, in place of the catalogue's.</summary>
    /// <value>null: the catalogue.</value>
    public string? DataFolder { get; init; }

    /// <summary>Folder with the prompts, one text file a task.</summary>
    /// <value>null: those beside the presets.</value>
    public string? PromptFolder { get; init; }

    /// <summary>Rows of each split that are used at most; 0 = all.</summary>
    /// <value>0.</value>
    public int Limit { get; init; }

    /// <summary>Iterations of an expert.</summary>
    /// <value>200.</value>
    public int Iterations { get; init; } = 200;

    /// <summary>Prompts an iteration.</summary>
    /// <value>256, the paper's.</value>
    public int BatchSize { get; init; } = 256;

    /// <summary>Iterations between two looks at validation.</summary>
    /// <value>10.</value>
    public int EvaluateEvery { get; init; } = 10;

    /// <summary>Learning rate.</summary>
    /// <value>0.002, the paper's.</value>
    public double LearningRate { get; init; } = 2e-3;

    /// <summary>λ.</summary>
    /// <value>0.</value>
    public double KlWeight { get; init; }

    /// <summary>Tokens an answer has at most.</summary>
    /// <value>512.</value>
    public int AnswerTokens { get; init; } = 512;

    /// <summary>Longest prompt with its answer; prompts without room for an answer are left out and counted.</summary>
    /// <value>2,048.</value>
    public int SequenceLength { get; init; } = 2048;

    /// <summary>
    /// The command that runs a file of Python, such as python3. Answers to MBPP are code that a model wrote; they run with this machine's
    /// rights, so that a machine without anything else on it should be used.
    /// </summary>
    /// <value>null: no code is run, and an answer counts as right only where it is the reference itself.</value>
    public string? Python { get; init; }

    /// <summary>Few-shot items of the unseen task.</summary>
    /// <value>10.</value>
    public int Shots { get; init; } = 10;

    /// <summary>Generations of the few-shot search; 0 leaves it out.</summary>
    /// <value>100.</value>
    public int Generations { get; init; } = 100;

    /// <summary>Where to compute.</summary>
    /// <value>cpu.</value>
    public string Device { get; init; } = "cpu";

    /// <summary>What is wrong with these options.</summary>
    internal IEnumerable<string> Faults()
    {
        if (Limit < 0 || Generations < 0) yield return $"Limit is {Limit} and Generations {Generations}; expected 0 or more.";
        if (AnswerTokens < 1 || Shots < 1) yield return $"AnswerTokens is {AnswerTokens} and Shots {Shots}; expected 1 or more.";
        foreach (var fault in Training(BatchSize, SequenceLength).Faults()) yield return fault;
    }

    /// <summary>An expert's training.</summary>
    /// <param name="rows">Training rows there are.</param>
    /// <param name="length">Tokens of a prompt with its answer at most.</param>
    internal TrainSvfExpertOptions Training(int rows, int length) => new()
    {
        LearningRate = LearningRate,
        BatchSize = Math.Min(BatchSize, rows),
        MaxSteps = Iterations,
        EvaluateEvery = EvaluateEvery,
        KeepBest = true,
        KlWeight = KlWeight,
        MeasureKl = KlWeight > 0,
        MaxAnswerTokens = AnswerTokens,
        SequenceLength = length,
        Device = Device,
    };

    /// <summary>The text of a prompt file, without the line break at its end.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    internal string Prompt(string name)
    {
        var folder = PromptFolder ?? Path.Combine(AppContext.BaseDirectory, "SvfSelfAdaptation", "prompts");
        var path = Path.Combine(folder, $"{name}.txt");
        return File.Exists(path)
            ? File.ReadAllText(path).ReplaceLineEndings("\n").TrimEnd('\n')
            : throw new FileNotFoundException($"There is no prompt file '{path}'. Put it there, or set PromptFolder.", path);
    }
}
