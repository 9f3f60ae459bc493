using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Karel;
using MlNetLlm.LanguageModels;
using MlNetLlm.Tests.Karel;
using MlNetLlm.Tests.LanguageModels;
using MlNetLlm.Traces;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.Traces;

public sealed class TraceDatasetTests
{
    private static readonly KarelGenerator _tasks = new(KarelModels.Tasks, "test");

    private static readonly TraceOptions _options = new()
    {
        Reading = KarelModels.Grid, Programs = TracePrograms.Reference, Semantics = [KarelSemantics.Original, KarelSemantics.Flip],
        MaxOperations = KarelModels.MaxOperations, BatchSize = 7,
    };

    private LanguageModel _model = null!;

    [OneTimeSetUp]
    public void MakeModel() => _model = KarelModels.Create(KarelModels.Grid);

    [OneTimeTearDown]
    public void FreeModel() => _model.Dispose();

    [Test]
    public void Create_GivesARowForEveryOperationButTheLast()
    {
        using var traces = TraceDataset.Create(_model, _tasks, 40, _options);
        var expected = Enumerable.Range(0, 40).SelectMany(i => Enumerable.Range(1, _tasks.LengthAt(i) - 1).Select(step => ((long)i, step)));
        Assert.That(
            Column<long>(traces, TraceColumns.Program).Zip(Column<int>(traces, TraceColumns.Step)), Is.EqualTo(expected));
        Assert.That(traces.Rows, Is.EqualTo(Column<long>(traces, TraceColumns.Program).Count));
    }

    [Test]
    public void Labels_AreThoseOfASlowInterpretersStates_AndNeverTheOutputs()
    {
        using var traces = TraceDataset.Create(_model, _tasks, 60, _options);
        var (programs, steps) = (Column<long>(traces, TraceColumns.Program), Column<int>(traces, TraceColumns.Step));
        foreach (var semantics in _options.Semantics)
            foreach (var offset in _options.Offsets)
            {
                var direction = Column<uint>(traces, TraceColumns.Label(KarelLabel.Direction, semantics.Name, offset));
                var x = Column<uint>(traces, TraceColumns.Label(KarelLabel.OffsetX, semantics.Name, offset));
                var y = Column<uint>(traces, TraceColumns.Label(KarelLabel.OffsetY, semantics.Name, offset));
                var ahead = Column<uint>(traces, TraceColumns.Label(KarelLabel.ObstacleAhead, semantics.Name, offset));
                for (var row = 0; row < programs.Count; row++)
                {
                    var task = _tasks.Draw(programs[row]);
                    var state = steps[row] + offset;
                    if (state < 1 || state >= task.Program.Length)
                    {
                        Assert.That((direction[row], x[row], y[row], ahead[row]), Is.EqualTo((0u, 0u, 0u, 0u)));
                        continue;
                    }
                    var world = task.Inputs[0];
                    for (var i = 0; i < state; i++) world.Apply(semantics[task.Program[i]]);
                    var (dx, dy) = (world.Column - task.Inputs[0].Column, world.Row - task.Inputs[0].Row);
                    Assert.That((direction[row], x[row], y[row], ahead[row]), Is.EqualTo((
                        1u + (uint)world.Direction, (uint)(7 + dx), (uint)(7 + dy), world.ObstacleAhead ? 2u : 1u)));
                }
            }
    }

    [Test]
    public void LabelOfTheNextState_IsTheNextVectorsLabel()
    {
        using var traces = TraceDataset.Create(_model, _tasks, 60, _options);
        var (now, next) = (Label(0), Label(1));
        var programs = Column<long>(traces, TraceColumns.Program);
        for (var row = 0; row + 1 < programs.Count; row++)
            Assert.That(next[row], Is.EqualTo(programs[row + 1] == programs[row] ? now[row + 1] : 0u), $"row {row}");

        IReadOnlyList<uint> Label(int offset) => Column<uint>(traces, TraceColumns.Label(KarelLabel.OffsetX, "original", offset));
    }

    [TestCase(null)]
    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    public void Features_AreTheStatesThatEmittedTheOperations(int? level)
    {
        using var traces = TraceDataset.Create(_model, _tasks, 12, _options with { Level = level });
        var states = Column<VBuffer<float>>(traces, TraceColumns.Features);
        var (programs, steps) = (Column<long>(traces, TraceColumns.Program), Column<int>(traces, TraceColumns.Step));
        for (var row = 0; row < states.Count; row++)
        {
            var expected = State(_tasks.Draw(programs[row]), _tasks.Draw(programs[row]).Program[..(steps[row] - 1)], level);
            Assert.That(states[row].GetValues().ToArray().Zip(expected, (a, b) => Math.Abs(a - b)).Max(), Is.LessThan(1e-4), $"row {row}");
        }
    }

    [Test]
    public void Features_UnderAShiftedPrompt_AreThoseOfAnotherTask()
    {
        using var traces = TraceDataset.Create(_model, _tasks, 12, _options with { PromptShift = 5, BatchSize = 5 });
        var states = Column<VBuffer<float>>(traces, TraceColumns.Features);
        var (programs, steps) = (Column<long>(traces, TraceColumns.Program), Column<int>(traces, TraceColumns.Step));
        for (var row = 0; row < states.Count; row++)
        {
            var program = _tasks.Draw(programs[row]).Program[..(steps[row] - 1)];
            var expected = State(_tasks.Draw((programs[row] + 5) % 12), program, null);
            Assert.That(states[row].GetValues().ToArray().Zip(expected, (a, b) => Math.Abs(a - b)).Max(), Is.LessThan(1e-4), $"row {row}");
        }
    }

    [Test]
    public void Create_OfWrittenPrograms_RunsWhatTheModelWrites()
    {
        using var traces = TraceDataset.Create(_model, _tasks, 30, _options with { Programs = TracePrograms.Written });
        KarelTask[] tasks = [.. Enumerable.Range(0, 30).Select(i => _tasks.Draw(i))];
        var written = KarelWriter.Write(_model, tasks, KarelModels.Grid, KarelModels.MaxOperations);
        Assert.That(traces.Rows, Is.EqualTo(written.Sum(program => program.Length - 1)));
        var (programs, records) = (Column<long>(traces, TraceColumns.Program), Column<VBuffer<float>>(traces, TraceColumns.Record));
        var steps = Column<int>(traces, TraceColumns.Step);
        var layout = new KarelRecord(KarelWorld.MarkerLimit);
        var expected = new float[layout.Width];
        for (var row = 0; row < records.Count; row++)
        {
            layout.Write(tasks[programs[row]].Inputs[0], written[programs[row]].AsSpan(0, steps[row]), expected);
            Assert.That(records[row].DenseValues(), Is.EqualTo(expected));
        }
    }

    [Test]
    public void Create_WithAnotherWriter_RecordsThisModelOnItsPrograms()
    {
        using var writer = KarelModels.Create(KarelModels.Grid, seed: 9);
        var options = _options with { Programs = TracePrograms.Written };
        using var mine = TraceDataset.Create(_model, _tasks, 20, options, writer: writer);
        using var theirs = TraceDataset.Create(writer, _tasks, 20, options);
        Assert.That(Column<ulong>(mine, TraceColumns.Prefix), Is.EqualTo(Column<ulong>(theirs, TraceColumns.Prefix)));
        Assert.That(
            Column<VBuffer<float>>(mine, TraceColumns.Features)[0].DenseValues(),
            Is.Not.EqualTo(Column<VBuffer<float>>(theirs, TraceColumns.Features)[0].DenseValues()));
    }

    [Test]
    public void WithControl_LabelsEqualOperationsEqually_AsOftenAsTheRealClasses()
    {
        using var traces = TraceDataset.Create(_model, _tasks, 600, _options);
        var view = traces.WithControl(TraceControl.Of(traces, seed: 3));
        var prefixes = Column<ulong>(traces, TraceColumns.Prefix);
        foreach (var label in KarelLabels.All)
        {
            var real = Column<uint>(traces, TraceColumns.Label(label, "original", 0));
            var random = Column<uint>(view, TraceControl.Column(label));
            Assert.That(prefixes.Zip(random).GroupBy(pair => pair.First, pair => pair.Second).Select(same => same.Distinct().Count()),
                Is.All.EqualTo(1));
            // One draw a kind: the spread is that of the kinds, not of the rows.
            foreach (var kind in real.Distinct())
                Assert.That(random.Count(value => value == kind) / (double)random.Count,
                    Is.EqualTo(real.Count(value => value == kind) / (double)real.Count).Within(0.2), $"{label} {kind}");
        }
        Assert.That(
            Column<uint>(traces.WithControl(TraceControl.Of(traces, seed: 4)), TraceControl.Column(KarelLabel.Direction)),
            Is.Not.EqualTo(Column<uint>(view, TraceControl.Column(KarelLabel.Direction))));
    }

    [Test]
    public void Dispose_DeletesTheRows()
    {
        var before = Directory.GetFiles(Path.GetTempPath()).ToHashSet();
        var traces = TraceDataset.Create(_model, _tasks, 10, _options);
        var during = Directory.GetFiles(Path.GetTempPath()).Where(file => !before.Contains(file)).ToList();
        traces.Dispose();
        if (!OperatingSystem.IsWindows())
            Assert.That(Directory.GetFiles(Path.GetTempPath()).Intersect(during), Is.Empty);
    }

    [Test]
    public void Validated_NamesEveryFault()
    {
        var faulty = _options with
        {
            Level = -1, Semantics = [KarelSemantics.Flip, KarelSemantics.Flip], Offsets = [1, 1], MaxOperations = 16, PromptShift = -1,
            BatchSize = 0,
        };
        var error = Assert.Throws<ArgumentException>(() => faulty.Validated());
        Assert.That(error!.Message, Does.Contain("Level is -1").And.Contain("Semantics are flip, flip").And.Contain("Offsets are 1, 1")
            .And.Contain("MaxOperations is 16").And.Contain("PromptShift is -1").And.Contain("BatchSize is 0"));
        Assert.That(() => TraceDataset.Create(_model, _tasks, 5, _options with { Level = 3 }),
            Throws.ArgumentException.With.Message.Contains("Level 3 is none of the model's"));
    }

    // The obvious way: one sequence, one position, the levels added up by hand.
    private float[] State(KarelTask task, ReadOnlySpan<KarelOperation> before, int? level)
    {
        using var scope = NewDisposeScope();
        using var plain = no_grad();
        long[] ids = [.. KarelModels.Grid.Prompts([task])[0].Select(id => (long)id), .. before.ToArray().Select(op => 4L + (long)op)];
        using var kept = new Activations("embeddings", "layers.0", "final");
        _model.Module.Hidden(tensor(ids, [1, ids.Length]), new ForwardOptions
        {
            Features = KarelModels.Grid.Features([task], ids.Length), Activations = kept,
        });
        var levels = new[] { kept["embeddings"], kept["layers.0"], kept["final"] };
        var mean = level is { } one ? levels[one] : (levels[0] + levels[1] + levels[2]) / 3;
        return ToyModels.Values(mean.select(1, ids.Length - 1));
    }

    private static List<T> Column<T>(TraceDataset traces, string name) => Column<T>(traces.View, name);

    private static List<T> Column<T>(IDataView view, string name)
    {
        var column = view.Schema[name];
        using var cursor = view.GetRowCursor([column]);
        var getter = cursor.GetGetter<T>(column);
        var values = new List<T>();
        while (cursor.MoveNext())
        {
            T value = default!;
            getter(ref value);
            values.Add(value);
        }
        return values;
    }
}
