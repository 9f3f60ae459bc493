using System.Globalization;

namespace Microsoft.ML.AutoML;

/// <summary>The finished trials of an experiment with a checkpoint, a line each, with three decimals as in the real package.</summary>
internal sealed class TrialFile
{
    private const int ColumnsBeforeParameter = 5;

    private readonly string _path;
    private readonly SearchSpace.SearchSpace _space;
    private readonly List<TrialResult> _results = [];

    public TrialFile(string folder, SearchSpace.SearchSpace space)
    {
        Directory.CreateDirectory(folder);
        _space = space;
        _path = Path.Combine(folder, $"trialResults-{(uint)space.GetHashCode()}.csv");
        if (File.Exists(_path)) _results.AddRange(File.ReadLines(_path).Skip(1).Select(Read));
        else File.WriteAllText(_path, Line(["id", "loss", "durationInMilliseconds", "peakCpu", "peakMemoryInMegaByte",
            .. Enumerable.Range(0, space.FeatureSpaceDim).Select(i => $"parameter_{i}")]));
    }

    public IReadOnlyList<TrialResult> Results => _results;

    public void Add(TrialResult result)
    {
        _results.Add(result);
        File.AppendAllText(_path, Line([result.TrialSettings.TrialId.ToString(CultureInfo.InvariantCulture), Text(result.Loss),
            Text(result.DurationInMilliseconds), Text(result.PeakCpu), Text(result.PeakMemoryInMegaByte),
            .. _space.MappingToFeatureSpace(result.TrialSettings.Parameter).Select(v => Text(v))]));
    }

    private TrialResult Read(string line)
    {
        var cells = line.Split(',');
        var point = cells[ColumnsBeforeParameter..].Select(Number).ToArray();
        return new TrialResult
        {
            TrialSettings = new TrialSettings
            {
                TrialId = int.Parse(cells[0], CultureInfo.InvariantCulture), Parameter = _space.SampleFromFeatureSpace(point),
            },
            Loss = Number(cells[1]),
            DurationInMilliseconds = Number(cells[2]),
        };
    }

    private static double Number(string cell) => double.Parse(cell, CultureInfo.InvariantCulture);

    private static string Text(double? value) => value?.ToString("F3", CultureInfo.InvariantCulture) ?? "";

    private static string Line(IEnumerable<string> cells) => string.Join(',', cells) + "\n";
}
