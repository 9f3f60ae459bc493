using MlNetLlm.Communities;
using MlNetLlm.Modules;

namespace MlNetLlm.Pipelines.ModuleCommunities;

/// <summary>The modules of each function: the members of its best fitting community that matter most to it.</summary>
internal static class FunctionAreas
{
    /// <summary>Finds them.</summary>
    /// <param name="residuals">Ĩ, (data sets of one skill, modules).</param>
    /// <param name="functions">The function of every data set.</param>
    /// <param name="communities">The community of every module.</param>
    /// <param name="modules">The modules.</param>
    /// <param name="most">Modules of an area at most; of each kind at most half of all, so that as many others remain.</param>
    /// <returns>Names of modules, by the number of the function; at least one each.</returns>
    public static IReadOnlyList<IReadOnlyList<string>> Of(
        double[,] residuals, Partition functions, Partition communities, IReadOnlyList<ModelModule> modules, int most)
    {
        return [.. Enumerable.Range(0, functions.Count).Select(function =>
        {
            var rows = Enumerable.Range(0, functions.NodeCount).Where(row => functions[row] == function).ToList();
            var mean = Enumerable.Range(0, modules.Count).Select(w => rows.Average(row => residuals[row, w])).ToArray();
            var best = communities.Groups().MaxBy(members => members.Average(w => mean[w]))!;
            var room = modules.CountBy(module => module.Kind).ToDictionary(kind => kind.Key, kind => kind.Value / 2);
            var area = new List<string>();
            foreach (var w in best.OrderByDescending(w => mean[w]))
            {
                if (area.Count == most || (area.Count > 0 && mean[w] <= 0) || room[modules[w].Kind]-- <= 0) continue;
                area.Add(modules[w].Name);
            }
            return (IReadOnlyList<string>)area;
        })];
    }
}
