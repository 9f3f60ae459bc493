using MlNetLlm.Karel;
using MlNetLlm.LanguageModels;

namespace MlNetLlm.Traces;

/// <summary>Writes the rows of a trace data set, a batch of tasks at a time.</summary>
internal sealed class TraceRecorder(LanguageModel model, LanguageModel writer, TraceOptions options, TraceLayout layout, TraceStore store)
{
    private readonly byte[] _row = new byte[layout.Stride];

    public void Record(KarelGenerator tasks, long start, long count, CancellationToken cancellation)
    {
        for (var from = 0L; from < count; from += options.BatchSize)
        {
            cancellation.ThrowIfCancellationRequested();
            var size = (int)Math.Min(options.BatchSize, count - from);
            KarelTask[] batch = [.. Enumerable.Range(0, size).Select(i => tasks.Draw(start + from + i))];
            KarelTask[] shown = options.PromptShift == 0
                ? batch
                : [.. Enumerable.Range(0, size).Select(i => tasks.Draw(start + ((from + i + options.PromptShift) % count)))];
            KarelOperation[][] programs = options.Programs == TracePrograms.Written
                ? KarelWriter.Write(writer, batch, options.Reading, options.MaxOperations, cancellation)
                : [.. batch.Select(task => task.Program.ToArray())];
            var states = KarelPasses.EmittingStates(model, options.Reading, shown, programs, options.Level);
            for (var i = 0; i < size; i++) Write(start + from + i, batch[i].Inputs[0], programs[i], states[i]);
        }
    }

    private void Write(long task, in KarelWorld input, KarelOperation[] program, float[] states)
    {
        var traces = options.Semantics.Select(_ => new KarelFeatures[program.Length + 1]).ToArray();
        for (var s = 0; s < traces.Length; s++) KarelTrace.Features(input, program, options.Semantics[s], traces[s]);
        var prefix = 1UL;                                       // the leading one keeps the length: three bits an operation follow
        for (var operation = 1; operation < program.Length; operation++)
        {
            prefix = (prefix << 3) | (ulong)program[operation - 1];
            states.AsSpan((operation - 1) * layout.Width, layout.Width).CopyTo(layout.State(_row));
            ReadOnlySpan<ulong> numbers =
            [
                (ulong)task, (ulong)operation, (ulong)program.Length, prefix, input.Walls, (ulong)((4 * input.Cell) + (int)input.Direction),
            ];
            numbers.CopyTo(layout.NumbersOf(_row));
            Label(traces, operation, program.Length);
            store.Add(_row);
        }
    }

    private void Label(KarelFeatures[][] traces, int operation, int length)
    {
        var labels = layout.Labels(_row);
        labels.Clear();
        for (var s = 0; s < traces.Length; s++)
            for (var o = 0; o < options.Offsets.Count; o++)
                if (KarelTrace.TryPair(operation, options.Offsets[o], length, out var state))
                    foreach (var label in KarelLabels.All)
                        labels[layout.Place(s, o, label)] = (byte)(1 + traces[s][state].Label(label));
    }
}
