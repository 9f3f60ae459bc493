using Microsoft.ML;
using MlNetLlm.Pipelines.Ejection;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.ConceptMixing;

/// <summary>
/// Pre-training with continuous concepts (Tack et al. 2025): a student predicts the concepts of a small frozen teacher and mixes them into
/// its hidden states; against next-token prediction, distillation, pauses and controls, with equal tokens and with equal FLOPs.
/// </summary>
public sealed class ConceptsExperiment : Experiment<ConceptsOptions>, IEjectable
{
    /// <inheritdoc/>
    public override string Name => "concepts";

    /// <inheritdoc/>
    public override string Title => "Pre-trains with concepts of a teacher mixed into the hidden states, then steers by them";

    /// <inheritdoc/>
    public override string Folder => "ConceptMixing";

    /// <inheritdoc/>
    protected override void Check(ConceptsOptions options) => options.Validated();

    /// <inheritdoc/>
    protected override void Run(ConceptsOptions options, RunRequest request, RunContext context, RunRecord record)
    {
        var kept = KeptParts.Open(request, options, record.Sessions);
        var ml = new MLContext(request.Seed);
        var text = new SplitText(ml, options.Text, context.Display);
        var (teachers, corpus) = Teachers(ml, options, text, kept, request, context);
        try
        {
            foreach (var data in text.Describe(corpus.Sizes)) record.Add(data);
            var run = new ConceptRun(options, corpus.Sizes, [.. teachers.Select(teacher => teacher.Run)], [], null);
            ConceptsReport.Begin(run, record);
            run = run with { Studies = Studies(ml, options, teachers, corpus, kept, request, context, record) };
            if (options.Steering is not null)
            {
                var steering = new SteeringStage(ml, options, teachers[0].Concepts, corpus, request, context).Run(run.Studies[0], kept);
                ConceptsReport.Write(steering, record);
                run = run with { Steering = steering };
            }
            foreach (var claim in ConceptVerdicts.Judge(run)) record.Add(claim);
            ConceptsPictures.Save(run, request.Out);
        }
        finally
        {
            foreach (var teacher in teachers) teacher.Dispose();
        }
    }

    EjectedRun IEjectable.Eject(RunResult result) => ConceptsEjection.Of(result);

    // The vocabulary comes with the teacher, the text is counted in it, and the weaker teacher takes it over.
    private static (IReadOnlyList<WorkingTeacher> Teachers, Corpus Corpus) Teachers(
        MLContext ml, ConceptsOptions options, SplitText text, KeptParts kept, RunRequest request, RunContext context)
    {
        var stage = new TeacherStage(ml, "teacher", options.Teacher, options.Text, text, null, request, context);
        var result = kept.Get("teacher", stage.Run);
        var model = stage.Open();
        var corpus = Corpus.Of(text, options, model.Tokenizer, kept);
        var teachers = new List<WorkingTeacher>
        {
            new(ml, "teacher", options.Teacher, options.Autoencoder, [.. options.Studies.Where(study => !study.WeakTeacher)], options,
                model, result, corpus, kept, request, context),
        };
        if (options.WeakTeacher is not { } weak) return (teachers, corpus);
        const string Name = "weak-teacher";
        var second = new TeacherStage(ml, Name, weak.Teacher, options.Text, text, model, request, context);
        var known = kept.Get(Name, second.Run);
        teachers.Add(new(ml, Name, weak.Teacher, weak.Autoencoder, [.. options.Studies.Where(study => study.WeakTeacher)], options,
            second.Open(), known, corpus, kept, request, context));
        return (teachers, corpus);
    }

    private static IReadOnlyList<StudyResult> Studies(
        MLContext ml, ConceptsOptions options, IReadOnlyList<WorkingTeacher> teachers, Corpus corpus, KeptParts kept, RunRequest request,
        RunContext context, RunRecord record)
    {
        var tokenizer = teachers[0].Concepts.Model.Tokenizer;
        var questions = ProxyQuestions.Of(
            corpus.Paragraphs(TextSplit.Validation), corpus.Tokens(TextSplit.Validation, tokenizer, options.Text.ValidationTokens),
            tokenizer, options.Text.SequenceLength, options.Proxies);
        var studies = new List<StudyResult>();
        foreach (var study in options.Studies)
        {
            var students = new StudentStage(ml, options, teachers[study.WeakTeacher ? 1 : 0], corpus, questions, request, context);
            studies.Add(new StudyRunner(study, students, kept, context).Run(studies, request.Seed));
            ConceptsReport.Write(studies[^1], studies, record);
        }
        return studies;
    }
}
