using MlNetLlm.LanguageModels;
using MlNetLlm.SparseAutoencoders;

namespace MlNetLlm.ConceptMixing;

/// <summary>A language model any of whose concepts can be held.</summary>
/// <param name="Model">The model.</param>
/// <param name="Concepts">How many concepts it has.</param>
internal abstract record SteeredModel(LanguageModel Model, int Concepts)
{
    /// <summary>Blocks before a teacher's concepts; null where the model has concepts of its own.</summary>
    public abstract int? Layer { get; }

    /// <summary>What a pass does so that a concept is held.</summary>
    /// <param name="concept">The concept.</param>
    /// <param name="value">What its strength becomes, or with <paramref name="literal"/> what it is multiplied by.</param>
    /// <param name="literal">Whether to multiply, which changes nothing where the concept is not active.</param>
    public abstract ForwardOptions Pass(int concept, double value, bool literal = false);

    /// <summary>Writes what is needed beside the model into its folder.</summary>
    public abstract void WriteFiles(string folder);

    /// <summary>Reads a model's folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="layer">As <see cref="Layer"/>.</param>
    public static SteeredModel Read(string folder, int? layer)
    {
        var model = LanguageModel.Load(folder);
        return layer is { } blocks
            ? new SteeredTeacher(new ConceptTeacher(model, SparseAutoencoderFolder.ReadFiles(folder), blocks))
            : SteeredConceptModel.Of(model);
    }
}

/// <summary>A teacher, steered through its autoencoder.</summary>
/// <param name="Teacher">Model, autoencoder and layer.</param>
internal sealed record SteeredTeacher(ConceptTeacher Teacher) : SteeredModel(Teacher.Model, Teacher.Autoencoder.Latents)
{
    /// <inheritdoc/>
    public override int? Layer => Teacher.Layer;

    /// <inheritdoc/>
    public override ForwardOptions Pass(int concept, double value, bool literal = false) =>
        new() { Edit = ConceptSteering.Edit(Teacher, concept, value, literal) };

    /// <inheritdoc/>
    public override void WriteFiles(string folder) => SparseAutoencoderFolder.WriteFiles(Teacher.Autoencoder, folder);
}

/// <summary>A model with concepts of its own, steered by their logits.</summary>
internal sealed record SteeredConceptModel : SteeredModel
{
    private SteeredConceptModel(LanguageModel model, int concepts)
        : base(model, concepts)
    {
    }

    /// <inheritdoc/>
    public override int? Layer => null;

    /// <exception cref="ArgumentException">The model inserts no concepts.</exception>
    public static SteeredConceptModel Of(LanguageModel model) => new(model, (int)ConceptColumns.Of(model).size(0));

    /// <inheritdoc/>
    public override ForwardOptions Pass(int concept, double value, bool literal = false) =>
        new() { Held = new HeldConcept(concept, value, literal) };

    /// <inheritdoc/>
    public override void WriteFiles(string folder)
    {
    }
}
