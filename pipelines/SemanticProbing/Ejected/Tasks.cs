using Microsoft.ML;
using MlNetLlm.Karel;
using MlNetLlm.Traces;

// The programs that the model learns from, the tasks that it is tested and probed on, and how it reads them.
internal static class Tasks
{
    public static KarelReading Reading { get; } = Values.Encoding == "text"
        ? KarelReading.Text
        : KarelReading.Grid(Values.Karel.InteriorSize, Values.MarkerLevels);

    // Of the model's own programs: the state after each operation, under each meaning of the operations.
    public static TraceOptions Traces { get; } = new()
    {
        Reading = Reading,
        Semantics = [.. Values.Meanings.Select(KarelSemantics.Find)],
        Offsets = [0],
        MaxOperations = Values.MaxOperations,
    };

    // Nothing but prompts and programs: neither intermediate states nor held-out worlds.
    public static IDataView Programs(int seed) => new KarelDataView(
        new KarelGenerator(Values.Karel with { Seed = seed }, "train"), Values.TrainPrograms, Reading.Encoding, Reading.GridFeatures);

    // Other streams, other tasks.
    public static KarelGenerator Stream(string name) => new(Values.TestKarel, name);

    public static string Folder(int seed) => Path.Combine("models", $"seed-{seed}");
}
