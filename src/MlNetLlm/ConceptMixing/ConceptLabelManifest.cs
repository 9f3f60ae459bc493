namespace MlNetLlm.ConceptMixing;

/// <summary><c>labels.json</c> of a folder of labels.</summary>
internal sealed record ConceptLabelManifest
{
    public const int CurrentFormat = 1;

    public int Format { get; init; } = CurrentFormat;

    public int Windows { get; init; }

    public int SequenceLength { get; init; }

    public int LabelsPerToken { get; init; }

    public IReadOnlyList<ConceptLabelFile> Kinds { get; init; } = [];

    public string Teacher { get; init; } = "";

    public string Data { get; init; } = "";

    public string Identity { get; init; } = "";

    public double? TeacherLoss { get; init; }
}

/// <summary>One kind's labels in a folder.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Concepts">How many concepts there are to choose from.</param>
/// <param name="Active">How many labels are active concepts.</param>
internal sealed record ConceptLabelFile(ConceptLabelKind Kind, int Concepts, long Active);
