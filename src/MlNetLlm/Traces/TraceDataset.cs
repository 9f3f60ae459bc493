using Microsoft.ML;
using MlNetLlm.Karel;
using MlNetLlm.LanguageModels;

namespace MlNetLlm.Traces;

/// <summary>
/// Hidden states of a model where it emits operations, labelled with the states that running the program leads to (Jin and Rinard 2024,
/// as in their released code): one row for every operation but a program's last. Rows lie in a memory-mapped temporary file and are read
/// as ML.NET data, with the columns of <see cref="TraceColumns"/>; memory does not grow with their number.
/// </summary>
/// <remarks>
/// Labels come from the first example of a task alone, incorrect programs are kept, and neither input nor output is ever a label, as there.
/// </remarks>
public sealed class TraceDataset : IDisposable
{
    private readonly TraceStore _store;
    private readonly TraceLayout _layout;

    internal TraceDataset(TraceStore store, TraceLayout layout, TraceOptions options)
    {
        (_store, _layout, Options) = (store, layout, options);
        View = TraceView.Of(store, layout, options, null);
    }

    /// <summary>What was recorded.</summary>
    public TraceOptions Options { get; }

    /// <summary>Rows.</summary>
    public long Rows => _store.Rows;

    /// <summary>Components of a vector.</summary>
    public int Width => _layout.Width;

    /// <summary>The rows as ML.NET data. Not to be read after <see cref="Dispose"/>.</summary>
    public IDataView View { get; }

    /// <summary>Records a model on tasks.</summary>
    /// <param name="model">A causal model.</param>
    /// <param name="tasks">Draws the tasks.</param>
    /// <param name="count">How many of them.</param>
    /// <param name="options">What to record.</param>
    /// <param name="start">Index of the first task in the generator's stream.</param>
    /// <param name="writer">
    /// The model whose programs are run, with <see cref="TracePrograms.Written"/>; null = <paramref name="model"/>. With an untrained
    /// <paramref name="model"/> and a trained writer, what the network holds of the same traces without training.
    /// </param>
    /// <param name="cancellationToken">Ends the work between two passes.</param>
    /// <returns>The rows; the caller disposes of them, which deletes the file.</returns>
    /// <exception cref="ArgumentException">Options are not usable, or the model's context has no room for a program.</exception>
    public static TraceDataset Create(
        LanguageModel model, KarelGenerator tasks, long count, TraceOptions options, long start = 0, LanguageModel? writer = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        CausalModel.Require(model, nameof(TraceDataset));
        var layout = new TraceLayout(model.Config.Width, options.Validated().Semantics.Count, options.Offsets.Count);
        var store = new TraceStore(layout.Stride);
        try
        {
            new TraceRecorder(model, writer ?? model, options, layout, store).Record(tasks, start, count, cancellationToken);
            store.Complete();
            return new TraceDataset(store, layout, options);
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>The rows with one more column a label (<see cref="TraceControl.Column"/>): random, equal for equal operations.</summary>
    /// <param name="control">The control tasks, made of training traces.</param>
    public IDataView WithControl(TraceControl control) => TraceView.Of(_store, _layout, Options, control);

    /// <summary>Deletes the rows.</summary>
    public void Dispose() => _store.Dispose();
}
