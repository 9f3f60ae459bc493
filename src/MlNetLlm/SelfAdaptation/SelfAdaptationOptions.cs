using MlNetLlm.Generation;
using MlNetLlm.Svf;

namespace MlNetLlm.SelfAdaptation;

/// <summary>How questions are classified and answered (Transformer², sections 3.2 and 4; two-pass inference).</summary>
public sealed record SelfAdaptationOptions
{
    internal const string QuestionMark = "{question}";
    internal const string LabelsMark = "{labels}";

    private const string BoxedInstruction =
        """
        Say which kind of question the one below is. Write exactly one of these labels in the form \boxed{label}:
        {labels}
        other: none of these
        Where a question is of several kinds, take the one that matters most for its answer.

        Question: {question}
        Label: 
        """;

    /// <summary>The text column with the questions.</summary>
    /// <value>Text.</value>
    public string TextColumn { get; init; } = "Text";

    /// <summary>How the first pass decides.</summary>
    /// <value>Prompt.</value>
    public AdaptationStrategy Strategy { get; init; }

    /// <summary>The kinds of questions and their experts.</summary>
    /// <value>Empty: every expert of the library but <see cref="ClassificationExpert"/>, its name being its label.</value>
    public IReadOnlyList<AdaptationLabel> Labels { get; init; } = [];

    /// <summary>The expert under which the strategy of that name classifies.</summary>
    /// <value>null.</value>
    public string? ClassificationExpert { get; init; }

    /// <summary>The mix that answers with the strategy FewShot.</summary>
    /// <value>null.</value>
    public SvfMix? Mix { get; init; }

    /// <summary>
    /// The prompt of the first pass, with {question} and, where wanted, {labels}, which becomes one line a label: name: description.
    /// Of a prompt beyond the model's context the start is cut: for long questions put the instruction behind the question.
    /// </summary>
    /// <value>An instruction that asks for one label in a box.</value>
    public string ClassificationTemplate { get; init; } = BoxedInstruction;

    /// <summary>Where the label stands in the first pass' answer.</summary>
    /// <value>Boxed.</value>
    public LabelFormat LabelFormat { get; init; }

    /// <summary>Most tokens that the first pass writes, 1 or more.</summary>
    /// <value>24.</value>
    public int LabelTokens { get; init; } = 24;

    /// <summary>Texts that end the first pass' answer.</summary>
    /// <value>None.</value>
    public IReadOnlyList<string> LabelStopTexts { get; init; } = [];

    /// <summary>The prompt of the second pass, with {question}.</summary>
    /// <value>The question alone.</value>
    public string AnswerTemplate { get; init; } = QuestionMark;

    /// <summary>Most tokens of an answer, 1 or more.</summary>
    /// <value>100.</value>
    public int MaxTokens { get; init; } = 100;

    /// <summary>Temperature of the answers; 0 = always the likeliest token. The first pass is always greedy.</summary>
    /// <value>0.</value>
    public double Temperature { get; init; }

    /// <summary>Number of the random stream; see <see cref="GenerationOptions.Seed"/>.</summary>
    /// <value>1.</value>
    public long Seed { get; init; } = 1;

    /// <summary>Texts that end an answer; they are no part of it.</summary>
    /// <value>None.</value>
    public IReadOnlyList<string> StopTexts { get; init; } = [];

    /// <summary>Questions that are worked on together in a pass, 1 or more.</summary>
    /// <value>32.</value>
    public int BatchRows { get; init; } = 32;

    /// <summary>
    /// Rows that are read ahead and grouped by expert, 1 or more; each group costs one switch of weights. No more rows are held in memory.
    /// </summary>
    /// <value>256.</value>
    public int GroupRows { get; init; } = 256;

    /// <summary>How the first pass generates.</summary>
    internal GenerationOptions Classifying => new()
    {
        TextColumn = TextColumn, MaxTokens = LabelTokens, StopTexts = LabelStopTexts, BatchRows = BatchRows,
    };

    /// <summary>How the second pass generates.</summary>
    internal GenerationOptions Answering => new()
    {
        TextColumn = TextColumn, MaxTokens = MaxTokens, Temperature = Temperature, Seed = Seed, StopTexts = StopTexts,
        BatchRows = BatchRows,
    };

    /// <summary>The labels in force with a library.</summary>
    internal IReadOnlyList<AdaptationLabel> LabelsFor(SvfExpertLibrary library) => Labels.Count > 0
        ? Labels
        : [.. library.Names.Where(name => name != ClassificationExpert).Select(name => new AdaptationLabel(name, name))];

    /// <summary>These options, checked by themselves and against a library.</summary>
    /// <exception cref="ArgumentException">Lists every fault.</exception>
    internal SelfAdaptationOptions ValidatedFor(SvfExpertLibrary library)
    {
        if (Labels.Concat<object?>(LabelStopTexts).Concat(StopTexts).Any(item => item is null))   // a file can say so
            throw new ArgumentException("SelfAdaptationOptions: Labels, LabelStopTexts or StopTexts holds null.");
        return OptionsExtensions.Without(this, Faults().Concat(FaultsWith(library)));
    }

    private IEnumerable<string> Faults()
    {
        if (string.IsNullOrWhiteSpace(TextColumn)) yield return "TextColumn is empty.";
        if (!Enum.IsDefined(Strategy)) yield return $"Strategy is {Strategy}; expected {Names<AdaptationStrategy>()}.";
        if (!Enum.IsDefined(LabelFormat)) yield return $"LabelFormat is {LabelFormat}; expected {Names<LabelFormat>()}.";
        if (!ClassificationTemplate.Contains(QuestionMark, StringComparison.Ordinal))
            yield return $"ClassificationTemplate has no {QuestionMark}.";
        if (!AnswerTemplate.Contains(QuestionMark, StringComparison.Ordinal)) yield return $"AnswerTemplate has no {QuestionMark}.";
        if (LabelTokens < 1) yield return $"LabelTokens is {LabelTokens}; expected 1 or more.";
        if (MaxTokens < 1) yield return $"MaxTokens is {MaxTokens}; expected 1 or more.";
        if (!(Temperature >= 0) || !double.IsFinite(Temperature)) yield return $"Temperature is {Temperature}; expected 0 or more.";
        if (BatchRows < 1) yield return $"BatchRows is {BatchRows}; expected 1 or more.";
        if (GroupRows < 1) yield return $"GroupRows is {GroupRows}; expected 1 or more.";
        if (LabelStopTexts.Concat(StopTexts).Any(string.IsNullOrEmpty))
            yield return "LabelStopTexts or StopTexts holds an empty text, which would end every answer at once.";
        foreach (var label in Labels)
            if (label.Label.Length == 0 || !label.Label.All(LabelParser.IsPart))
                yield return $"Labels holds '{label.Label}'; expected letters, digits, '-', '_' or '.'.";
        foreach (var twice in Labels.GroupBy(label => label.Label, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1))
            yield return $"Labels holds '{twice.Key}' {twice.Count()} times.";
    }

    private IEnumerable<string> FaultsWith(SvfExpertLibrary library)
    {
        if (library.Names.Count == 0) yield return "The library holds no expert.";
        foreach (var unknown in Labels.Select(label => label.Expert).Where(name => !IsKnown(name)))
            yield return $"Labels names the expert '{unknown}', the library holds {string.Join(", ", library.Names)}.";
        if (Strategy == AdaptationStrategy.ClassificationExpert
            && (ClassificationExpert is null || !library.Contains(ClassificationExpert)))
            yield return $"ClassificationExpert is '{ClassificationExpert}', the library holds {string.Join(", ", library.Names)}.";
        if (Strategy != AdaptationStrategy.FewShot) yield break;
        if (Mix is null)
        {
            yield return "Mix is null; the strategy FewShot needs one. Search it with FewShotMix.";
            yield break;
        }
        foreach (var fault in Mix.Faults()) yield return $"Mix: {fault}";
        foreach (var unknown in Mix.Experts.Where(name => !IsKnown(name)))
            yield return $"Mix names the expert '{unknown}', the library holds {string.Join(", ", library.Names)}.";
        foreach (var unknown in Mix.Matrices.Except(library.Matrices).Take(1))
            yield return $"Mix names the matrix '{unknown}', which no expert of the library adapts.";

        bool IsKnown(string name) => name == SvfExpertLibrary.Other || library.Contains(name);
    }

    private static string Names<TEnum>()
        where TEnum : struct, Enum => string.Join(", ", Enum.GetNames<TEnum>());
}
