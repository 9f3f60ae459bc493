using MlNetLlm.Karel;
using MlNetLlm.LanguageModels;
using MlNetLlm.Traces;

namespace MlNetLlm.Pipelines.SemanticProbing;

/// <summary>Training, validation and test traces of one model, with the test rows' labels. Tasks of the three never meet.</summary>
internal sealed class TraceSets : IDisposable
{
    private readonly LabelTable _validationLabels;

    private TraceSets(TraceDataset train, TraceDataset validation, TraceDataset test, int testTasks)
    {
        (Train, Validation, Test) = (train, validation, test);
        Labels = new LabelTable(test.View, test.Options, testTasks);
        TrainLabels = new LabelTable(train.View, train.Options, tasks: 0);
        _validationLabels = new LabelTable(validation.View, validation.Options, tasks: 0);
    }

    public TraceDataset Train { get; }

    public TraceDataset Validation { get; }

    public TraceDataset Test { get; }

    public LabelTable Labels { get; }

    public LabelTable TrainLabels { get; }

    /// <summary>Whether an arm's labels occur in all three; short programs have no states far from the present one.</summary>
    public bool Serves(ProbeArm arm) => arm.Semantics == ProbeArm.Control
        ? TrainLabels.Rows > 0 && _validationLabels.Rows > 0 && Labels.Rows > 0
        : new[] { TrainLabels, _validationLabels, Labels }.All(table => table.Has(arm.Semantics, arm.Offset));

    /// <summary>Records a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="writer">Whose programs are run; null = the model's own.</param>
    /// <param name="options">The experiment's options.</param>
    /// <param name="trainTasks">Training tasks.</param>
    /// <param name="traces">What to record.</param>
    /// <param name="cancellation">Ends the work.</param>
    public static TraceSets Record(
        LanguageModel model, LanguageModel? writer, ProbingOptions options, int trainTasks, TraceOptions traces,
        CancellationToken cancellation)
    {
        var made = new List<TraceDataset>();
        try
        {
            made.Add(Make("probe train", trainTasks));
            made.Add(Make("probe validation", options.ValidationPrograms));
            made.Add(Make("test", options.TestPrograms));
            return new TraceSets(made[0], made[1], made[2], options.TestPrograms);
        }
        catch
        {
            made.ForEach(set => set.Dispose());
            throw;
        }

        TraceDataset Make(string stream, int tasks) => TraceDataset.Create(
            model, new KarelGenerator(options.TestKarel, stream), tasks, traces, writer: writer, cancellationToken: cancellation);
    }

    public void Dispose()
    {
        Train.Dispose();
        Validation.Dispose();
        Test.Dispose();
    }
}
