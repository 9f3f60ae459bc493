namespace MlNetLlm.Pipelines.ConceptMixing;

/// <summary>What was measured of a teacher and its concepts.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Teacher">The model.</param>
/// <param name="Loss">Its loss on V, nats a token, measured as students' is.</param>
/// <param name="Autoencoder">Its autoencoder.</param>
/// <param name="Gates">The autoencoder's gates.</param>
/// <param name="Labels">Its labels.</param>
internal sealed record TeacherRun(
    string Name, TeacherResult Teacher, double Loss, AutoencoderResult Autoencoder, IReadOnlyList<Gate> Gates,
    IReadOnlyList<LabelResult> Labels);
