// A process of its own for tests that need one: a fresh loader of model files, and a training run that may be killed.
using System.Globalization;
using Microsoft.ML;

return args switch
{
    ["score", var file] => Score(file),
    ["transform", var file] => Transform(file),
    ["probe", var file] => ProbeRow.Print(file),
    ["train", var method, var folder] => TrainingRun.Start(method, folder),
    ["steps", var method, var early, var late] => TrainingRun.Watch(method, int.Parse(early), int.Parse(late)),
    ["records", var store, var run, var name, var trials, var metrics] =>
        RecordWriter.Run(store, run, name, int.Parse(trials), int.Parse(metrics)),
    ["sweep", var folder, var trials, var workers, var tuner] => SweepDriver.Run(folder, int.Parse(trials), int.Parse(workers), tuner),
    ["save", var folder] => SaveLoop.Run(folder),
    ["open", .. var files] => HeaderBombs.Open(files),
    ["hostile", var templates, var count] => HostileFolders.Load(templates, int.Parse(count)),
    ["resolve", var folder, var name] => DamagedCatalog.Resolve(folder, name),
    ["products"] => ProductsMode.Print(),
    _ => 2,
};

// Loads a model file with ML.NET's own API alone and scores the lines of standard input.
static int Score(string file)
{
    var ml = new MLContext(1);
    var model = ml.Model.Load(file, out _);
    var rows = new List<Line>();
    while (Console.ReadLine() is { } line) rows.Add(new Line { Text = line });
    var scored = model.Transform(ml.Data.LoadFromEnumerable(rows));
    var column = scored.Schema["NegativeLogLikelihood"];
    using var cursor = scored.GetRowCursor([column]);
    var getter = cursor.GetGetter<double>(column);
    var value = 0d;
    while (cursor.MoveNext())
    {
        getter(ref value);
        Console.WriteLine(value.ToString("R", CultureInfo.InvariantCulture));
    }
    return 0;
}

// Loads a model file with ML.NET's own API alone, maps the lines of standard input and prints every column.
static int Transform(string file)
{
    var ml = new MLContext(1);
    var model = ml.Model.Load(file, out _);
    var texts = new List<string>();
    while (Console.ReadLine() is { } line) texts.Add(line);
    foreach (var column in ColumnText.Of(model.Transform(StepRow.View(ml, texts)))) Console.WriteLine(column);
    return 0;
}

internal sealed class Line
{
    public string Text { get; set; } = "";
}
