using Microsoft.ML;
using MlNetLlm.Communities;
using MlNetLlm.Pipelines.ModuleCommunities;
using MlNetLlm.Training;

namespace MlNetLlm.Tests.Pipelines.ModuleCommunities;

/// <summary>Four functions of four skills with two sets each, and importances with a step on the modules of the own function.</summary>
internal sealed class PlantedQuestions : IQuestions
{
    public const int Modules = 28;

    /// <summary>The sixteen skills, or fewer.</summary>
    public PlantedQuestions(int functions = 4, int skills = 4)
    {
        Taxonomy = new SkillTaxonomy([.. Enumerable.Range(0, functions).Select(f => new CognitiveFunction(
            $"function {f}", [.. Enumerable.Range(0, skills).Select(s => $"skill {f}{s}")]))]);
        Sets = [.. Taxonomy.Skills.SelectMany(skill => new[] { "list", "template" }.Select(surface => new QuestionSet(
            $"{skill} {surface}", Taxonomy.FunctionOf(skill).Name, skill, surface, true)))];
        var counts = new double[Sets.Count, Taxonomy.Skills.Count];
        for (var d = 0; d < Sets.Count; d++) counts[d, d / 2] = 50;
        Counts = new NamedMatrix([.. Sets.Select(set => set.Name)], Taxonomy.Skills, counts);
    }

    public IReadOnlyList<QuestionSet> Sets { get; }

    public NamedMatrix Counts { get; }

    public SkillTaxonomy Taxonomy { get; }

    /// <summary>The function that owns each module.</summary>
    public static IReadOnlyList<string> Owners { get; } = [.. Enumerable.Range(0, Modules).Select(w => $"function {w % 4}")];

    public IDataView Calibration(string? function) => throw new NotSupportedException();

    public IDataView Test(string? function) => throw new NotSupportedException();

    /// <summary>1 + noise, and a step where the module's owner is the set's function.</summary>
    public NamedMatrix Importance(double step, double noise, int seed)
    {
        var random = new RandomStream(seed, "importance");
        var values = new double[Sets.Count, Modules];
        for (var d = 0; d < Sets.Count; d++)
            for (var w = 0; w < Modules; w++)
                values[d, w] = Math.Max(0.01, 1 + noise * random.NextNormal() + (Owners[w] == Sets[d].Function ? step : 0));
        return new NamedMatrix(Counts.Rows, [.. Enumerable.Range(0, Modules).Select(w => $"layers.{w / 7}.{w % 7}")], values);
    }
}
