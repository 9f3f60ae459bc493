using MlNetLlm.Training;

namespace MlNetLlm.Modules;

/// <summary>Chooses sets of modules to compare; a pure function of its arguments.</summary>
public static class ModuleChoice
{
    /// <summary>The modules of a regime, in the model's order.</summary>
    /// <param name="regime">The regime.</param>
    /// <param name="all">All modules.</param>
    /// <param name="community">Names of the community's modules; not read by All and None.</param>
    /// <param name="wrongCommunity">Names of the other community's modules; read by WrongCommunity only.</param>
    /// <param name="seed">Decides the random sets.</param>
    /// <param name="allowOverlap">See <see cref="Matched"/>.</param>
    /// <exception cref="ArgumentException">
    /// A name is unknown, a needed community is empty, or a matched set outside the community does not exist.
    /// </exception>
    public static IReadOnlyList<string> Choose(
        ModuleRegime regime, IReadOnlyList<ModelModule> all, IReadOnlyList<string> community, IReadOnlyList<string> wrongCommunity,
        int seed, bool allowOverlap = false) => regime switch
    {
        ModuleRegime.None => [],
        ModuleRegime.All => [.. all.Select(module => module.Name)],
        ModuleRegime.Community => InOrder(all, Given(community, nameof(community))),
        ModuleRegime.WrongCommunity => InOrder(all, Given(wrongCommunity, nameof(wrongCommunity))),
        ModuleRegime.RandomMatched => Matched(all, Given(community, nameof(community)), seed, allowOverlap),
        ModuleRegime.RandomAny => Any(all, Given(community, nameof(community)).Count, seed),
        _ => throw new ArgumentException($"Regime is {regime}; expected {string.Join(", ", Enum.GetNames<ModuleRegime>())}."),
    };

    /// <summary>
    /// As many modules of every kind as the community has, drawn from outside it. Where layers have equal sizes, the number of parameters
    /// is the same too.
    /// </summary>
    /// <param name="all">All modules.</param>
    /// <param name="community">Names of the community's modules.</param>
    /// <param name="seed">Decides the draw.</param>
    /// <param name="allowOverlap">Whether a kind with too few modules outside the community is filled up from inside.</param>
    /// <returns>Names in the model's order.</returns>
    /// <exception cref="ArgumentException">A name is unknown, or there are too few modules outside.</exception>
    public static IReadOnlyList<string> Matched(
        IReadOnlyList<ModelModule> all, IReadOnlyList<string> community, int seed, bool allowOverlap = false)
    {
        var inside = InOrder(all, community).ToHashSet(StringComparer.Ordinal);
        var random = new RandomStream(seed, "matched modules");
        var chosen = new List<string>();
        foreach (var kind in all.Where(module => inside.Contains(module.Name)).GroupBy(module => module.Kind).OrderBy(kind => kind.Key))
        {
            var outside = all.Where(m => m.Kind == kind.Key && !inside.Contains(m.Name)).Select(m => m.Name).ToArray();
            var wanted = kind.Count();
            if (outside.Length < wanted && !allowOverlap)
                throw new ArgumentException(
                    $"The community has {wanted} modules of kind {kind.Key} and only {outside.Length} are outside it, so no matched set "
                    + "without overlap exists. Take a smaller community, or allow overlap.");
            random.Shuffle<string>(outside);
            var filling = kind.Select(module => module.Name).ToArray();
            random.Shuffle<string>(filling);
            chosen.AddRange(outside.Concat(filling).Take(wanted));
        }
        return InOrder(all, chosen);
    }

    /// <summary>Random modules from all.</summary>
    /// <param name="all">All modules.</param>
    /// <param name="count">How many; 0 to their number.</param>
    /// <param name="seed">Decides the draw.</param>
    /// <returns>Names in the model's order.</returns>
    /// <exception cref="ArgumentException">There are not so many.</exception>
    public static IReadOnlyList<string> Any(IReadOnlyList<ModelModule> all, int count, int seed)
    {
        if (count < 0 || count > all.Count)
            throw new ArgumentException($"{count} random modules were asked for; there are {all.Count}.");
        var names = all.Select(module => module.Name).ToArray();
        new RandomStream(seed, "random modules").Shuffle<string>(names);
        return InOrder(all, names[..count]);
    }

    /// <summary>Number of weights of the modules named.</summary>
    /// <param name="all">All modules.</param>
    /// <param name="names">Their names.</param>
    /// <exception cref="ArgumentException">A name is unknown.</exception>
    public static long Parameters(IReadOnlyList<ModelModule> all, IReadOnlyList<string> names)
    {
        var chosen = InOrder(all, names).ToHashSet(StringComparer.Ordinal);
        return all.Where(module => chosen.Contains(module.Name)).Sum(module => module.Parameters);
    }

    private static IReadOnlyList<string> Given(IReadOnlyList<string> names, string what) => names.Count > 0
        ? names
        : throw new ArgumentException($"This regime needs modules in `{what}`, and it is empty.");

    private static IReadOnlyList<string> InOrder(IReadOnlyList<ModelModule> all, IReadOnlyList<string> names)
    {
        var wanted = names.ToHashSet(StringComparer.Ordinal);
        if (wanted.FirstOrDefault(name => all.All(module => module.Name != name)) is { } unknown)
            throw new ArgumentException(ModelModules.Unknown(unknown, all.Select(module => module.Name)));
        return [.. all.Select(module => module.Name).Where(wanted.Contains)];
    }
}
