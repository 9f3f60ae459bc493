using Microsoft.ML;
using MlNetLlm.Pipelines.Ejection;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.EmbeddingReset;

/// <summary>
/// Pre-training with active forgetting (Chen et al. 2023): bodies trained with and without periodic resets of their embeddings learn new
/// languages by new embeddings alone, and are scored in them on tasks learned in language 1.
/// </summary>
public sealed class ResetExperiment : Experiment<ResetExperimentOptions>, IEjectable
{
    /// <inheritdoc/>
    public override string Name => "reset";

    /// <inheritdoc/>
    public override string Title => "Pre-trains with periodic embedding resets, then adds new languages by new embeddings alone";

    /// <inheritdoc/>
    public override string Folder => "EmbeddingReset";

    /// <inheritdoc/>
    protected override void Check(ResetExperimentOptions options) => options.Validated();

    /// <inheritdoc/>
    protected override void Run(ResetExperimentOptions options, RunRequest request, RunContext context, RunRecord record)
    {
        var kept = KeptParts.Open(request, options, record.Sessions);
        var ml = new MLContext(request.Seed);
        var sections = new List<SectionResult>();
        foreach (var section in options.Sections)
        {
            var languages = Languages(ml, section, request.Seed, context.Cancellation);
            foreach (var data in languages.Describe()) record.Add(data);
            sections.Add(new SectionRunner(ml, section, languages, kept, request, context).Run(sections));
            ResetReport.Write(sections[^1], record);
        }
        foreach (var claim in ResetVerdicts.Judge(options, sections, request.Seed)) record.Add(claim);
        if (!sections[0].Options.Arms.Contains(ResetArms.Standard) || !sections[0].Options.Arms.Contains(ResetArms.Forgetting)) return;
        ResetPictures.SawTooth(sections[0]).Save(request.Out, "saw-tooth");
        ResetPictures.Curves(sections[0]).Save(request.Out, "accuracy");
    }

    EjectedRun IEjectable.Eject(RunResult result) => ResetEjection.Of(result);

    private static ILanguages Languages(MLContext ml, SectionOptions section, int seed, CancellationToken cancellation) =>
        section.Source switch
        {
            SectionSource.Synthetic => new SyntheticLanguages(ml, section, seed),
            SectionSource.Treebanks => new TreebankLanguages(ml, section, cancellation),
            _ => new FolderLanguages(ml, section, cancellation),
        };
}
