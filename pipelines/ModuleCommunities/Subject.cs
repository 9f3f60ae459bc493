namespace MlNetLlm.Pipelines.ModuleCommunities;

/// <summary>What a model of the experiment stands for.</summary>
internal enum SubjectKind
{
    /// <summary>An ordinary model: what the question is about.</summary>
    Dense,

    /// <summary>A dense model after a short training on another wording, as a chat model comes from its base.</summary>
    Tuned,

    /// <summary>The positive control: layers that belong to functions, skipped by the others with some probability.</summary>
    Modular,

    /// <summary>A negative control: random weights.</summary>
    Untrained,

    /// <summary>A dense model of another size.</summary>
    Larger,

    /// <summary>A model from a folder.</summary>
    Folder,
}

/// <summary>One model under study.</summary>
/// <param name="Name">Its name in tables; letters, digits, dots and hyphens.</param>
/// <param name="Kind">What it stands for.</param>
/// <param name="Seed">Seed of its training.</param>
/// <param name="Skip">q, with which a modular model's foreign layers are skipped; 0 elsewhere.</param>
internal sealed record Subject(string Name, SubjectKind Kind, int Seed, double Skip = 0)
{
    /// <summary>The dense model that a tuned one starts from.</summary>
    public string BaseName => $"dense-{Seed}";
}
